"""The auditor recomputes from Salesforce's own Tasks whose planned day has come, and who was to be reminded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.auditor.comparing import compare
from alerts.models import AuditRun
from base.models import User
from leadmodel.models import Person, Rung
from sync.models import Task
from tests.alerts.overdue import look, new_world, world
from tests.alerts.test_auditor import found
from tests.alerts.test_auditor_hand_offs import forget
from tests.alerts.test_follow_ups import desk, held, plan, until
from tests.alerts.test_m19_cost import rows_of_one
from tests.alerts.test_returns import change, the_first
from tests.sync.world import World

__all__ = ["desk", "held", "new_world", "world"]
REMINDER = "“Remind the rep” (step 5 of a follow-up)"


@pytest.fixture
def due(desk: World, held: str) -> World:
    """The day for which Alice planned to call Lovelace has begun; the accounts were there all the while."""
    assert held
    User.objects.update(date_joined=desk.now - timedelta(days=30))
    until(desk, 30)
    return desk


def what(world: World) -> list[tuple[str, str]]:
    return [(check, told.split(" was due")[0]) for check, told in found(world)]


def test_when_alice_was_reminded_it_agrees(due: World) -> None:
    look(due)
    assert what(due) == []
    run = AuditRun.objects.latest("pk")
    assert (run.expected["steps"], run.expected["told"]) == (1, 1)


def test_what_was_never_stored_is_missed(due: World) -> None:
    plan(due, the_first(), days=0, Subject="Another")
    plan(due, the_first(), days=2, Subject="Not due")
    due.pass_time(minutes=1)
    due.sync_some()
    forget()
    assert look(due) == {}
    assert what(due) == [("steps", REMINDER)] * 2


def test_a_task_that_is_entered_after_its_day_is_due_at_once(due: World) -> None:
    look(due)
    plan(due, the_first(), days=-20)
    due.pass_time(minutes=1)
    due.sync_some()
    forget()
    assert what(due) == [("steps", REMINDER)]


def test_who_rests_after_a_cycle_that_was_withdrawn_owes_none(due: World) -> None:
    """Assigned anew, back to New, and to Nurture: no cycle ended there."""
    look(due)
    person = due.lead("Byron", Status="Assigned", LeadSource="Web")
    for status in ("New", "Nurture"):
        due.pass_time(hours=1)
        change(due, person, Status=status)
    plan(due, person, days=0)
    due.pass_time(minutes=1)
    due.sync_some()
    assert Person.objects.get(pk=person).stage == "nurture"
    assert not Rung.objects.filter(person_id=person).exists()
    assert what(due) == []


@pytest.mark.parametrize("way", ["done", "deleted", "for another day", "worked on again", "given away"])
def test_what_owes_no_word_is_not_missed(due: World, held: str, way: str) -> None:
    alice = due.user("Alice")
    match way:
        case "done":
            due.org.update("Task", held, {"Status": "Completed"}, user_id=alice)
        case "deleted":
            due.org.delete("Task", held)
        case "for another day":
            due.org.update("Task", held, {"ActivityDate": "2026-12-24"}, user_id=alice)
        case "worked on again":
            change(due, the_first(), Status="Assigned")
        case _:
            change(due, the_first(), OwnerId=due.user("Bob"))
    due.pass_time(minutes=1)
    due.sync_some()
    forget()

    assert what(due) == []


def test_m19_tasks_of_other_days_are_not_looked_at(due: World) -> None:
    days = [(due.now + timedelta(days=days)).date() for days in (-300, -90, -5, 5)]
    Task.objects.bulk_create(
        Task(
            id=f"00T{number:012}XAA", who_id=the_first(), owner_id=due.user("Alice"), is_closed=False,
            activity_date=days[number % 4], created_at=due.began,
        )
        for number in range(3_000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sync_task")
    with CaptureQueriesContext(connection) as asked:
        compare(now=due.now)
    assert 0 < rows_of_one(asked, "task.activity_date BETWEEN", "sync_task") < 100
