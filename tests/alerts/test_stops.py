"""Otto stops one kind of telling, or all automation: nothing of it is decided or written, and nothing is lost."""

from __future__ import annotations

from datetime import timedelta

from alerts.stops import Telling
from base.models import Effect, User
from leadmodel.actions import Asked, Touched, log_touch
from leadmodel.may_act import REASSIGN
from sync.models import WriteSwitch
from sync.writeback.modes import STOP, Mode, switch
from tests.alerts.overdue import later, look
from tests.alerts.test_ladder import A_DAY, State, desk, new_world, steps, told, waiting, world
from tests.sync.world import World
from tests.writeback.writing import work_off

__all__ = ["desk", "new_world", "world"]


def stop(kind: str, world: World, mode: Mode = Mode.OFF) -> None:
    otto = User.objects.get(username="otto")
    moves = WriteSwitch.objects.count()
    switch(kind, mode, by=otto, why="a mistake", now=world.now + timedelta(microseconds=moves))


def test_a_kind_that_is_stopped_stays_due_and_the_others_go_on(desk: World) -> None:
    stop(Telling.ESCALATIONS, desk)
    later(desk, minutes=A_DAY)
    assert look(desk) == {State.DONE: 2}
    assert [who for who, _ in told()] == ["alice"]
    stop(Telling.ESCALATIONS, desk, Mode.ON)
    assert look(desk) == {State.DONE: 1}
    assert [who for who, _ in told()] == ["alice", "mona"]


def test_all_automation_stops_at_once_and_goes_on(desk: World) -> None:
    stop(STOP, desk)
    later(desk, minutes=A_DAY)
    assert look(desk) == {}
    assert (steps(), told(), Effect.objects.count()) == ([], [], 0)
    stop(STOP, desk, Mode.ON)
    assert look(desk) == {State.DONE: 3}


def test_what_was_decided_before_is_not_written_and_holds_up_nobody(desk: World) -> None:
    alice = User.objects.get(username="alice")
    switch(REASSIGN, Mode.ON, by=User.objects.get(username="otto"), why="looked at it", now=desk.now)
    later(desk, minutes=A_DAY)
    look(desk)
    stop(STOP, desk)
    log_touch(Asked(alice, "a click", desk.now), waiting(), how=Touched.CALL, words="")
    work_off(desk)
    written = Effect.objects.filter(kind__startswith="salesforce.")
    assert set(written.values_list("state", "said")) == {
        ("ready", "Automation is stopped for now."),
        ("done", ""),
    }
