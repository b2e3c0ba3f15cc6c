"""The auditor recomputes what should have been done by now: it tells exactly what was left out, and else agrees."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.abandoning import abandon
from alerts.auditor import abandons
from alerts.auditor.comparing import compare
from alerts.models import AuditRun, Escalation
from alerts.stops import Telling
from base.models import Effect, User
from leadmodel.models import Clock, Rung
from leadmodel.rebuild import mark_everybody
from leadmodel.settings_store import enter
from sync.models import Lead, Mark
from sync.writeback.modes import STOP
from tests.alerts.overdue import MODEL, later, lead, look
from tests.alerts.test_ladder import A_DAY, State, desk, new_world, waiting, world
from tests.alerts.test_stops import stop
from tests.sync.world import World

__all__ = ["desk", "new_world", "world"]
Found = list[tuple[str, str]]


@pytest.fixture
def wait(desk: World) -> World:
    """The desk a day later, by accounts that were there all the while; its steps are due, and none was decided."""
    User.objects.update(date_joined=desk.now - timedelta(days=30))
    later(desk, minutes=A_DAY)
    return desk


def found(world: World) -> Found:
    """Each check that differs and what it tells of whom, by two looks, five minutes apart."""
    assert compare(now=world.now).agrees, "what is missing for a moment alarms nobody"
    world.pass_time(minutes=5)
    world.catch_up()
    run = compare(now=world.now)
    assert run.agrees is (run.differences == [])
    return [(told["check"], told["what"]) for told in run.differences]


def test_when_all_was_done_it_agrees(wait: World) -> None:
    assert look(wait) == {State.DONE: 3}
    assert found(wait) == []
    run = AuditRun.objects.latest("pk")
    assert (run.expected["steps"], run.expected["told"], run.expected["reassigned"]) == (3, 2, 1)
    assert not run.is_behind


def test_when_nobody_looked_it_tells_each_step_and_later_that_it_is_done(wait: World) -> None:
    told = found(wait)
    assert [check for check, _ in told] == ["steps"] * 3
    assert [what.split("”")[0][1:] for _, what in told] == ["Remind the rep", "Tell the manager", "Re-assign"]
    look(wait)
    assert compare(now=wait.now).agrees


@pytest.mark.parametrize("act", ["remind_rep", "tell_manager", "reassign"])
def test_the_one_step_that_was_left_out_is_told_and_no_other(wait: World, act: str) -> None:
    look(wait)
    Escalation.objects.filter(act=act).delete()
    ((check, what),) = found(wait)
    step = {"remind_rep": 1, "tell_manager": 2, "reassign": 3}[act]
    assert (check, f"(step {step})" in what) == ("steps", True)
    assert AuditRun.objects.latest("pk").differences[0]["person_id"] == waiting()


def test_steps_that_were_never_stored_are_missed_all_the_same(wait: World) -> None:
    """It does not go by what the scan goes by."""
    Rung.objects.all().delete()
    assert look(wait) == {}
    assert [check for check, _ in found(wait)] == ["steps"] * 3


def keep(world: World, act: str, step: int, state: str) -> None:
    """A decision about a step, and no more."""
    rung = Rung.objects.get(act=act)
    Escalation.objects.create(
        person_id=rung.person_id, number=rung.number, step=step, act=act, holder_id=rung.holder_id,
        due_at=rung.due_at, state=state, said="Told 1 person.", decided_at=world.now,
    )  # fmt: skip


def test_a_step_kept_as_done_of_which_nobody_was_told(wait: World) -> None:
    for act, step in (("remind_rep", 1), ("tell_manager", 2), ("reassign", 3)):
        keep(wait, act, step, "done")
    assert [check for check, _ in found(wait)] == ["told", "told", "reassigned"]


def test_a_step_that_told_nobody_though_somebody_has_an_account(wait: World) -> None:
    keep(wait, "remind_rep", 1, "untold")
    assert look(wait) == {State.DONE: 2}
    ((check, what),) = found(wait)
    assert (check, "there was somebody to tell" in what) == ("told", True)


def test_a_step_that_told_nobody_as_nobody_has_an_account(wait: World) -> None:
    User.objects.filter(username="alice").delete()
    assert look(wait) == {State.UNTOLD: 1, State.DONE: 2}
    assert found(wait) == []


def test_a_step_that_waits_and_is_never_looked_at_again(wait: World) -> None:
    look(wait)
    Escalation.objects.filter(act="reassign").update(
        state="waiting", again_at=wait.now - timedelta(minutes=11)
    )
    ((check, what),) = found(wait)
    assert (check, "nobody looked again" in what) == ("steps", True)


def test_a_sync_that_is_behind_is_no_disagreement(desk: World) -> None:
    desk.pass_time(minutes=A_DAY)
    assert compare(now=desk.now).agrees
    desk.pass_time(minutes=5)
    run = compare(now=desk.now)
    assert (run.agrees, run.is_behind) == (True, True)


def test_what_was_missing_is_not_found_by_looking_at_nothing(wait: World) -> None:
    assert found(wait)
    wait.pass_time(minutes=30)
    run = compare(now=wait.now)
    assert (run.is_behind, run.agrees) == (True, False)
    assert [told["check"] for told in run.differences] == ["steps"] * 3
    assert run.differing == {"steps": 3}
    wait.catch_up()
    look(wait)
    assert compare(now=wait.now).agrees


@pytest.mark.parametrize("of", ["everybody", "them"])
def test_what_is_not_derived_yet_is_no_disagreement(wait: World, of: str) -> None:
    if of == "everybody":
        mark_everybody()
    else:
        Mark.objects.create(record_id=waiting())
    assert compare(now=wait.now).agrees
    assert compare(now=wait.now + timedelta(minutes=5)).agrees


def test_what_operations_stopped_is_no_disagreement(wait: World) -> None:
    stop(Telling.ESCALATIONS, wait)
    assert [what.split("”")[0][1:] for _, what in found(wait)] == ["Remind the rep", "Re-assign"]
    stop(STOP, wait)
    assert compare(now=wait.now).agrees


def test_a_policy_entered_later_is_for_later_waits(wait: World) -> None:
    look(wait)
    enter(f"{MODEL}response: {{maximum_minutes: 180}}\n")
    wait.catch_up()
    assert found(wait) == []


def test_what_was_answered_is_not_missed(wait: World) -> None:
    wait.call(waiting())
    wait.pass_time(minutes=1)
    wait.catch_up()
    assert found(wait) == []


def test_whom_nobody_gave_up_is_told_until_somebody_does(desk: World) -> None:
    desk.call(waiting())
    desk.pass_time(days=31)
    desk.catch_up()
    Clock.objects.all().delete()
    assert abandon(now=desk.now) == 0
    ((check, what),) = found(desk)
    assert (check, "limit of cycle 1" in what) == ("abandoned", True)
    mark_everybody()
    desk.catch_up()
    assert abandon(now=desk.now) == 1
    assert compare(now=desk.now).agrees
    assert AuditRun.objects.latest("pk").expected["abandoned"] == 1


def test_who_is_missed_is_found_behind_any_number_who_are_not(
    desk: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The longest overdue are elsewhere by a status of which no history tells."""
    for name in ("AT_ONCE", "MOST_LOOKED_AT"):
        monkeypatch.setattr(abandons, name, 1)
    first = waiting()
    desk.call(first)
    desk.pass_time(hours=1)
    desk.call(lead(desk, "Hopper"))
    desk.pass_time(days=31)
    desk.catch_up()
    Clock.objects.all().delete()
    Lead.objects.filter(pk=first).update(status="Nurture")
    compare(now=desk.now)
    compare(now=desk.now + timedelta(minutes=5))
    (told,) = AuditRun.objects.latest("pk").differences
    assert told["person_id"] != first


