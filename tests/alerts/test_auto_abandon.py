"""M15: whom Alice worked for thirty days and left alone for seven is given up, by a write that looks once more."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.http import Http404

from alerts.abandoning import abandon
from alerts.tasks import act_on_all_due, act_on_due
from base.models import Effect, Role, User
from base.outbox import do_after_all
from config.celery import app
from config.timetable import TIMETABLE
from leadmodel.actions import Asked, NotPossible, undo
from leadmodel.may_act import ABANDON
from leadmodel.models import Clock, Cycle, Exclusion
from leadmodel.outcomes import access_write, can_be_undone
from leadmodel.settings_store import enter
from sync.models import Lead, Mark, Task, TaskRelation
from sync.salesforce.client import connect
from sync.writeback.deliver import deliver
from sync.writeback.modes import STOP, Mode, is_stopped, switch, switches
from tests.alerts.at_once import at_once
from tests.alerts.overdue import STAGES
from tests.sync.conftest import new_world, world
from tests.sync.world import World
from tests.writeback.writing import rep, work_off

__all__ = ["new_world", "world"]
MODEL = (
    STAGES
    + """reasons: {nurture_field: Nurture_Reason__c}
paths: {inbound_sources: [Web]}
touches: {automated_users: [otto@desk.example]}
"""
)


@pytest.fixture
def desk(world: World) -> World:
    """Alice's lead, called once, thirty days and an hour ago; read just now."""
    world.control("POST", "fields", {"object": "Lead", "name": "Nurture_Reason__c", "length": 80})
    enter(MODEL)
    lead(world)
    world.pass_time(days=30, hours=2)
    world.catch_up()
    return world


@pytest.fixture
def otto(transactional_db: None) -> User:
    return User.objects.create_user("otto", role=Role.OPS)


def lead(world: World, name: str = "Lovelace") -> str:
    """Assigned, and called an hour later."""
    made = world.lead(name, Status="Assigned", LeadSource="Web")
    world.pass_time(hours=1)
    world.call(made)
    return made


def told() -> list[tuple[str, str]]:
    """How each decision stands, oldest first."""
    return list(Effect.objects.filter(kind=ABANDON).order_by("pk").values_list("state", "said"))


def do(world: World, otto: User) -> None:
    """Otto lets automation write; what was decided is delivered."""
    switch(ABANDON, Mode.ON, by=otto, why="looked at the dry runs", now=world.now)
    work_off(world)


def test_the_cycle_ends_as_nurture_by_automation(desk: World, otto: User) -> None:
    assert abandon(now=desk.now) == 1
    do(desk, otto)
    desk.pass_time(minutes=1)
    desk.catch_up()
    row = desk.org.live_row("Lead", Effect.objects.get().subject)
    assert (row["Status"], row["Nurture_Reason__c"]) == ("Nurture", "Auto-abandoned")
    cycle = Cycle.objects.get()
    assert (cycle.outcome, cycle.reason, cycle.handling) == ("nurture", "Auto-abandoned", "touched")
    assert cycle.closed_at == desk.now - timedelta(minutes=1)
    assert cycle.closed_by == desk.org.store.setting("api_user_id"), (
        "by the integration user, and so by no rep"
    )
    assert [clock.kind for clock in Clock.objects.all()] == ["nurture_return"], "the limit has stopped"
    assert abandon(now=desk.now) == 0


def test_it_starts_as_a_dry_run(desk: World) -> None:
    abandon(now=desk.now)
    work_off(desk)
    said = "Would change Status from “Assigned” to “Nurture”, Nurture_Reason__c from “empty” to “Auto-abandoned”."
    assert told() == [("dry", said)]
    assert desk.org.live_row("Lead", Effect.objects.get().subject)["Status"] == "Assigned"
    desk.pass_time(days=1)
    desk.catch_up()
    assert abandon(now=desk.now) == 0, "decided once, however long it stays a dry run"


