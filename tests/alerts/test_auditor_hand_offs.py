"""The auditor recomputes from Salesforce's own rows whom Eddie was handed and did not take up, and what was due."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.auditor.comparing import compare
from alerts.models import AuditRun, Escalation
from alerts.stops import Telling
from base.models import User
from leadmodel.models import Clock, Rung
from leadmodel.settings_store import enter
from sync.models import Lead, LeadHistory
from sync.writeback.modes import Mode, switch
from tests.alerts.overdue import MODEL, later, lead, look, new_world, world
from tests.alerts.test_auditor import found
from tests.alerts.test_hand_offs import desk, hand
from tests.alerts.test_ladder import State
from tests.alerts.test_m19_cost import rows_of_one
from tests.sync.world import World

__all__ = ["desk", "new_world", "world"]
REMINDER = "“Remind the rep” (step 1 of a hand-off)"
ESCALATION = "“Tell the manager” (step 2 of a hand-off)"


@pytest.fixture
def handed(desk: World) -> World:
    """The desk of a hand-off, by accounts that were there all the while."""
    User.objects.update(date_joined=desk.now - timedelta(days=30))
    return desk


def what(world: World) -> list[tuple[str, str]]:
    """Each check that differs, and of which step."""
    return [(check, told.split(")")[0] + ")") for check, told in found(world)]


def forget() -> None:
    """As if no clock and no step had ever been stored."""
    Clock.objects.all().delete()
    Rung.objects.all().delete()


def test_when_eddie_was_reminded_and_sam_was_told_it_agrees(handed: World) -> None:
    later(handed, hours=47)
    assert compare(now=handed.now).expected["steps"] == 0
    later(handed, hours=1)
    look(handed)
    later(handed, hours=24)
    look(handed)
    assert what(handed) == []
    run = AuditRun.objects.latest("pk")
    assert (run.expected["steps"], run.expected["told"]) == (2, 2)


def test_what_was_left_out_is_told_though_no_step_was_stored_and_so_is_what_is_only_kept_as_done(
    handed: World,
) -> None:
    later(handed, hours=72)
    rung = Rung.objects.get(step=2)
    forget()
    assert look(handed) == {}
    assert what(handed) == [("steps", REMINDER), ("steps", ESCALATION)]
    assert AuditRun.objects.latest("pk").differences[0]["person_id"] == Lead.objects.get().pk
    Escalation.objects.create(
        person_id=rung.person_id, number=rung.number, step=2, act=rung.act, holder_id=rung.holder_id,
        due_at=rung.due_at, state=State.DONE, said="Told 1 person, of a hand-off.", decided_at=handed.now,
    )  # fmt: skip
    AuditRun.objects.all().delete()
    assert what(handed) == [("steps", REMINDER), ("told", ESCALATION)]


def test_whom_he_took_up_or_who_is_not_his_to_take_up_is_not_missed(handed: World) -> None:
    """What a tool sends in his name, and what Alice does, is no taking up."""
    enter(f"{MODEL.replace('touches: {', 'touches: {automatic_subjects: [Tool*], ')}\n{STAGES_OF_DEALS}")
    zoe = handed.user("Zoe", ManagerId=handed.user("Sam"))
    alice, eddie = handed.user("Alice"), handed.user("Eddie")
    of = {
        name: lead(handed, name) for name in ("Call", "Team", "Again", "Back", "Deal", "Tool", "Other deal")
    }
    for person in of.values():
        hand(handed, person)
    deals = {name: dealt(handed, of[name]) for name in ("Deal", "Other deal")}
    later(handed, hours=1)
    handed.call(of["Call"], owner="Eddie")
    handed.call(of["Tool"], owner="Eddie", Subject="Tool: hello")
    handed.org.update("Lead", of["Team"], {"OwnerId": zoe}, user_id=handed.user("Sam"))
    handed.org.update("Opportunity", deals["Deal"], {"StageName": "Qualification"}, user_id=eddie)
    handed.org.update("Opportunity", deals["Other deal"], {"StageName": "Qualification"}, user_id=alice)
    for name, status, by in (("Again", "On Hold", eddie), ("Back", "Nurture", alice)):
        handed.org.update("Lead", of[name], {"Status": status}, user_id=by)
        handed.pass_time(minutes=11)
        handed.org.update("Lead", of[name], {"Status": "Qualified"}, user_id=by)
    handed.pass_time(hours=48)
    handed.sync()
    forget()
    assert what(handed) == [("steps", REMINDER)] * 3
    missed = {told["person_id"] for told in AuditRun.objects.latest("pk").differences}
    names = Lead.objects.filter(pk__in=missed) | Lead.objects.filter(converted_contact_id__in=missed)
    assert set(names.values_list("last_name", flat=True)) == {"Lovelace", "Tool", "Other deal"}


STAGES_OF_DEALS = "qualified: {stages: {pipeline: [Qualification]}}\n"


def dealt(world: World, person: str) -> str:
    """The opportunity that Alice converts them into."""
    values = {"Name": "Analytical Engines", "StageName": "Prospecting", "CloseDate": "2026-06-30"}
    converted = world.org.convert(person, opportunity=values, user_id=world.user("Alice"))
    assert converted.opportunity_id
    return converted.opportunity_id


def test_m19_only_those_are_looked_at_who_changed_hands_so_lately_that_something_is_due(
    handed: World,
) -> None:
    """As many statements for many as for one. What operations stopped is left out."""
    otto = User.objects.get(username="otto")
    switch(Telling.REMINDERS, Mode.OFF, by=otto, why="a quiet week", now=handed.now)
    later(handed, hours=72)
    with CaptureQueriesContext(connection) as few:
        compare(now=handed.now)
    for name in ("Hopper", "Johnson", "Hamilton"):
        hand(handed, lead(handed, name))
    later(handed, hours=72)
    long_ago, just_now = handed.now - timedelta(days=20), handed.now - timedelta(hours=1)
    LeadHistory.objects.bulk_create(
        LeadHistory(
            id=f"017{number:012}XAA", lead_id=f"00Q{number:012}XAA", field="Owner",
            created_at=just_now if number % 2 else long_ago,
        )
        for number in range(3_000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sync_leadhistory")
    with CaptureQueriesContext(connection) as many:
        compare(now=handed.now)
    assert AuditRun.objects.latest("pk").expected["steps"] == 3
    assert len(many) <= len(few) + 2
    assert 0 < rows_of_one(many, "WITH moved", "sync_leadhistory") < 100
