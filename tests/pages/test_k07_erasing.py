"""K7: whoever was deleted for good a month ago, or asks for it, becomes nameless; all figures stay."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from alerts.erasing import NAMELESS
from alerts.models import Told
from alerts.tasks import erase
from base import clock
from base.models import AuditEntry, Effect, User
from leadmodel.actions import GIVE_BACK
from leadmodel.erasing import erase_long_gone
from leadmodel.models import Erasure, Person
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from sync import models as mirror
from sync.writeback.deliver import TASK_UNDO
from tests.pages.acting import send
from tests.pages.reading import get
from tests.pages.world import ALICE, DAY, HOUR, MODEL, World
from tests.sync.world import dump, values

FIGURES = ["leadmodel_person", "leadmodel_cycle", "leadmodel_span"]
TRACED = "Ada Lovelace"
WHERE_NAMES_ARE = ["sync_lead", "sync_leadhistory", "sync_seen", "sync_task", "alerts_told", "base_effect"]


@pytest.fixture
def gone(world: World) -> str:
    """Ada, called by Alice, whose name is in all that was written of her; deleted for good ten days ago."""
    ada = world.add_lead("ada", ALICE, 60 * DAY, (40 * DAY, "Status", "Assigned", "Working"), name=TRACED)
    mirror.Lead.objects.filter(pk=ada).update(title=TRACED, phone=f"{TRACED} +45", country="Denmark")
    world.add_touch("ada", ALICE, 50 * DAY, subject=f"[In] Email: {TRACED}")
    world.add_touch("ada", ALICE, 45 * DAY, subject=f"Call: {TRACED}")
    for field, old, new in (("Email", TRACED, "a@b.example"), ("Secret__c", None, TRACED)):
        mirror.LeadHistory.objects.create(
            id=uuid4().hex[:18], lead_id=ada, field=field, old_value=old, new_value=new, created_at=world.now
        )
    mirror.Seen.objects.create(
        record_id=ada,
        object_name="Lead",
        field="Title",
        new_value=TRACED,
        since=world.now - DAY,
        at=world.now - HOUR,
    )
    enter(MODEL + 'touches: {inbound_subjects: ["[In]*"]}\n')
    rebuild_all()
    alice = User.objects.get(username="alice")
    Told.objects.create(
        key="k", to=alice, topic="overdue", name="first", person_id=ada, headline=TRACED, at=world.now
    )
    Effect.objects.create(
        key="task",
        kind="salesforce.task.touch",
        subject=ada,
        why=f"Call: {TRACED}",
        payload={"values": {"Subject": f"Call: {TRACED}"}, "follow": ada},
        state=Effect.State.DRY,
        said=f"Would log “Call: {TRACED}”.",
        created_at=world.now,
        due_at=world.now,
    )
    for kind, why in ((TASK_UNDO, "undo of Call"), (GIVE_BACK, "not mine")):
        Effect.objects.create(
            key=kind,
            kind=kind,
            subject=ada,
            why=f"{why}: {TRACED}",
            payload={"task": "00T"},
            state=Effect.State.DONE,
            created_at=world.now,
            due_at=world.now,
        )
    world.delete(ada, world.now - 10 * DAY)
    return ada


def traces(table: str) -> list[str]:
    return [row for row in dump([table])[table] if TRACED in row]


def pass_days(days: float) -> int:
    """How many are erased so many days from now."""
    return erase_long_gone(now=clock.now() + timedelta(days=days), also=lambda _cursor, _people: None)


def test_names_are_everywhere_before(gone: str) -> None:
    assert {table for table in WHERE_NAMES_ARE if traces(table)} == {*WHERE_NAMES_ARE}


def test_otto_erases_whoever_was_deleted_for_good_and_asks_for_it(
    world: World, gone: str, otto: Client
) -> None:
    before = dump(FIGURES)
    page = get(otto, world.person("ada"))
    assert page.context["erasing"].refusal == ""
    assert TRACED in page.content.decode()

    assert send(otto, world, "ada", "erase").status_code == 302

    assert {table: traces(table) for table in WHERE_NAMES_ARE} == {table: [] for table in WHERE_NAMES_ARE}
    lead = mirror.Lead.objects.get(pk=gone)
    assert (lead.last_name, lead.email, lead.company) == (None, "erased", None)
    assert (lead.status, lead.owner_id, lead.country) == ("Working", ALICE, "Denmark")
    assert values("SELECT subject FROM sync_task WHERE who_id = %s ORDER BY created_at", gone) == ["[In]", ""]
    assert values(
        "SELECT field || ' ' || COALESCE(new_value, '') FROM sync_leadhistory WHERE lead_id = %s ORDER BY 1",
        gone,
    ) == ["Email ", "Secret__c ", "Status Working"]
    assert Told.objects.get().headline == NAMELESS
    assert sorted(Effect.objects.values_list("why", flat=True)) == ["Call", "not mine", "undo of Call"]
    assert Effect.objects.get(key="task").payload["values"]["Subject"] == "Call"
    assert rebuild_all().rows_changed == 0
    assert dump(FIGURES) == before
    entry = AuditEntry.objects.get(what="names")
    assert (entry.actor and entry.actor.username, entry.became, entry.person_id) == ("otto", "erased", gone)
    assert send(otto, world, "ada", "erase").status_code == 302
    assert Erasure.objects.count() == 1, "a double click erases once"
    page = get(otto, world.person("ada"))
    assert page.context["person"].name == gone
    assert "Erased" in page.content.decode()
    assert "Erase them now" not in page.content.decode()


def test_names_go_by_themselves_a_month_after(world: World, gone: str) -> None:
    assert pass_days(19) == 0
    assert pass_days(21) == 1

    assert traces("sync_lead") == []
    assert Erasure.objects.get().by is None
    assert AuditEntry.objects.get(what="names").automation == "erasing"
    assert pass_days(22) == 0, "once"


def test_whom_we_may_not_see_for_long_stays_named_until_somebody_asks(
    world: World, gone: str, otto: Client
) -> None:
    """Nothing tells them from who was deleted: Salesforce says that of fifteen days only."""
    mirror.Gone.objects.update(is_told=False)

    assert pass_days(400) == 0
    assert traces("sync_lead")
    assert send(otto, world, "ada", "erase").status_code == 302
    assert traces("sync_lead") == []


def test_what_earlier_settings_read_stays(world: World, gone: str, otto: Client) -> None:
    """What was known by then is told by the settings of then (M3)."""
    enter(MODEL + 'touches: {automatic_subjects: ["Call*"]}\n')

    send(otto, world, "ada", "erase")

    assert values("SELECT subject FROM sync_task WHERE who_id = %s ORDER BY created_at", gone) == [
        "[In]",
        "Call",
    ]


def test_the_clock_erases(world: World, gone: str) -> None:
    mirror.Gone.objects.update(at=world.now - 31 * DAY)

    erase()

    assert {table: traces(table) for table in WHERE_NAMES_ARE} == {table: [] for table in WHERE_NAMES_ARE}


def test_who_went_into_the_bin_is_gone_for_good_fifteen_days_later(world: World, otto: Client) -> None:
    world.delete(world.ids["answered"], world.now - 14 * DAY, into_the_bin=True)

    refused = send(otto, world, "answered", "erase")

    assert refused.status_code == 422
    assert "or what is in its recycle bin: delete all of them" in refused.content.decode()
    assert pass_days(30) == 0
    assert pass_days(31.5) == 1
    assert Person.objects.get(pk=world.ids["answered"]).is_deleted


def test_a_merged_persons_records_go_together_and_only_when_all_are_gone(world: World) -> None:
    winner, loser = world.ids["winner"], world.ids["loser"]
    assert pass_days(100) == 0, "the loser's person is the winner, who is there"
    world.delete(winner, world.now)
    assert pass_days(31) == 0, "the loser may be in the bin yet, which the merge put it into nine days ago"
    assert pass_days(37) == 1
    named = mirror.Lead.objects.filter(pk__in=[winner, loser], last_name__isnull=False)
    assert not named.exists()


def test_who_is_there_is_erased_in_salesforce_only(world: World, otto: Client, alice: Client) -> None:
    refused = send(otto, world, "answered", "erase")

    assert refused.status_code == 422
    assert "Salesforce has the person: delete them there first" in refused.content.decode()
    assert get(alice, world.person("answered")).context["erasing"] is None
    assert mirror.Lead.objects.get(pk=world.ids["answered"]).last_name == "answered"


def test_alice_reads_what_becomes_of_the_names_and_does_nothing(
    world: World, gone: str, alice: Client
) -> None:
    page = get(alice, world.person("ada")).content.decode()

    assert "are erased 30 days after" in page
    assert "Erase them now" not in page
    assert send(alice, world, "ada", "erase").status_code == 404


def test_what_the_models_rules_read_stays_but_for_names(world: World, gone: str, otto: Client) -> None:
    rule = "{any: [{field: Title, operator: is filled}, {field: Email, operator: is filled}]}"
    enter(MODEL + f"lead_types: {{target_account: {rule}}}\n")
    rebuild_all()
    before = dump(FIGURES)

    send(otto, world, "ada", "erase")
    rebuild_all()

    lead = mirror.Lead.objects.get(pk=gone)
    assert (lead.title, lead.email) == (TRACED, "erased")
    assert dump(FIGURES) == before
