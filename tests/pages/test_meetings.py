"""M18: a person's page tells which meetings nobody marked; which these are is what the mirror says of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client

from alerts.models import Escalation
from leadmodel.lifecycle.clocks import ClockKind
from leadmodel.models import Clock, Rung, SettingsVersion
from leadmodel.rebuild import mark_everybody, read_model, rebuild_all
from leadmodel.settings_store import enter
from sync import models as mirror
from sync.fields import column_of
from tests.pages.reading import get
from tests.pages.world import ALICE, BOB, DAY, HOUR, MODEL, World, closed
from tests.sync.world import DERIVED, versions

FIELD = "Outcome__c"
ASKED = f"meetings: {{outcome_field: {FIELD}, no_show: [No-show]}}\n"


@pytest.fixture
def desk(world: World) -> World:
    """It is asked what became of meetings, since ten days."""
    ask(world, 10 * DAY)
    world.add_lead("met", ALICE, 20 * DAY, closed(15 * DAY, "Qualified"))
    return world


def ask(world: World, ago: timedelta) -> None:
    """The version in force asks for it since then, and the one before does not."""
    enter(MODEL + ASKED)
    versions = SettingsVersion.objects.order_by("pk")
    versions.filter(text=MODEL).update(entered_at=world.now - 30 * DAY)
    versions.filter(text=MODEL + ASKED).update(entered_at=world.now - ago)


def meet(world: World, ended: timedelta, owner: str = ALICE, called: str = "met", **more: Any) -> str:
    """A meeting that ended so long ago; its Id. A custom field's value goes by its API name."""
    event_id = f"00U{mirror.Event.objects.count():012}AAA"
    custom = {name: more.pop(name) for name in (FIELD, "IsChild") if name in more}
    told = {"starts_at": world.now - ended - HOUR, "ends_at": world.now - ended} | more
    mirror.Event.objects.create(
        id=event_id, who_id=world.ids[called], owner_id=owner, subject="Discovery", created_at=world.now - 19 * DAY,
        **told,
    )  # fmt: skip
    for name, value in custom.items():
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE sync_event SET {column_of('Event', name)} = %s WHERE id = %s", [value, event_id]
            )
    return event_id


def owed() -> set[str | None]:
    """The meetings that are to be marked."""
    rebuild_all()
    return set(Clock.objects.exclude(activity_id=None).values_list("activity_id", flat=True))


def clocks(client: Client, address: str) -> list[tuple[str, str, bool]]:
    return [(one.label, one.whose, one.is_over) for one in get(client, address).context["person"].clocks]


def steps(client: Client, address: str) -> list[tuple[str, str]]:
    return [(one.words, one.state) for one in get(client, address).context["steps"]]


def test_alice_reads_whose_meeting_nobody_marked(desk: World, alice: Client) -> None:
    meet(desk, 30 * HOUR, BOB)
    meet(desk, -DAY)
    rebuild_all()

    page = get(alice, desk.person("met"))

    address = desk.person("met")
    assert clocks(alice, address) == [("Meeting to be marked", "Bob", True)]
    assert steps(alice, address) == [("Reminder to Bob", "due"), ("Word to Bob's manager", "")]
    (sentence,) = [one for one in page.context["person"].why if one.rule == "M18"]
    assert sentence.text.startswith("Nobody marked what became of the meeting that ended on ")
    assert ": Bob is to by " in sentence.text
    (fact,) = sentence.facts
    assert (fact.what, fact.mark) == ("Event EndDateTime", "fact-00U000000000000AAA")
    assert 'id="fact-00U000000000000AAA"' in page.content.decode()


def test_as_of_when_it_was_not_over_it_owed_nothing(desk: World, alice: Client) -> None:
    meet(desk, 30 * HOUR)
    rebuild_all()
    address, then = desk.person("met"), desk.now - 31 * HOUR
    past = f"{address}?as_of={quote(then.isoformat())}"
    assert (clocks(alice, past), steps(alice, past)) == ([], [])
    just = f"{address}?as_of={quote((then + 2 * HOUR).isoformat())}"
    assert clocks(alice, just) == [("Meeting to be marked", "Alice", False)]


