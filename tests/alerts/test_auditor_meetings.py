"""The auditor recomputes from Salesforce's own Events whose meetings nobody marked, and who was to be told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.auditor.comparing import compare
from alerts.models import AuditRun, Escalation, Told
from base.models import AuditEntry, User
from sandbox.org.instants import to_text
from sync.models import Event
from tests.alerts.overdue import later, lead, look, new_world, world
from tests.alerts.test_auditor import found
from tests.alerts.test_auditor_hand_offs import forget
from tests.alerts.test_ladder import State
from tests.alerts.test_m19_cost import rows_of_one
from tests.alerts.test_meetings import FIELD, change, desk, meet, the_lead, the_meeting
from tests.sync.world import World

__all__ = ["desk", "new_world", "world"]
REMINDER = "“Remind the rep” (step 1 of a meeting)"


@pytest.fixture
def over(desk: World) -> World:
    """Eddie's meeting ended a day ago; the accounts were there all the while."""
    User.objects.update(date_joined=desk.now - timedelta(days=30))
    later(desk, hours=25)
    return desk


def a_day_after_it() -> datetime:
    ends_at = Event.objects.earliest("ends_at").ends_at
    assert ends_at
    return ends_at + timedelta(hours=24)


def what(world: World) -> list[tuple[str, str]]:
    return [(check, told.split(" was due")[0].split(" told")[0]) for check, told in found(world)]


def expected() -> tuple[int, int]:
    run = AuditRun.objects.latest("pk")
    return run.expected["steps"], run.expected["told"]


def test_when_eddie_was_reminded_and_sam_was_told_it_agrees(over: World) -> None:
    look(over)
    assert what(over) == []
    assert expected() == (1, 1)
    later(over, hours=24)
    look(over)
    AuditRun.objects.all().delete()
    assert what(over) == []
    assert expected() == (2, 2)


def test_what_was_never_stored_is_missed_and_who_else_was_told_of_is_no_excuse(over: World) -> None:
    """Each meeting is a matter of its own, also one of the same person that ended at the same moment."""
    forget()
    assert look(over) == {}
    Escalation.objects.create(
        person_id=the_lead(), number=1, step=1, act="remind_rep", holder_id=over.user("Eddie"),
        activity_id="00U000000000009AAA", due_at=a_day_after_it(),
        state=State.DONE, said="Told 1 person, of a meeting.", decided_at=over.now,
    )  # fmt: skip
    assert what(over) == [("steps", REMINDER)]


def test_a_step_kept_as_done_of_which_nobody_was_told(over: World) -> None:
    Escalation.objects.create(
        person_id=the_lead(), number=1, step=1, act="remind_rep", holder_id=over.user("Eddie"),
        activity_id=the_meeting(), due_at=a_day_after_it(),
        state=State.DONE, said="Told 1 person, of a meeting.", decided_at=over.now,
    )  # fmt: skip
    assert not Told.objects.exists()
    assert not AuditEntry.objects.filter(what__startswith="told.").exists()
    assert [check for check, _ in what(over)] == ["told"]


def test_one_of_two_meetings_that_ended_together_excuses_no_other(over: World) -> None:
    """Eddie was told of the one; of the other it is only kept that he was."""
    look(over)
    other = meet(over, the_lead(), starts=over.began - over.now)
    over.pass_time(minutes=1)
    over.sync_some()
    Escalation.objects.create(
        person_id=the_lead(), number=1, step=1, act="remind_rep", holder_id=over.user("Eddie"),
        activity_id=other, due_at=a_day_after_it(), state=State.DONE, said="Told 1 person, of a meeting.",
        decided_at=over.now,
    )  # fmt: skip
    assert what(over) == [("told", REMINDER + " is kept as done, and nobody was")]


def test_a_meeting_that_goes_to_others_was_told_of_as_it_stood(over: World) -> None:
    """To another person, and to a colleague who was there all the while: nobody could tell Eddie."""
    colleague = User.objects.create_user(
        "rhea", role="rep", salesforce_id=over.user("Rhea"), date_joined=over.now - timedelta(days=30)
    )
    User.objects.filter(username="eddie").delete()
    assert look(over) == {State.UNTOLD: 1}
    change(over, the_meeting(), WhoId=lead(over), OwnerId=colleague.salesforce_id)
    over.pass_time(minutes=1)
    over.sync_some()
    assert what(over) == []


def test_whom_a_meeting_was_with_then_is_whom_was_told_of(over: World) -> None:
    look(over)
    change(over, the_meeting(), WhoId=lead(over))
    over.pass_time(minutes=1)
    over.sync_some()
    assert what(over) == []
    assert expected()[1] == 1


@pytest.mark.parametrize("way", ["marked", "moved", "deleted", "a machine's", "its person is deleted"])
def test_what_owes_no_word_is_not_missed(over: World, way: str) -> None:
    meeting = the_meeting()
    match way:
        case "marked":
            change(over, meeting, **{FIELD: "Held"})
        case "moved":
            change(over, meeting, StartDateTime="2026-04-02T12:00:00.000Z")
        case "deleted":
            over.org.delete("Event", meeting)
        case "a machine's":
            machine = {"UserType": "CloudIntegrationUser", "SystemModstamp": to_text(over.now)}
            over.org.store.update_row("User", over.user("Eddie"), machine)
            over.sync_some()
        case _:
            over.org.delete("Lead", the_lead())
    over.pass_time(minutes=1)
    over.sync_some()
    forget()

    assert what(over) == []


def test_m19_meetings_of_other_times_are_not_looked_at(over: World) -> None:
    times = [over.now + timedelta(days=days) for days in (-300, -90, -4, 2)]
    Event.objects.bulk_create(
        Event(id=f"00U{number:012}XAA", who_id=the_lead(), ends_at=times[number % 4], created_at=times[0])
        for number in range(3_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sync_event")
    with CaptureQueriesContext(connection) as asked:
        compare(now=over.now)
    assert 0 < rows_of_one(asked, "sync_event", "sync_event") < 100