def test_not_a_moment_before_the_limit(world: World) -> None:
    enter(MODEL)
    lead(world)
    world.catch_up()
    (clock,) = Clock.objects.all()
    world.pass_time(days=29, hours=23)
    world.catch_up()
    assert abandon(now=world.now) == 0
    world.pass_time(hours=1, seconds=-1)
    world.catch_up()
    assert abandon(now=world.now) == 0
    world.pass_time(seconds=1)
    assert clock.due_at == world.now
    assert abandon(now=world.now) == 0, "Salesforce was read a second too early to know"
    world.catch_up()
    assert abandon(now=world.now) == 1


def test_m20_who_is_called_in_the_last_second_stays(desk: World, otto: User) -> None:
    """M20: the call is in Salesforce and not yet here when the write goes out."""
    abandon(now=desk.now)
    desk.pass_time(seconds=30)
    desk.call(Effect.objects.get().subject)
    do(desk, otto)
    assert [state for state, _ in told()] == ["cancelled"]
    assert desk.org.live_row("Lead", Effect.objects.get().subject)["Status"] == "Assigned"
    desk.pass_time(minutes=1)
    desk.catch_up()
    assert abandon(now=desk.now) == 0
    desk.pass_time(days=7)
    desk.catch_up()
    assert abandon(now=desk.now) == 1, "seven days after that call"


def test_m20_who_is_in_a_call_with_others_stays_too(desk: World, otto: User) -> None:
    abandon(now=desk.now)
    desk.pass_time(seconds=30)
    call = desk.call(desk.lead("Hopper"))
    desk.org.create("TaskRelation", {"TaskId": call, "RelationId": Effect.objects.get().subject})
    do(desk, otto)
    assert [state for state, _ in told()] == ["cancelled"]


def test_m20_who_was_in_a_call_of_which_only_the_others_part_was_read_stays(desk: World, otto: User) -> None:
    """M20: who is in a call is read less often than calls are."""
    record = Lead.objects.get(last_name="Lovelace").pk
    call = desk.call(desk.lead("Hopper"))
    desk.org.create("TaskRelation", {"TaskId": call, "RelationId": record})
    desk.pass_time(minutes=3)
    desk.catch_up()
    assert Task.objects.filter(pk=call).exists()
    assert not TaskRelation.objects.exists()
    assert abandon(now=desk.now) == 1, "nothing of it is known here"
    do(desk, otto)
    assert [state for state, _ in told()] == ["cancelled"]


def test_what_turned_out_to_be_no_touch_is_decided_anew(desk: World, otto: User) -> None:
    abandon(now=desk.now)
    desk.pass_time(seconds=30)
    desk.call(Effect.objects.get().subject, Status="Not Started")
    do(desk, otto)
    assert [state for state, _ in told()] == ["cancelled"]
    assert abandon(now=desk.now) == 0, "nothing new is known yet"
    desk.pass_time(minutes=1)
    desk.catch_up()
    assert abandon(now=desk.now) == 1
    work_off(desk)
    assert [state for state, _ in told()] == ["cancelled", "done"]


def test_a_reps_own_disposition_wins(desk: World, otto: User) -> None:
    abandon(now=desk.now)
    record = Effect.objects.get().subject
    desk.org.update("Lead", record, {"Status": "Unqualified"}, user_id=desk.user("Alice"))
    do(desk, otto)
    ((state, said),) = told()
    assert state == "conflict"
    assert "no longer “Assigned”: somebody changed it" in said
    assert desk.org.live_row("Lead", record)["Status"] == "Unqualified"


