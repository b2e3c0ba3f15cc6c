"""M18: a person's page tells since when they are in Nurture, when they return, and what becomes of that."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote

from django.test import Client

from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from sync import models as mirror
from tests.pages.reading import get
from tests.pages.test_escalations import decide
from tests.pages.world import ALICE, DAY, MODEL, QUEUE, World, closed

RETURN = 182 * DAY


def send(world: World, ago: timedelta, holder: str = ALICE, called: str = "resting") -> str:
    """Somebody who went to Nurture so long ago; their page."""
    world.add_lead(called, holder, ago + DAY, closed(ago, "Nurture"))
    rebuild_all()
    return world.person(called)


def clocks(client: Client, address: str) -> list[tuple[str, str, bool]]:
    return [(one.label, one.whose, one.is_over) for one in get(client, address).context["person"].clocks]


def steps(client: Client, address: str) -> list[tuple[str, str]]:
    return [(one.words, one.state) for one in get(client, address).context["steps"]]


def why(client: Client, address: str) -> list[str]:
    told = get(client, address).context["person"].why
    return [one.text for one in told if one.rule == "M18"]


def test_alice_reads_what_she_planned(world: World, alice: Client) -> None:
    address = send(world, 10 * DAY)
    day = (world.now + 30 * DAY).date()
    mirror.Task.objects.create(
        id="00T000000000900AAA", who_id=world.ids["resting"], owner_id=ALICE, subject="Budget in May",
        is_closed=False, activity_date=day, created_at=world.now - 9 * DAY,
    )  # fmt: skip
    mirror.Mark.objects.create(record_id=world.ids["resting"])
    rebuild_all()

    assert clocks(alice, address) == [
        ("To be looked at again", "Alice", False),
        ("Follow-up planned", "Alice", False),
    ]
    assert steps(alice, address) == [("Reminder to Alice", ""), ("Reminder to Alice", "")]
    assert f"Alice planned to follow up with them on {day:%d %B %Y}." in why(alice, address)

    before = f"{address}?as_of={quote((world.now - DAY).isoformat())}"
    mirror.Task.objects.update(is_closed=True, completed_at=world.now)
    assert [label for label, *_ in clocks(alice, address)] == ["To be looked at again"]
    assert [label for label, *_ in clocks(alice, before)] == ["To be looked at again", "Follow-up planned"]


def test_alice_reads_since_when_and_when_they_return(world: World, alice: Client) -> None:
    address = send(world, 10 * DAY)

    page = get(alice, address)

    (clock,) = page.context["person"].clocks
    assert (clock.label, clock.whose, clock.is_over) == ("To be looked at again", "Alice", False)
    due = world.now - 10 * DAY + RETURN
    assert abs(datetime.fromisoformat(clock.due.iso) - due) < timedelta(seconds=1)
    assert steps(alice, address) == [("Reminder to Alice", "")]
    (sentence,) = [one for one in page.context["person"].why if one.rule == "M18"]
    assert sentence.text.startswith("In Nurture since ")
    assert ": to be looked at again on " in sentence.text
    assert [fact.what for fact in sentence.facts] == ["LeadHistory Status: Assigned → Nurture"]
    body = page.content.decode()
    assert ">To be looked at again, Alice" in body
    assert "<dt>Reminder to Alice</dt>" in body
    assert (
        clocks(alice, f"{address}?as_of={quote((world.now - 10.5 * DAY).isoformat())}")[0][0] == "Answer due"
    )


def test_what_became_of_the_step_stays_while_they_stay(world: World, alice: Client) -> None:
    address = send(world, RETURN + DAY)
    assert clocks(alice, address) == [("To be looked at again", "Alice", True)]
    assert steps(alice, address) == [("Reminder to Alice", "due")]

    decide(world, "resting", 1)

    assert steps(alice, address) == [("Reminder to Alice", "done")]


def test_who_was_there_long_before_is_too_late_to_tell_of(world: World, alice: Client) -> None:
    assert steps(alice, send(world, RETURN + 3 * DAY)) == [("Reminder to Alice", "too late")]


def test_with_a_queue_there_is_nobody_to_remind(world: World, mona: Client) -> None:
    address = send(world, 10 * DAY, QUEUE)
    assert clocks(mona, address) == [("To be looked at again", "", False)]
    assert steps(mona, address) == [("Reminder to nobody: Inbound queue has them", "")]
    (told,) = why(mona, address)
    assert told.endswith("and nobody is reminded, for no rep holds them.")


def test_m13_who_has_opted_out_does_not_return_but_then_they_were_to(world: World, alice: Client) -> None:
    address = send(world, 10 * DAY)
    mirror.Lead.objects.filter(pk=world.ids["resting"]).update(has_opted_out=True)

    assert clocks(alice, address) == []
    assert steps(alice, address) == []
    (told,) = why(alice, address)
    assert told.endswith("they have opted out, and nobody is to look at them again.")
    then = f"{address}?as_of={quote((world.now - 5 * DAY).isoformat())}"
    assert clocks(alice, then) == [("To be looked at again", "Alice", False)]


def test_settings_entered_since_leave_a_return_as_it_was(world: World, alice: Client) -> None:
    enter(MODEL + "recycling: {return_after_days: 0}\n")
    assert steps(alice, send(world, 10 * DAY)) == [("Reminder to Alice", "")]