def test_what_became_of_the_steps_stays_as_long_as_it_is_not_marked(desk: World, alice: Client) -> None:
    told, other = meet(desk, 30 * HOUR), meet(desk, 30 * HOUR)
    rebuild_all()
    rung = Rung.objects.get(activity_id=told, step=1)
    Escalation.objects.create(
        person_id=rung.person_id, number=rung.number, step=1, act=rung.act, holder_id=rung.holder_id,
        due_at=rung.due_at, activity_id=told, state="done", said="Told 1 person.", decided_at=desk.now,
    )  # fmt: skip

    found = steps(alice, desk.person("met"))

    assert found == [
        ("Reminder to Alice", "done"),
        ("Reminder to Alice", "due"),
        ("Word to Alice's manager", ""),
        ("Word to Alice's manager", ""),
    ]
    assert Rung.objects.filter(activity_id=other).count() == 2
    assert clocks(alice, desk.person("met")) == [("Meeting to be marked", "Alice", True)] * 2


def test_what_the_mirror_says_of_meetings(desk: World) -> None:
    unmarked = {
        meet(desk, 30 * HOUR),
        meet(desk, -DAY),
        meet(desk, 30 * HOUR, Outcome__c=""),
        meet(desk, 30 * HOUR, IsChild="false"),
        meet(desk, 30 * HOUR, ends_at=None),
        meet(desk, 30 * HOUR, called="in_queue"),
        meet(desk, 30 * HOUR, is_deleted=False),
    }
    meet(desk, 30 * HOUR, Outcome__c="Held")
    meet(desk, 30 * HOUR, Outcome__c="Whatever else")
    meet(desk, 30 * HOUR, IsChild="true")
    meet(desk, 30 * HOUR, is_deleted=True)
    meet(desk, 30 * HOUR, ends_at=None, starts_at=None)
    meet(desk, 30 * HOUR, owner="005000000000999AAA")
    meet(desk, 11 * DAY)
    mark_everybody()
    assert owed() == unmarked


def test_r064_who_did_not_come_and_whom_nobody_meets_again(desk: World, alice: Client) -> None:
    told = meet(desk, 30 * HOUR, BOB, Outcome__c="NO-SHOW")
    meet(desk, 40 * HOUR, Outcome__c="Held")
    for name in ("again", "moved"):
        desk.add_lead(name, ALICE, 20 * DAY, closed(15 * DAY, "Qualified"))
        meet(desk, 30 * HOUR, called=name, Outcome__c="No-show")
    meet(desk, -DAY, called="again", Outcome__c="Whatever else")
    gone = meet(desk, -DAY, called="moved", is_deleted=True)
    rebuild_all()
    assert set(Clock.objects.filter(kind=ClockKind.NO_SHOW).values_list("activity_id", flat=True)) == {
        told,
        f"00U{int(gone[3:15]) - 2:012}AAA",
    }
    desk.add_touch("met", ALICE, 20 * HOUR)
    mark_everybody()
    rebuild_all()
    address = desk.person("met")
    assert clocks(alice, address) == [("No-show to be followed up", "Alice", False)]
    assert steps(alice, address) == [("Reminder to Alice", ""), ("Word to Alice's manager", "")]
    (sentence,) = [one for one in get(alice, address).context["person"].why if one.rule == "M18"]
    assert sentence.text.startswith("They did not come to the meeting that ended on ")
    assert sentence.text.endswith(" there were 1, and no new meeting.")
    assert sentence.facts[0].fact_id == told


def test_m01_deriving_again_changes_no_row_and_one_that_is_marked_leaves_the_others(desk: World) -> None:
    first, second = meet(desk, 40 * HOUR), meet(desk, 30 * HOUR)
    assert owed() == {first, second}
    before = versions(DERIVED)
    mark_everybody()
    rebuild_all()
    assert versions(DERIVED) == before
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE sync_event SET {column_of('Event', FIELD)} = 'Held' WHERE id = %s", [first])
    mark_everybody()
    assert owed() == {second}
    assert list(Clock.objects.filter(activity_id=second).values_list("number", "ordinal")) == [(1, -1)]


def test_where_nobody_asks_it_costs_no_look_at_meetings(world: World) -> None:
    world.add_lead("met", ALICE, 20 * DAY)
    meet(world, 30 * HOUR)
    assert owed() == set()
    assert read_model().columns.unmarked is None


def test_the_settings_ask_salesforce_for_what_tells_it(desk: World) -> None:
    asked = mirror.CustomField.objects.filter(object_name="Event").values_list("api_name", flat=True)
    assert set(asked) == {FIELD, "IsChild"}
