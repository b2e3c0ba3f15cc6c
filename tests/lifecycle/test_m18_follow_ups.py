"""M18, R016: who is held in Nurture until a day is followed up on it, by whoever planned it and still holds them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadmodel.lifecycle.business_time import Openings
from leadmodel.lifecycle.clocks import ClockKind
from leadmodel.lifecycle.due import clocks_of, rungs_of
from leadmodel.lifecycle.facts import DealEnd, Users
from leadmodel.lifecycle.policies import Act, Policies
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
MIDNIGHT = 15 * 60
"""Of the desk's first day, which begins at nine o'clock."""
ENDS = MIDNIGHT + 100 * DAY
"""Of the hundredth day."""
FIRST = "00T000000000900AAA"


def policies(**recycling: Any) -> list[Policies]:
    """These for all time."""
    return [model(recycling=recycling).policies_since(None)]


def owed(desk: Desk, ever: list[Policies] | None = None, **horizon: float) -> list[float | None]:
    """Until when the clocks of follow-ups run."""
    found = clocks_of(desk.person(**horizon), ever or policies(), DIRECTORY)
    return [minutes(one.due_at) for one in found if one.kind is ClockKind.FOLLOW_UP]


def nurtured(**values: Any) -> Desk:
    """Alice called the person and sent them to Nurture an hour after they came."""
    return assigned(0, **values).call(30).status(WENT, "Assigned", "Nurture")


def test_m18_a_task_of_whoever_holds_them_is_owed_on_its_day() -> None:
    person = nurtured().planned(100 * DAY).person()
    (clock,) = [one for one in clocks_of(person, policies(), DIRECTORY) if one.kind is ClockKind.FOLLOW_UP]
    assert (clock.number, clock.ordinal, clock.activity_id) == (1, -1, FIRST)
    assert (minutes(clock.started_at), minutes(clock.due_at)) == (WENT, ENDS)
    (rung,) = [one for one in rungs_of(person, policies(), DIRECTORY) if one.clock is ClockKind.FOLLOW_UP]
    assert (rung.step, rung.act, rung.holder, rung.activity_id) == (5, Act.REMIND_REP, ALICE, FIRST)
    assert (minutes(rung.due_at), minutes(rung.clock_due_at)) == (ENDS - DAY, ENDS), "when the day begins"


def test_m18_each_that_is_planned_has_a_clock_of_its_own() -> None:
    desk = nurtured().planned(100 * DAY).planned(50 * DAY).planned(100 * DAY, BOB)
    assert owed(desk) == [MIDNIGHT + 50 * DAY, ENDS], "not another rep's"


def test_m18_planned_for_today_it_is_told_at_once() -> None:
    desk = nurtured().planned(0, created_at=at(200))
    (rung,) = [
        one for one in rungs_of(desk.person(), policies(), DIRECTORY) if one.clock is ClockKind.FOLLOW_UP
    ]
    assert (minutes(rung.due_at), minutes(rung.clock_due_at)) == (200, MIDNIGHT)


@pytest.mark.parametrize(
    "desk",
    [
        assigned(0).call(30).planned(100 * DAY),
        nurtured().planned(100 * DAY).status(200, "Nurture", "Assigned", ROUTER),
        nurtured().planned(100 * DAY).status(200, "Nurture", "Unqualified"),
        nurtured().planned(100 * DAY).reached(200, "Won", DealEnd.WON),
        nurtured().planned(100 * DAY).owner(200, ALICE, BOB),
        nurtured().planned(100 * DAY).owner(200, ALICE, QUEUE),
        nurtured().planned(100 * DAY, QUEUE).owner(200, ALICE, QUEUE),
        nurtured(deleted_at=at(200)).planned(100 * DAY),
        assigned(0).call(30).status(2 * DAY, "Assigned", "Nurture").planned(DAY),
        nurtured().planned(100 * DAY, record_id=OTHER),
        Desk().record(status="Nurture").status(60, "New", "Nurture").planned(100 * DAY),
    ],
    ids=[
        "worked", "assigned", "unqualified", "customer", "another has them", "a queue has them", "a queue's",
        "deleted", "of an attempt before", "another's", "never in a cycle",
    ],
)  # fmt: skip
def test_m18_nobody_owes_it(desk: Desk) -> None:
    assert owed(desk) == []


def test_m03_what_was_not_planned_yet_is_not_owed() -> None:
    desk = nurtured().planned(100 * DAY, created_at=at(300))
    assert owed(desk) == owed(desk, as_of=300) == [ENDS]
    assert owed(desk, as_of=299) == owed(desk, known_by=299) == []


def test_m03_what_is_done_was_owed_until_then() -> None:
    desk = nurtured().planned(100 * DAY, done_at=at(50 * DAY))
    assert owed(desk) == owed(desk, as_of=50 * DAY) == []
    assert owed(desk, as_of=50 * DAY - 1) == owed(desk, known_by=50 * DAY - 1) == [ENDS]


def test_k06_after_a_merge_it_is_owed_about_who_is_left() -> None:
    desk = nurtured().record(OTHER, 10, owner_id=ALICE, deleted_at=at(300), merged_into=LEAD)
    assert owed(desk.planned(100 * DAY, record_id=OTHER)) == [ENDS]


@given(st.integers(0, 20 * DAY), st.integers(WENT, 30 * DAY), st.booleans())
def test_m18_it_keeps_the_policy_that_held_when_it_began(changed: int, planned: int, before: bool) -> None:
    ever = [
        *policies(remind_of_follow_ups=before),
        model(recycling={"remind_of_follow_ups": not before}).policies_since(at(changed)),
    ]
    desk = nurtured().planned(100 * DAY, created_at=at(planned))
    assert bool(owed(desk, ever)) is (before if planned < changed else not before)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kolkata"])
def test_m18_the_day_is_the_holders(zone: str) -> None:
    """Also where the clocks are put forward or back meanwhile."""
    there = ZoneInfo(zone)
    directory: Users = DIRECTORY._replace(openings={None: Openings({}, there)})
    desk = nurtured().planned(27 * DAY)  # Sunday, the 29th of March
    (rung,) = [
        one for one in rungs_of(desk.person(), policies(), directory) if one.clock is ClockKind.FOLLOW_UP
    ]
    assert rung.due_at == datetime(2026, 3, 29, tzinfo=there).astimezone(UTC)
    assert rung.clock_due_at == datetime(2026, 3, 30, tzinfo=there).astimezone(UTC)


def test_m18_a_sentence_says_so_and_opens_to_the_task() -> None:
    person, teller = nurtured().planned(100 * DAY).traced()
    _, told = tell_return(person, teller, policies(), DIRECTORY, has_opted_out=False)
    assert told.text == "Alice planned to follow up with them on 10 June 2026."
    (fact,) = told.facts
    assert (fact.object_name, fact.fact_id, fact.field, fact.value) == (
        "Task", FIRST, "ActivityDate", "2026-06-10",
    )  # fmt: skip
    (opted_out,) = tell_return(person, teller, policies(), DIRECTORY, has_opted_out=True)
    assert "planned" not in opted_out.text
