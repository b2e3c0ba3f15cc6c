"""M18: who is in Nurture is looked at again after half a year, by whoever holds them then."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from leadmodel.lifecycle.clocks import ClockKind
from leadmodel.lifecycle.due import clocks_of, rungs_of
from leadmodel.lifecycle.facts import DealEnd
from leadmodel.lifecycle.policies import Act, Policies
from leadmodel.lifecycle.recycling import Recycling
from leadmodel.lifecycle.told_returns import tell_return
from tests.lifecycle.desk import (
    ALICE,
    BOB,
    DAY,
    DIRECTORY,
    LEAD,
    OTHER,
    QUEUE,
    ROUTER,
    Desk,
    assigned,
    at,
    minutes,
    model,
)

WENT = 60
DUE = WENT + 182 * DAY


def policies(**recycling: Any) -> list[Policies]:
    """These for all time."""
    return [model(recycling=recycling).policies_since(None)]


def owed(desk: Desk, ever: list[Policies] | None = None, **horizon: float) -> list[tuple[int, float | None]]:
    """The clock of the return: as which stretch of the cycle it counts, until when; nothing where none runs."""
    found = clocks_of(desk.person(**horizon), ever or policies(), DIRECTORY)
    return [(one.ordinal, minutes(one.due_at)) for one in found if one.kind is ClockKind.RETURN]


def nurtured() -> Desk:
    """Alice called the person and sent them to Nurture an hour after they came."""
    return assigned(0).call(30).status(WENT, "Assigned", "Nurture")


def test_m18_who_went_to_nurture_returns_half_a_year_later() -> None:
    person = nurtured().person()
    (clock,) = clocks_of(person, policies(), DIRECTORY)
    assert (clock.number, clock.kind, clock.ordinal) == (1, ClockKind.RETURN, 2)
    assert (minutes(clock.started_at), minutes(clock.due_at)) == (WENT, DUE)
    assert not owed(assigned(0).call(30))


def test_m18_then_whoever_holds_them_is_reminded_and_nothing_else_is_done() -> None:
    (rung,) = rungs_of(nurtured().owner(5 * DAY, ALICE, BOB).person(), policies(), DIRECTORY)
    assert (rung.number, rung.step, rung.act, rung.holder) == (1, 1, Act.REMIND_REP, BOB)
    assert (minutes(rung.due_at), minutes(rung.clock_due_at)) == (DUE, DUE)


def test_m18_with_a_queue_they_return_too_and_it_is_nobodys() -> None:
    desk = nurtured().owner(5 * DAY, ALICE, QUEUE)
    assert owed(desk) == [(0, DUE)]
    (rung,) = rungs_of(desk.person(), policies(), DIRECTORY)
    assert (rung.ordinal, rung.holder) == (0, QUEUE)


@pytest.mark.parametrize(
    "change",
    [
        lambda desk: desk.status(200, "Nurture", "Assigned", ROUTER),
        lambda desk: desk.status(200, "Nurture", "Unqualified"),
        lambda desk: desk.status(200, "Nurture", "Qualified"),
        lambda desk: desk.status(200, "Nurture", "New"),
        lambda desk: desk.reached(200, "Won", DealEnd.WON),
    ],
    ids=["assigned", "unqualified", "qualified", "raw", "customer"],
)
def test_m18_a_new_cycle_or_whatever_else_they_become_ends_it(change: Any) -> None:
    desk = change(nurtured())
    assert not owed(desk)
    assert not [
        rung for rung in rungs_of(desk.person(), policies(), DIRECTORY) if rung.clock is ClockKind.RETURN
    ]
    assert owed(desk, as_of=199) == [(2, DUE)]


@pytest.mark.parametrize(
    "change",
    [
        lambda desk: desk.call(200, BOB),
        lambda desk: desk.owner(200, ALICE, BOB),
        lambda desk: desk.status(200, "Nurture", "Working", ROUTER),
    ],
    ids=["call", "owner", "claim"],
)
def test_m18_what_leaves_them_in_nurture_leaves_the_clock(change: Any) -> None:
    assert owed(change(nurtured())) == [(2, DUE)]


def test_m18_nurture_said_anew_begins_it_anew() -> None:
    again = nurtured().status(200, "Nurture", "Unqualified").status(300, "Unqualified", "Nurture")
    assert owed(again) == [(2, 300 + 182 * DAY)]
    back = nurtured().status(200, "Nurture", "Assigned", ROUTER).status(300, "Assigned", "Nurture")
    (clock,) = clocks_of(back.person(), policies(), DIRECTORY)
    assert (clock.number, minutes(clock.started_at)) == (2, 300)


def test_m14_whose_opportunity_was_lost_returns_too() -> None:
    desk = assigned(0).call(30).status(60, "Assigned", "Qualified").reached(500, "Lost", DealEnd.LOST)
    assert owed(desk) == [(2, 500 + 182 * DAY)]


def test_m18_who_never_was_in_a_cycle_that_ended_so_has_no_clock() -> None:
    assert not owed(Desk().record(status="Nurture").status(60, "New", "Nurture"))
    withdrawn = assigned(0).status(60, "Assigned", "New").status(100, "New", "Nurture")
    assert not owed(withdrawn)


def test_k06_k07_a_merge_with_somebody_who_is_worked_and_a_deletion_end_it() -> None:
    desk = nurtured().record(
        OTHER, 10, status="Assigned", owner_id=ALICE, deleted_at=at(300), merged_into=LEAD
    )
    assert not owed(desk.status(250, "New", "Assigned", ROUTER, OTHER))
    gone = assigned(0, deleted_at=at(200)).call(30).status(WENT, "Assigned", "Nurture")
    assert not owed(gone)
    assert owed(gone, as_of=199) == [(2, DUE)]


def test_m18_settings_may_say_when_for_some_types_or_never() -> None:
    assert not owed(nurtured(), policies(return_after_days=0))
    assert not owed(nurtured(), policies(return_after_days=None))
    typed = policies(
        types=[{"path": "outbound", "return_after_days": 91}, {"path": "inbound", "return_after_days": 120}]
    )
    assert owed(nurtured(), typed) == [(2, WENT + 120 * DAY)]
    never = policies(types=[{"path": "inbound", "return_after_days": None}])
    assert not owed(nurtured(), never)


@given(st.integers(0, 60 * DAY), st.integers(90, 400), st.integers(90, 400))
def test_m18_a_return_keeps_the_policy_that_held_when_they_went(
    changed: int, before: int, after: int
) -> None:
    ever = [
        *policies(return_after_days=before),
        model(recycling={"return_after_days": after}).policies_since(at(changed)),
    ]
    assert owed(nurtured(), ever) == [(2, WENT + (after if changed <= WENT else before) * DAY)]


def told(desk: Desk, *, has_opted_out: bool = False) -> list[tuple[str, tuple[str, ...]]]:
    """The sentences, each with what it opens to."""
    person, teller = desk.traced()
    found = tell_return(person, teller, policies(), DIRECTORY, has_opted_out=has_opted_out)
    return [
        (one.text, tuple(f"{fact.object_name} {minutes(fact.at):g}" for fact in one.facts)) for one in found
    ]


def test_m18_a_sentence_says_so_and_opens_to_the_event() -> None:
    since, fact = f"In Nurture since minute {WENT}:", (f"LeadHistory {WENT}",)
    assert told(nurtured()) == [(f"{since} to be looked at again on minute {DUE}, by Alice.", fact)]
    with_queue = nurtured().owner(5 * DAY, ALICE, QUEUE)
    nobody = f"to be looked at again on minute {DUE}, and nobody is reminded, for no rep holds them."
    assert told(with_queue) == [(f"{since} {nobody}", fact)]
    opted = "they have opted out, and nobody is to look at them again."
    assert told(nurtured(), has_opted_out=True) == [(f"{since} {opted}", fact)]
    assert told(assigned(0).call(30)) == []


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            {"return_after_days": 60},
            "return_after_days is 60, less than nurture_hold_days, 90: nobody is to be",
        ),
        ({"nurture_hold_days": 200, "return_after_days": 182}, "write a later return or a shorter hold"),
        (
            {"types": [{"path": "inbound", "priority": "P1", "return_after_days": 30}]},
            "return_after_days of path inbound, priority P1 is 30, less than",
        ),
        ({"types": [{"return_after_days": 100}]}, "name path, priority"),
        ({"return_after_days": -1}, "greater than or equal to 0"),
    ],
)
def test_m13_a_return_while_nurture_still_holds_is_a_mistake_that_is_told(written: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        model(recycling=written)


def test_m13_a_return_just_when_the_hold_is_over_is_none_nor_is_no_return_at_all() -> None:
    for days in (90, 0, None):
        assert Recycling(nurture_hold_days=90, return_after_days=days).return_after_days == days


@pytest.mark.parametrize("days", [365, "365", 365.0])
def test_m13_where_only_a_long_hold_is_written_people_return_when_it_is_over(days: object) -> None:
    """Files of before there were returns go on to be read."""
    assert model(recycling={"nurture_hold_days": days}).recycling.return_after_days == 365
    assert model(recycling={"nurture_hold_days": 120}).recycling.return_after_days == 182
