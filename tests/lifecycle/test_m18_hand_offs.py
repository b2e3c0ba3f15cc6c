"""M18, R145: whoever is handed a qualified person takes them up in time; else they are reminded, and others told."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from leadmodel.lifecycle.clocks import ClockKind
from leadmodel.lifecycle.due import clocks_of, rungs_of
from leadmodel.lifecycle.facts import DealEnd
from leadmodel.lifecycle.hand_offs import HandOff
from leadmodel.lifecycle.policies import Act, Policies
from leadmodel.lifecycle.told_hand_offs import tell_hand_off
from tests.lifecycle.desk import (
    ALICE,
    BOB,
    CONTACT,
    DAY,
    DIRECTORY,
    LEAD,
    MONA,
    OLGA,
    OTHER,
    QUEUE,
    ROUTER,
    Desk,
    assigned,
    at,
    minutes,
    model,
)

HOUR = 60


def policies(**hand_off: Any) -> list[Policies]:
    """These for all time."""
    return [model(hand_off=hand_off).policies_since(None)]


def owed(desk: Desk, ever: list[Policies] | None = None, **horizon: float) -> list[tuple[int, float | None]]:
    """The clock of the hand-off: as which stretch of the cycle it counts, until when; nothing where none runs."""
    found = clocks_of(desk.person(**horizon), ever or policies(), DIRECTORY)
    return [(one.ordinal, minutes(one.due_at)) for one in found if one.kind is ClockKind.ACCEPTANCE]


def qualified(*, by: str = ALICE) -> Desk:
    """Alice called the person and qualified them an hour after they came."""
    return assigned(0).call(30).status(60, "Assigned", "Qualified", by)


def handed() -> Desk:
    """Alice of West qualified the person, and gave them to Bob of East at minute 100."""
    return qualified().owner(100, ALICE, BOB, by=ALICE)


DUE = 100 + 72 * HOUR


def test_m18_who_is_handed_a_qualified_person_has_72_hours() -> None:
    assert owed(handed()) == [(2, DUE)]
    assert not owed(qualified())


def test_m18_the_taker_is_reminded_a_day_before_and_then_their_manager_is_told() -> None:
    rungs = list(rungs_of(handed().person(), policies(), DIRECTORY))
    assert [(rung.step, rung.act, rung.holder, minutes(rung.due_at)) for rung in rungs] == [
        (1, Act.REMIND_REP, BOB, DUE - DAY),
        (2, Act.TELL_MANAGER, BOB, DUE),
    ]
    assert {minutes(rung.clock_due_at) for rung in rungs} == {DUE}


def test_m18_what_is_owed_about_somebody_who_waits_is_told_beside_it() -> None:
    """All clocks and all steps come from one place, whichever module has them."""
    kinds = [clock.kind for clock in clocks_of(assigned(0).person(), policies(), DIRECTORY)]
    assert kinds == [ClockKind.RESPONSE_TARGET, ClockKind.RESPONSE_MAXIMUM] * 2
    acts = [rung.act for rung in rungs_of(assigned(0).person(), policies(), DIRECTORY)]
    assert acts == [Act.REMIND_REP, Act.TELL_MANAGER, Act.REASSIGN, Act.TELL_THEIR_MANAGER]


def test_m18_a_reminder_that_would_come_before_the_hand_off_comes_at_once() -> None:
    first, _ = rungs_of(handed().person(), policies(accept_hours=4), DIRECTORY)
    assert minutes(first.due_at) == 100


def test_m18_owner_and_status_saved_in_one_are_a_hand_off_too() -> None:
    desk = assigned(0).call(30).owner(60, ALICE, BOB, by=ALICE).status(60, "Assigned", "Qualified")
    ((ordinal, due),) = owed(desk)
    assert (ordinal, due) == (3, 60 + 72 * HOUR)


def test_k03_the_contact_of_a_conversion_may_be_the_takers() -> None:
    desk = assigned(0, converted_to=CONTACT, converted_at=at(60), converted_by=ALICE).call(30)
    desk.record(CONTACT, 60, status=None, owner_id=BOB, created_by=ALICE)
    assert owed(desk) == [(2, 60 + 72 * HOUR)]


@pytest.mark.parametrize(
    "change",
    [
        lambda desk: desk.call(200, BOB),
        lambda desk: desk.status(200, "Qualified", "Qualified", BOB),
        lambda desk: desk.status(200, "Qualified", "Nurture", ALICE),
        lambda desk: desk.status(200, "Qualified", "Unqualified", BOB),
        lambda desk: desk.status(200, "Qualified", "New", BOB),
        lambda desk: desk.status(200, "Qualified", "Assigned", ROUTER),
        lambda desk: desk.owner(200, BOB, QUEUE),
        lambda desk: desk.reached(200, "Pipeline", actor=BOB),
        lambda desk: desk.reached(200, "Lost", DealEnd.LOST, actor=MONA),
        lambda desk: desk.reached(200, "Won", DealEnd.WON, actor=MONA),
    ],
    ids=["call", "again", "nurture", "unqualified", "raw", "assigned", "queue", "stage", "lost", "won"],
)
def test_r145_what_the_taker_does_or_what_ends_it_stops_the_clock(change: Any) -> None:
    desk = change(handed())
    assert not owed(desk)
    assert owed(desk, as_of=199) == [(2, DUE)]


@pytest.mark.parametrize(
    "change",
    [
        lambda desk: desk.call(200, ALICE),
        lambda desk: desk.call(90, BOB),
        lambda desk: desk.call(200, BOB, subject="[Tool] Mail"),
        lambda desk: desk.reached(200, "Pipeline", actor=ALICE),
        lambda desk: desk.reached(100, "Pipeline", actor=BOB),
        lambda desk: desk.status(200, "Qualified", "Qualified", ALICE),
    ],
    ids=["giver", "before", "machine", "their stage", "stage before", "again"],
)
def test_r145_what_the_taker_did_not_do_is_no_taking_up(change: Any) -> None:
    assert owed(change(handed())) == [(2, DUE)]


def test_m18_who_takes_the_person_on_their_own_account_has_taken_them_up() -> None:
    assert not owed(qualified().owner(100, ALICE, BOB, by=BOB))


def test_m18_the_next_one_who_gets_them_has_72_hours_again() -> None:
    assert owed(handed().owner(200, BOB, OLGA, by=MONA)) == [(2, 200 + 72 * HOUR)]


@pytest.mark.parametrize(("giver", "taker"), [(QUEUE, BOB), (ALICE, ROUTER), (ALICE, MONA)])
def test_m18_machines_hand_nobody_over_and_who_is_of_no_team_is_of_no_other(giver: str, taker: str) -> None:
    desk = assigned(0, owner=giver).call(30).status(60, "Assigned", "Qualified").owner(100, giver, taker)
    assert not owed(desk)


@pytest.mark.parametrize(("giver", "taker"), [(QUEUE, BOB), (ALICE, ROUTER)])
def test_m18_machines_hand_nobody_over_to_a_team_that_is_named_either(giver: str, taker: str) -> None:
    desk = assigned(0, owner=giver).call(30).status(60, "Assigned", "Qualified")
    desk.owner(100, giver, taker, by=MONA)
    desk.directory = DIRECTORY._replace(teams=dict(DIRECTORY.teams) | {ROUTER: [(None, "East")]})
    assert not list(clocks_of(desk.person(), policies(teams=["East"]), desk.directory))


def test_m18_who_qualifies_somebody_a_colleague_has_held_for_long_hands_nobody_over() -> None:
    assert not owed(assigned(0).call(30).owner(40, ALICE, BOB, by=ALICE).status(60, "Assigned", "Qualified"))


def test_m18_the_settings_may_name_who_takes_over_and_how_long_it_may_take() -> None:
    assert not owed(handed(), policies(teams=["Outbound"]))
    assert owed(handed(), policies(teams=["East"])) == [(2, DUE)]
    assert not owed(handed(), policies(accept_hours=None))
    typed = policies(types=[{"path": "outbound", "accept_hours": 1}, {"path": "inbound", "accept_hours": 2}])
    assert owed(handed(), typed) == [(2, 100 + 2 * HOUR)]


def test_m18_within_a_team_that_takes_over_nobody_is_handed_on() -> None:
    told = HandOff(teams=("East",))
    assert told.is_one("West", "East")
    assert told.is_one(None, "East"), "of no team here, and of another in any case"
    assert not told.is_one("East", "East")
    assert not HandOff().is_one("East", "East"), "nor where nobody is named"


@pytest.mark.parametrize(
    "desk",
    [
        handed(),
        assigned(0).call(30).owner(60, ALICE, BOB, by=ALICE).status(60, "Assigned", "Qualified"),
    ],
    ids=["owner", "saved in one"],
)
def test_m18_a_sentence_says_so_and_opens_to_the_event(desk: Desk) -> None:
    person, teller = desk.traced()
    (told,) = tell_hand_off(person, teller, policies(), DIRECTORY)
    started = minutes(person.handed.at) if person.handed is not None else None
    assert told.text == (
        f"Bob, who got the person from Alice on minute {started:g}, is to take them up by minute"
        f" {(started or 0) + 72 * HOUR:g} and has done nothing about them since."
    )
    (fact,) = told.facts
    assert (fact.object_name, fact.at) == ("LeadHistory", at(started or 0))
    assert list(tell_hand_off(desk.call(5000, BOB).person(), teller, policies(), DIRECTORY)) == []


@pytest.mark.parametrize(("stands", "still"), [("New", True), ("Qualified", True), ("Nurture", False)])
def test_k06_a_merge_with_somebody_who_stands_elsewhere_since_ends_it(stands: str, still: bool) -> None:
    desk = handed().record(OTHER, 10, status=stands, owner_id=QUEUE, deleted_at=at(300), merged_into=LEAD)
    if stands != "New":
        desk.status(250, "New", stands, MONA, OTHER)
    assert owed(desk, as_of=400) == ([(2, DUE)] if still else [])


def test_k06_what_the_taker_did_about_somebody_else_is_no_taking_up_until_the_two_are_merged() -> None:
    """OTHER is a person of their own until then."""
    desk = handed().record(OTHER, 10, status="New", deleted_at=at(300), merged_into=LEAD)
    desk.reached(200, "Pipeline", actor=BOB, record_id=OTHER)
    (handed_on,) = (one for one in desk.persons(as_of=250) if one.person_id == LEAD)
    assert [one.kind for one in clocks_of(handed_on, policies(), DIRECTORY)] == [ClockKind.ACCEPTANCE]


def test_m18_who_was_qualified_elsewhere_or_never_is_no_hand_off() -> None:
    assert not owed(assigned(0).owner(100, ALICE, BOB))
    assert not owed(assigned(0).status(60, "Assigned", "Nurture").owner(100, ALICE, BOB))


def test_k06_a_merge_with_somebody_who_is_worked_ends_it() -> None:
    desk = handed().record(OTHER, 10, status="Assigned", owner_id=ALICE, deleted_at=at(300), merged_into=LEAD)
    desk.status(250, "New", "Assigned", ROUTER, OTHER)
    assert not owed(desk)


def test_k07_whom_salesforce_deleted_is_nobodys_to_take_up() -> None:
    desk = assigned(0, deleted_at=at(200)).call(30).status(60, "Assigned", "Qualified").owner(100, ALICE, BOB)
    assert not owed(desk)


@given(st.integers(0, 60 * DAY), st.integers(1, 400), st.integers(1, 400))
def test_m18_a_hand_off_keeps_the_policy_that_held_when_it_began(
    changed: int, before: int, after: int
) -> None:
    ever = [
        *policies(accept_hours=before),
        model(hand_off={"accept_hours": after}).policies_since(at(changed)),
    ]
    assert owed(handed(), ever) == [(2, 100 + (after if changed <= 100 else before) * HOUR)]


@given(st.lists(st.tuples(st.integers(101, 4000), st.sampled_from([ALICE, BOB])), max_size=6), st.randoms())
def test_m01_the_stages_may_be_told_in_any_order(moves: list[tuple[int, str]], chance: random.Random) -> None:
    desk = handed()
    chance.shuffle(moves)
    for minute, actor in moves:
        desk.reached(minute, f"Stage {minute}", actor=actor)
    assert owed(desk) == ([] if any(actor == BOB for _, actor in moves) else [(2, DUE)])


@pytest.mark.parametrize(
    ("written", "said"),
    [({"accept_hours": 0}, "greater than 0"), ({"types": [{"accept_hours": 3}]}, "name path, priority")],
)
def test_a_time_for_nobody_or_of_nothing_is_a_mistake_that_is_told(written: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        model(hand_off=written)
