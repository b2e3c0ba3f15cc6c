"""The auditor recomputes from Salesforce's own rows who went to Nurture half a year ago, and who was to be reminded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.auditor.comparing import compare
from alerts.models import AuditRun, Escalation
from base.models import User
from leadmodel.models import Rung
from sync.models import LeadHistory
from tests.alerts.overdue import later, look, new_world, world
from tests.alerts.test_auditor import found
from tests.alerts.test_auditor_hand_offs import dealt, forget
from tests.alerts.test_ladder import State
from tests.alerts.test_m19_cost import rows_of_one
from tests.alerts.test_returns import change, desk, nurture, resting, the_first
from tests.sync.world import World

__all__ = ["desk", "new_world", "world"]
REMINDER = "“Remind the rep” (step 1 of a return from Nurture)"


@pytest.fixture
def rested(desk: World) -> World:
    """The desk of a return, by accounts that were there all the while, half a year later."""
    User.objects.update(date_joined=desk.now - timedelta(days=30))
    later(desk, days=182)
    return desk


def what(world: World) -> dict[str, str]:
    """Each check that differs by whom it is about, and of which step."""
    differing = found(world)
    missed = [told["person_id"] for told in AuditRun.objects.latest("pk").differences]
    return {
        person: f"{check}: {told.split(')')[0]})"
        for person, (check, told) in zip(missed, differing, strict=True)
    }


def test_when_alice_was_reminded_it_agrees_and_else_tells_it(rested: World) -> None:
    claimed = Escalation.objects.create(
        person_id=the_first(), number=1, step=1, act="remind_rep", holder_id=rested.user("Alice"),
        due_at=Rung.objects.get().due_at, state=State.DONE, said="Told 1 person, of a return from Nurture.",
        decided_at=rested.now,
    )  # fmt: skip
    assert what(rested) == {the_first(): f"told: {REMINDER}"}
    claimed.delete()
    look(rested)
    AuditRun.objects.all().delete()
    assert what(rested) == {}
    run = AuditRun.objects.latest("pk")
    assert (run.expected["steps"], run.expected["told"]) == (1, 1)
    Escalation.objects.all().delete()
    forget()
    assert look(rested) == {}
    assert what(rested) == {the_first(): f"steps: {REMINDER}"}


def test_who_is_elsewhere_by_now_or_went_there_at_another_time_is_not_missed(rested: World) -> None:
    """Who changed hands is; so is who went there with an opportunity that was lost, and not with the status."""
    names = ("Worked", "Never", "Again", "Given", "Lost")
    of = {name: resting(rested, name) for name in names[:-1]}
    of["Lost"] = rested.lead("Lost", Status="Assigned", LeadSource="Web")
    rested.pass_time(minutes=5)
    change(rested, of["Lost"], Status="Qualified")
    deal = dealt(rested, of["Lost"])
    later(rested, days=3)
    rested.org.update("Opportunity", deal, {"StageName": "Closed Lost"}, user_id=rested.user("Alice"))
    later(rested, days=10)
    change(rested, of["Worked"], Status="Assigned")
    change(rested, of["Never"], Status="Unqualified")
    change(rested, of["Given"], OwnerId=rested.user("Bob"))
    change(rested, of["Again"], Status="Assigned")
    nurture(rested, of["Again"])
    later(rested, days=169, hours=1)
    forget()
    assert what(rested) == {of["Given"]: f"steps: {REMINDER}"}
    rested.pass_time(days=3)
    rested.sync()
    forget()
    (lost,) = what(rested)
    assert lost == rested.org.live_row("Lead", of["Lost"])["ConvertedContactId"]
    assert look(rested) == {}


def test_m19_who_went_to_nurture_at_other_times_is_not_looked_at(rested: World) -> None:
    """As many statements for many as for one."""
    with CaptureQueriesContext(connection) as few:
        compare(now=rested.now)
    for name in ("Hopper", "Johnson", "Hamilton"):
        resting(rested, name)
    later(rested, days=182)
    times = [rested.now - timedelta(days=days) for days in (300, 179, 90, 1)]
    LeadHistory.objects.bulk_create(
        LeadHistory(
            id=f"017{number:012}XAA", lead_id=f"00Q{number:012}XAA", field="Status", new_value="Nurture",
            created_at=times[number % 4],
        )
        for number in range(3_000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sync_leadhistory")
    with CaptureQueriesContext(connection) as many:
        compare(now=rested.now)
    assert AuditRun.objects.latest("pk").expected["steps"] == 3
    assert len(many) <= len(few) + 2
    assert 0 < rows_of_one(many, "went AS", "sync_leadhistory") < 100