@pytest.mark.parametrize("why", ["status", "cap", "no nurture"])
def test_whom_nobody_may_give_up_is_not_missed(desk: World, why: str) -> None:
    desk.call(waiting())
    if why == "status":
        desk.org.update("Lead", waiting(), {"Status": "Nurture"}, user_id=desk.user("Alice"))
    desk.pass_time(days=31)
    if why == "cap":
        enter(f"{MODEL}auto_abandon: {{most_a_day: 0}}\n")
    if why == "no nurture":
        enter(MODEL.replace("nurture: [Nurture]", "nurture: []"))
    desk.catch_up()
    assert found(desk) == []


def test_an_effect_that_nobody_does_is_told_and_one_that_waits_is_not(wait: World) -> None:
    look(wait)
    effect = Effect.objects.get(kind="salesforce.change.auto-reassign")
    assert found(wait) == []
    wait.pass_time(minutes=10)
    wait.catch_up()
    assert [check for check, _ in found(wait)][:1] == ["outbox"]
    assert f"(number {effect.pk})" in AuditRun.objects.latest("pk").differences[0]["what"]
    Effect.objects.filter(state="ready").update(due_at=wait.now)
    assert compare(now=wait.now).agrees


def test_a_look_reads_in_whole_sets(wait: World) -> None:
    """As many statements for many people as for one."""
    look(wait)
    with CaptureQueriesContext(connection) as few:
        compare(now=wait.now)
    for number in range(20):
        wait.lead(f"More {number}", Status="Assigned", LeadSource="Web")
    later(wait, minutes=A_DAY)
    with CaptureQueriesContext(connection) as many:
        compare(now=wait.now)
    assert AuditRun.objects.latest("pk").expected["steps"] > 40
    assert len(many) <= len(few) + 2


def test_old_looks_are_forgotten(wait: World) -> None:
    compare(now=wait.now - timedelta(days=31))
    compare(now=wait.now)
    assert AuditRun.objects.count() == 1
