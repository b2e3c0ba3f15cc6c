"""M18, R145: Alice hands whom she qualified to Eddie, who does not take them up: he is reminded, then Sam is told."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from alerts.escalated import read_coming
from alerts.ladder.climb import climb
from alerts.lines import Narrowed
from alerts.models import Escalation, Told
from alerts.stops import Telling, of_notice
from alerts.telling.standing import look_after
from base.models import Role, User
from leadmodel.models import Clock, Rung
from leadmodel.rebuild import mark_everybody, rebuild_all
from leadmodel.settings_store import enter
from sync.models import Lead
from sync.salesforce.client import connect
from sync.writeback.modes import Mode, switch
from tests.alerts.at_once import at_once
from tests.alerts.overdue import MODEL, hire, later, lead, look, new_world, world
from tests.sync.world import DERIVED, World, versions

__all__ = ["new_world", "world"]
State = Escalation.State


@pytest.fixture
def desk(world: World, transactional_db: None) -> World:
    """Alice is Mona's, Eddie Sam's. She answered and qualified a lead and gave it to him, just now."""
    enter(MODEL)
    hire(world, "Alice", "Bob")
    hire(world, "Eddie", manager="Sam")
    for name, role in (("Eddie", Role.REP), ("Sam", Role.MANAGER), ("Mona", Role.MANAGER)):
        User.objects.create_user(name.lower(), role=role, salesforce_id=world.user(name))
    User.objects.create_user("otto", role=Role.OPS)
    person = lead(world)
    world.pass_time(minutes=5)
    world.call(person)
    world.pass_time(minutes=5)
    hand(world, person)
    world.catch_up()
    return world


def hand(world: World, person: str, to: str = "Eddie") -> None:
    """A minute from now Alice qualifies the person and gives them away."""
    world.pass_time(minutes=1)
    changes = {"Status": "Qualified", "OwnerId": world.user(to)}
    world.org.update("Lead", person, changes, user_id=world.user("Alice"))


def told() -> list[tuple[str, str, str]]:
    """Who was told what under which topic, oldest first."""
    return list(Told.objects.order_by("pk").values_list("to__username", "topic", "headline"))


REMINDED = ("eddie", "hand_off", "Lovelace was handed to you, to be taken up by Thu 05 Mar, 12:11")
ESCALATED = ("sam", "hand_off", "Lovelace was handed to Eddie, who did not take them up")


def test_eddie_is_reminded_a_day_before_and_sam_is_told_when_it_is_over(desk: World) -> None:
    later(desk, hours=47)
    assert look(desk) == {}
    later(desk, hours=1)
    assert look(desk) == {State.DONE: 1}
    assert told() == [REMINDED]
    later(desk, hours=24)
    assert look(desk) == {State.DONE: 1}
    assert told() == [REMINDED, ESCALATED]
    assert {one.said for one in Escalation.objects.all()} == {"Told 1 person, of a hand-off."}
    later(desk, hours=24)
    assert look(desk) == {}


def test_a_call_of_his_takes_them_up_and_sam_hears_that_it_is_over(desk: World) -> None:
    later(desk, hours=72)
    look(desk)
    assert look_after(now=desk.now) == 0
    desk.call(Clock.objects.get().person_id, owner="Eddie")
    later(desk, minutes=1)
    assert look_after(now=desk.now) == 1
    assert told()[-1] == ("sam", "resolved", "Lovelace waits no more to be taken up")
    assert not Clock.objects.exists()


def test_whom_he_gives_on_is_the_next_ones_to_take_up(desk: World) -> None:
    later(desk, hours=72)
    look(desk)
    person = Clock.objects.get().person_id
    desk.org.update("Lead", person, {"OwnerId": desk.user("Bob")}, user_id=desk.user("Sam"))
    later(desk, minutes=1)
    look_after(now=desk.now)
    assert told()[-1] == ("sam", "resolved", "Lovelace is in other hands")
    assert Rung.objects.values_list("holder_id", flat=True).distinct().get() == desk.user("Bob")


def test_m20_a_call_that_is_not_read_yet_is_waited_for(desk: World) -> None:
    later(desk, hours=72)
    desk.pass_time(seconds=5)
    desk.call(Clock.objects.get().person_id, owner="Eddie")
    assert look(desk) == {State.WAITING: 2}
    later(desk, minutes=2)
    assert look(desk) == {}
    assert told() == []


def test_m20_a_deal_moved_on_that_is_not_read_yet_is_waited_for(desk: World) -> None:
    deal = {"Name": "Analytical Engines", "StageName": "Prospecting", "CloseDate": "2026-06-30"}
    converted = desk.org.convert(Clock.objects.get().person_id, opportunity=deal)
    assert converted.opportunity_id
    later(desk, hours=72)
    desk.pass_time(seconds=5)
    on = {"StageName": "Qualification"}
    desk.org.update("Opportunity", converted.opportunity_id, on, user_id=desk.user("Eddie"))
    assert Clock.objects.get().person_id == converted.contact_id
    assert look(desk) == {State.WAITING: 2}
    assert told() == []


def test_each_once_however_many_look(desk: World) -> None:
    for name in ("Hopper", "Johnson"):
        hand(desk, lead(desk, name))
    later(desk, hours=72)

    done = sum(at_once(lambda: climb(connect, now=desk.now), times=4), Counter[str]())
    assert done == {State.DONE: 6}
    assert len(told()) == 6


def test_reminders_and_escalations_have_the_switches_of_the_ladder(desk: World) -> None:
    otto = User.objects.get(username="otto")
    switch(Telling.REMINDERS, Mode.OFF, by=otto, why="a quiet week", now=desk.now)
    later(desk, hours=72)
    assert look(desk) == {State.DONE: 1}
    assert told() == [ESCALATED]
    # also of a message that waits to be sent
    assert of_notice("hand_off", "first") is Telling.REMINDERS
    assert of_notice("hand_off", "worsened") is Telling.ESCALATIONS


def test_the_list_of_what_comes_says_that_it_is_of_a_hand_off(desk: World) -> None:
    lead(desk, "Hopper")
    later(desk, hours=48)
    otto = User.objects.get(username="otto")
    coming = read_coming(otto, Narrowed(), now=desk.now, stale=timedelta(hours=1))
    assert [(one.name, one.act, one.said) for one in coming] == [
        ("Lovelace", "remind_rep", "Of a hand-off."),
        ("Hopper", "tell_their_manager", ""),
    ]


def test_m01_deriving_again_changes_no_row(desk: World) -> None:
    assert Clock.objects.get().kind == "acceptance"
    before = versions(DERIVED)
    mark_everybody()
    rebuild_all()
    assert versions(DERIVED) == before


def test_the_status_of_who_was_handed_on_says_nothing_against_it(desk: World) -> None:
    """Qualified is where they are; on a ladder about an answer it would say that nobody waits any more."""
    assert Lead.objects.get().status == "Qualified"
    later(desk, hours=48)
    assert look(desk) == {State.DONE: 1}
