"""What Alice does to her people: decided once, compared with what she saw, hers to take back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.http import Http404

from base.models import Effect, Role, User
from leadmodel import actions
from leadmodel.actions import Asked, NotPossible, Touched
from leadmodel.lifecycle.stages import Stage
from leadmodel.models import Cycle, Exclusion, Request
from leadmodel.settings_store import enter
from tests.sync.world import World, values
from tests.writeback.writing import rep, state, work_off

MODEL = """
stages:
  raw: [New]
  assigned: [Assigned]
  working: [Working]
  qualified: [Qualified]
  nurture: [Nurture]
  unqualified: [Unqualified]
reasons:
  nurture_field: Nurture_Reason__c
  nurture: [No time, No budget]
assignment: {status: true}
"""


@pytest.fixture
def lead(world: World) -> str:
    """Alice's lead, assigned an hour ago and read."""
    world.control("POST", "fields", {"object": "Lead", "name": "Nurture_Reason__c", "length": 80})
    enter(MODEL)
    made = world.lead(Status="Assigned")
    world.catch_up()
    world.pass_time(hours=1)
    return made


def asked(world: World, once: str = "one click", name: str = "Alice") -> Asked:
    return Asked(rep(world, name), once, world.now)


def manager(world: World) -> User:
    """Mona, to whom Alice reports."""
    mona = world.user("Mona")
    world.org.update("User", world.user("Alice"), {"ManagerId": mona})
    return User.objects.create_user("mona", role=Role.OPS, salesforce_id=mona)


def test_a_disposition_writes_status_and_reason_and_closes_the_cycle_in_her_name(
    world: World, lead: str
) -> None:
    effect = actions.dispose(asked(world), lead, kind=Stage.NURTURE, reason="No time")
    work_off(world)
    assert state(effect) == "done"
    row = world.org.live_row("Lead", lead)
    assert (row["Status"], row["Nurture_Reason__c"]) == ("Nurture", "No time")
    world.catch_up()
    cycle = Cycle.objects.get()
    assert (cycle.outcome, cycle.reason, cycle.closed_by) == ("nurture", "No time", world.user("Alice"))


def test_a_double_click_acts_once(world: World, lead: str) -> None:
    first = actions.log_touch(asked(world), lead, how=Touched.CALL, words="hello")
    assert actions.log_touch(asked(world), lead, how=Touched.CALL, words="hello") == first
    work_off(world)
    assert Effect.objects.count() == 1
    assert len(list(world.org.store.rows("Task"))) == 1


def test_a_call_logged_here_is_her_touch_and_the_first_response(world: World, lead: str) -> None:
    actions.log_touch(asked(world), lead, how=Touched.CALL, words="left a message")
    work_off(world)
    world.catch_up()
    cycle = Cycle.objects.get()
    assert (cycle.touch_count, cycle.first_touch_by) == (1, world.user("Alice"))
    assert values("SELECT subject FROM sync_task") == ["Call: left a message"]


def test_a_follow_up_is_an_open_task_of_that_day_and_no_touch(world: World, lead: str) -> None:
    day = world.now.date() + timedelta(days=90)
    actions.follow_up(asked(world), lead, day=day, words="")
    work_off(world)
    world.catch_up()
    assert Cycle.objects.get().touch_count == 0
    assert values("SELECT activity_date FROM sync_task") == [day]
    with pytest.raises(NotPossible, match="is over"):
        actions.follow_up(asked(world, "another"), lead, day=date(2020, 1, 1), words="")


def test_a_reason_that_is_none_is_refused_with_nothing_decided(world: World, lead: str) -> None:
    with pytest.raises(NotPossible, match="choose one of the list"):
        actions.dispose(asked(world), lead, kind=Stage.NURTURE, reason="Because")
    assert not Effect.objects.exists()


def test_not_mine_goes_back_to_the_queue_it_came_from(world: World, lead: str) -> None:
    queue = world.org.create("Group", {"Name": "Inbound", "Type": "Queue", "DeveloperName": "Inbound"})
    world.org.update("Lead", lead, {"OwnerId": queue})
    world.pass_time(minutes=5)
    world.org.update("Lead", lead, {"OwnerId": world.user("Alice")})
    world.sync()
    effect = actions.give_back(asked(world), lead, why="not my region")
    assert isinstance(effect, Effect)
    work_off(world)
    assert world.org.live_row("Lead", lead)["OwnerId"] == queue


def test_not_mine_without_a_queue_asks_the_manager(world: World, lead: str) -> None:
    request = actions.give_back(asked(world), lead, why="my cousin")
    assert isinstance(request, Request)
    mona = manager(world)
    actions.grant(Asked(mona, "grant", world.now), request, words="", to=world.user("Bob"))
    work_off(world)
    assert world.org.live_row("Lead", lead)["OwnerId"] == world.user("Bob")


def test_a_contested_figure_is_left_out_once_the_manager_grants_it_and_only_once(
    world: World, lead: str
) -> None:
    request = actions.contest(asked(world), lead, why="a test record")
    with pytest.raises(NotPossible, match="nobody their own"):
        actions.grant(asked(world), request, words="", until=world.now + timedelta(days=30))
    mona = Asked(manager(world), "grant", world.now)
    with pytest.raises(NotPossible, match="Say until when"):
        actions.grant(mona, request, words="")
    actions.grant(mona, request, words="fine", until=world.now + timedelta(days=30))
    assert Exclusion.objects.get().reason == "a test record"
    request.refresh_from_db()
    assert request.state == "granted"
    with pytest.raises(NotPossible, match="already"):
        actions.refuse(mona, request, words="changed my mind")


def test_what_is_not_hers_she_cannot_act_on(world: World, lead: str) -> None:
    with pytest.raises(Http404):
        actions.log_touch(asked(world, name="Eve"), lead, how=Touched.CALL, words="")


def test_undo_puts_back_what_was_there_and_loses_to_a_newer_change(world: World, lead: str) -> None:
    effect = actions.dispose(asked(world), lead, kind=Stage.NURTURE, reason="No time")
    work_off(world)
    state(effect)
    world.pass_time(minutes=1)
    undone = actions.undo(asked(world, "undo"), effect)
    work_off(world)
    assert state(undone) == "done"
    assert world.org.live_row("Lead", lead)["Status"] == "Assigned"

    again = actions.dispose(asked(world, "again"), lead, kind=Stage.UNQUALIFIED, reason=None)
    work_off(world)
    state(again)
    world.pass_time(minutes=1)
    world.org.update("Lead", lead, {"Status": "Working"}, user_id=world.user("Bob"))
    lost = actions.undo(asked(world, "undo again"), again)
    work_off(world)
    assert state(lost) == "conflict"
    assert world.org.live_row("Lead", lead)["Status"] == "Working"


def test_a_call_that_is_taken_back_is_gone(world: World, lead: str) -> None:
    effect = actions.log_touch(asked(world), lead, how=Touched.EMAIL, words="")
    work_off(world)
    state(effect)
    actions.undo(asked(world, "undo"), effect)
    work_off(world)
    world.catch_up()
    assert Cycle.objects.get().touch_count == 0