@pytest.mark.parametrize(
    ("status", "by_status", "is_due"),
    [
        ("Qualified", True, False),
        ("NURTURE", True, False),
        ("New", True, False),
        ("New", False, True),
        ("On Hold", True, True),
    ],
)
def test_what_salesforce_says_without_a_history_goes_before(
    desk: World, status: str, by_status: bool, is_due: bool
) -> None:
    """A gap in history tracking: the cycle looks open, and the status says that it is not."""
    if not by_status:
        enter(f"{MODEL}assignment: {{status: false, owner: true}}\n")
        Mark.objects.all().delete()
    Lead.objects.update(status=status)
    assert Clock.objects.count() == 1
    assert abandon(now=desk.now) == is_due


def test_m16_an_exception_keeps_automation_away_while_it_is_in_force(desk: World, otto: User) -> None:
    record = Clock.objects.get().person_id
    exclusion = Exclusion.objects.create(
        record_id=record,
        starts_at=desk.now,
        expires_at=desk.pass_time(days=2),
        reason="Long holiday",
        owner=otto,
    )
    desk.pass_time(days=-1)
    desk.catch_up()
    assert abandon(now=desk.now) == 0
    desk.pass_time(days=1)
    assert exclusion.expires_at == desk.now
    desk.catch_up()
    assert abandon(now=desk.now) == 1


@pytest.mark.parametrize("is_after_all", [False, True])
def test_m16_an_exception_that_came_after_the_decision_keeps_it_from_being_written(
    desk: World, otto: User, is_after_all: bool
) -> None:
    abandon(now=desk.now)
    effects = Effect.objects.filter(kind=ABANDON)
    if is_after_all:
        work_off(desk)
        assert [state for state, _ in told()] == ["dry"]
    excepted = Exclusion.objects.create(
        record_id=effects.get().subject,
        starts_at=desk.now,
        expires_at=desk.now + timedelta(days=2),
        reason="Long holiday",
        owner=otto,
    )
    if is_after_all:
        do_after_all(effects, now=desk.now)
    do(desk, otto)
    assert told() == [("cancelled", "An exception is in force.")]
    assert desk.org.live_row("Lead", effects.get().subject)["Status"] == "Assigned"
    excepted.delete()
    desk.pass_time(minutes=1)
    desk.catch_up()
    assert abandon(now=desk.now) == 1, "decided anew once it is over"


def test_whoever_stops_automation_does_not_wait_for_the_end_of_a_batch(desk: World, otto: User) -> None:
    lead(desk, "Hopper")
    desk.pass_time(days=31)
    desk.catch_up()
    assert abandon(now=desk.now) == 2
    switch(ABANDON, Mode.ON, by=otto, why="looked at the dry runs", now=desk.now)

    def clock() -> datetime:
        """Otto stops it when the first is written."""
        is_written = any(desk.org.store.rows("Lead", "\"Status\" = 'Nurture'"))
        if is_written and not is_stopped(switches()):
            switch(STOP, Mode.OFF, by=otto, why="too many", now=desk.now)
        return desk.now

    deliver(connect(), clock=clock)
    assert sorted(told()) == [("done", ""), ("ready", "Automation is stopped for now.")]


def test_news_that_is_not_derived_yet_is_waited_for(desk: World) -> None:
    mark = Mark.objects.create(record_id=Clock.objects.get().person_id)
    assert abandon(now=desk.now) == 0
    mark.delete()
    mark = Mark.objects.create(record_id="*")
    assert abandon(now=desk.now) == 0
    mark.delete()
    assert abandon(now=desk.now) == 1


def test_whoever_is_converted_since_is_not_given_up_once_more(desk: World) -> None:
    """A conversion that is none of the definitions of *qualified*: the cycle stays open, as the contact's."""
    desk.control("POST", "fields", {"object": "Contact", "name": "Status__c", "length": 80})
    by_pipeline = "qualified: {by: opportunity, definition: pipeline, stages: {pipeline: [Pipeline]}}\n"
    enter(MODEL.replace("stages:\n", "stages:\n  contact_status_field: Status__c\n") + by_pipeline)
    desk.pass_time(minutes=1)
    desk.catch_up()
    abandon(now=desk.now)
    work_off(desk)
    (lead_id,) = Effect.objects.values_list("subject", flat=True)
    converted = desk.org.convert(
        lead_id, user_id=desk.user("Alice"), now=desk.now, status="Assigned", opportunity=None
    )
    desk.org.update("Contact", converted.contact_id, {"Status__c": "Assigned"}, user_id=desk.user("Alice"))
    desk.pass_time(minutes=1)
    desk.catch_up()
    assert Clock.objects.get(kind="working_limit").person_id.startswith("003")
    assert abandon(now=desk.now) == 0


def test_six_scanners_at_once_decide_once(desk: World) -> None:
    for number in range(5):
        lead(desk, f"Lead {number}")
    desk.pass_time(days=30)
    desk.catch_up()

    at_once(lambda: abandon(now=desk.now), times=6)
    abandon(now=desk.now)
    subjects = list(Effect.objects.values_list("subject", flat=True))
    assert len(subjects) == 6
    assert len(set(subjects)) == 6


def test_no_more_than_so_many_a_day(world: World) -> None:
    enter(f"{MODEL}auto_abandon: {{most_a_day: 2}}\n")
    first = [lead(world, f"Lead {number}") for number in range(5)]
    world.pass_time(days=31)
    world.catch_up()
    assert abandon(now=world.now) == 2
    assert abandon(now=world.now) == 0
    world.pass_time(days=1)
    world.catch_up()
    assert abandon(now=world.now) == 2
    world.pass_time(days=1)
    world.catch_up()
    assert abandon(now=world.now) == 1
    assert list(Effect.objects.order_by("pk").values_list("subject", flat=True)) == first, (
        "longest overdue first"
    )


def test_ops_takes_it_back(desk: World, otto: User) -> None:
    abandon(now=desk.now)
    do(desk, otto)
    effect = Effect.objects.get()
    desk.pass_time(minutes=5)
    undo(Asked(otto, "once", desk.now), effect)
    work_off(desk)
    row = desk.org.live_row("Lead", effect.subject)
    assert (row["Status"], row["Nurture_Reason__c"]) == ("Assigned", None)
    desk.pass_time(minutes=1)
    desk.catch_up()
    assert abandon(now=desk.now) == 0, "whoever was taken back stays"


def test_alice_takes_it_back_for_a_day_and_nobody_elses_rep_does(desk: World, otto: User) -> None:
    alice = rep(desk, "Alice")
    bob = rep(desk, "Bob")
    abandon(now=desk.now)
    do(desk, otto)
    effect = Effect.objects.get()
    with pytest.raises(NotPossible, match="for a day its holder too"):
        undo(Asked(bob, "", desk.now), effect)
    with pytest.raises(Http404):
        access_write(bob, effect.pk, now=desk.now)
    a_day_later = desk.now + timedelta(days=1)
    assert can_be_undone(alice, [effect], now=a_day_later) == {effect.pk}
    assert can_be_undone(alice, [effect], now=a_day_later + timedelta(seconds=1)) == set()
    with pytest.raises(NotPossible):
        undo(Asked(alice, "", a_day_later + timedelta(seconds=1)), effect)

    assert access_write(alice, effect.pk, now=desk.now) == effect
    undo(Asked(alice, "", desk.now), effect)
    undo(Asked(alice, "", desk.now), effect)  # a double click
    work_off(desk)
    assert desk.org.live_row("Lead", effect.subject)["Status"] == "Assigned"
    assert can_be_undone(alice, [effect], now=desk.now) == set()


def test_the_timetables_tasks_decide(desk: World) -> None:
    assert app.tasks[TIMETABLE["act on what is due"]["task"]].name == act_on_due.name
    assert app.tasks[TIMETABLE["act on all that is due"]["task"]].name == act_on_all_due.name
    act_on_due()
    assert not Effect.objects.exists(), "by the real clock its limit was over long ago"
    act_on_all_due()
    assert Effect.objects.get().kind == ABANDON
