"""M15, M18: what is owed about an open cycle is due at a moment that follows from policy and facts alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from leadmodel.lifecycle.clocks import Clock, ClockKind, running
from leadmodel.lifecycle.lead_types import Priority
from leadmodel.lifecycle.policies import Policies, Promise
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

TARGET, MAXIMUM, LIMIT, *_ = ClockKind


def policies(**sections: Any) -> list[Policies]:
    """These for all time."""
    return [model(**sections).policies_since(None)]


def clocks(
    desk: Desk, ever: list[Policies] | None = None
) -> list[tuple[ClockKind, int, float | None, float | None]]:
    """Each clock that runs: what is owed, by which span, from when to when, in minutes."""
    found = running(desk.person(), ever or policies(), DIRECTORY)
    return [(kind, ordinal, minutes(start), minutes(due)) for _, kind, ordinal, start, due, _ in found]


def test_m18_an_answer_is_owed_by_the_cycle_and_by_who_holds_the_person() -> None:
    assert clocks(assigned(0)) == [
        (TARGET, 0, 0, 120),
        (MAXIMUM, 0, 0, DAY),
        (TARGET, 1, 0, 120),
        (MAXIMUM, 1, 0, DAY),
    ]


def test_m18_whoever_gets_the_person_has_a_clock_of_their_own() -> None:
    desk = assigned(0).owner(100, ALICE, BOB)
    assert clocks(desk)[2:] == [(TARGET, 2, 100, 220), (MAXIMUM, 2, 100, 100 + DAY)]


def test_m18_a_queue_owes_nothing_and_the_cycle_goes_on_owing() -> None:
    desk = assigned(0).owner(100, ALICE, QUEUE)
    assert [ordinal for _, ordinal, _, _ in clocks(desk)] == [0, 0]


def test_m15_from_the_first_touch_on_only_the_limit_runs() -> None:
    assert clocks(assigned(0).call(60)) == [(LIMIT, 0, 60, 60 + 30 * DAY)]


@pytest.mark.parametrize(("last", "due"), [(10 * DAY, 60 + 30 * DAY), (29 * DAY, 36 * DAY)])
def test_m15_thirty_days_of_work_and_seven_without_a_touch(last: int, due: int) -> None:
    assert clocks(assigned(0).call(60).call(last))[0][3] == due


def test_m15_the_limit_is_that_of_the_lead_type() -> None:
    ever = policies(
        auto_abandon={
            "types": [
                {"path": "outbound", "working_days": 90},
                {"target_account": False, "working_days": 14, "untouched_days": 3},
            ]
        }
    )
    assert clocks(assigned(0).call(60), ever) == [(LIMIT, 0, 60, 60 + 14 * DAY)]


@pytest.mark.parametrize(
    "elsewhere",
    [{"path": "outbound"}, {"priority": "P2"}, {"target_account": True}],
    ids=lambda one: next(iter(one)),
)
def test_m15_the_limit_of_another_lead_type_is_not_this_ones(elsewhere: dict[str, Any]) -> None:
    """All that a type names must fit, also beside something that does."""
    fitting = {"path": "inbound", "target_account": False} | elsewhere
    for said in (elsewhere, fitting):
        ever = policies(auto_abandon={"types": [{**said, "working_days": 90}]})
        assert clocks(assigned(0).call(60), ever) == [(LIMIT, 0, 60, 60 + 30 * DAY)]


@pytest.mark.parametrize("status", ["Qualified", "Nurture", "Unqualified", "New"])
def test_m18_an_ended_cycle_owes_nothing(status: str) -> None:
    assert clocks(assigned(0).call(60).status(90, "Assigned", status)) == []


def test_k06_after_a_merge_the_cycle_that_runs_on_has_the_clocks() -> None:
    """OTHER was assigned later; its cycle is the latest of the person, and ended with the merge."""
    desk = assigned(0).call(60)
    desk.record(OTHER, 10, status="Assigned", owner_id=BOB, deleted_at=at(100), merged_into=LEAD)
    desk.status(30, "New", "Assigned", ROUTER, OTHER)
    assert [cycle.closed_at for cycle in desk.person().cycles] == [None, at(100)]
    assert [(clock.number, clock.kind) for clock in running(desk.person(), policies(), DIRECTORY)] == [
        (1, LIMIT)
    ]


def test_k07_whom_salesforce_deleted_has_no_clocks() -> None:
    assert clocks(assigned(0, deleted_at=at(200)).call(10)) == []


@given(st.integers(0, 60 * DAY), st.integers(1, 40), st.integers(1, 40))
def test_m18_a_clock_keeps_the_policy_that_held_when_it_started(
    changed: int, before: int, after: int
) -> None:
    ever = [
        model(auto_abandon={"working_days": before}).policies_since(None),
        model(auto_abandon={"working_days": after}).policies_since(at(changed)),
    ]
    ((_, _, started, due),) = clocks(assigned(0).call(60), ever)
    assert started == 60
    assert due == max(60 + (after if changed <= 60 else before) * DAY, 60 + 7 * DAY)


@given(st.lists(st.integers(1, 60 * DAY), min_size=1, max_size=8))
def test_m15_a_touch_never_brings_the_end_nearer(touches: list[int]) -> None:
    desk, due = assigned(0), []
    for touch in sorted(touches):
        desk = desk.call(touch)
        due.append(running(desk.person(), policies(), DIRECTORY))
    ends = [next(iter(clock)).due_at for clock in due]
    assert ends == sorted(ends)
    assert ends[-1] >= at(max(touches)) + timedelta(days=7)


def test_a_limit_for_nobody_is_a_mistake_that_is_told() -> None:
    with pytest.raises(ValidationError, match="name path, priority or target_account"):
        model(auto_abandon={"types": [{"working_days": 3}]})


def test_a_clock_is_told_by_what_it_is() -> None:
    (clock,) = running(assigned(0).call(60).person(), policies(), DIRECTORY)
    assert clock == Clock(1, LIMIT, 0, at(60), at(60 + 30 * DAY))


def test_m18_priority_1_is_owed_an_answer_within_an_hour() -> None:
    urgent = {"P1": {"all": [{"field": "path", "operator": "is", "value": "inbound"}]}}
    settings = model(lead_types={"priorities": urgent})
    desk = assigned(0, settings=settings)
    assert clocks(desk, [settings.policies_since(None)]) == [
        (TARGET, 0, 0, 60),
        (MAXIMUM, 0, 0, DAY),
        (TARGET, 1, 0, 60),
        (MAXIMUM, 1, 0, DAY),
    ]


@pytest.mark.parametrize(
    ("promised", "of_p1"),
    [({}, 60), ({"target_minutes": 15, "maximum_minutes": 45}, 15), ({"target_minutes": 180}, 60)],
)
def test_m18_hand_raisers_wait_no_longer_than_others_whatever_is_promised(
    promised: dict[str, float], of_p1: float
) -> None:
    told = model(response=promised).response
    assert told.target_of(Priority.P1) == timedelta(minutes=of_p1)
    assert model(response={**promised, "priorities": {}}).response.priorities == {}


def test_the_longest_wait_is_not_shorter_than_the_target_of_a_priority() -> None:
    with pytest.raises(ValidationError, match=r"less than priorities\.P3"):
        model(response={"priorities": {"P3": 2000}})


def test_m18_outbound_owes_no_answer_but_its_limit() -> None:
    assert clocks(assigned(0, source="List")) == []
    assert [kind for kind, *_ in clocks(assigned(0, source="List").call(10))] == [LIMIT]


def test_m18_as_shipped_priority_1_has_an_hour_and_all_others_two() -> None:
    response = model().response

    assert response.owed(Promise.TARGET, Priority.P1) == timedelta(minutes=60)
    assert [response.owed(Promise.TARGET, one) for one in (None, Priority.P2)] == [timedelta(hours=2)] * 2
    assert response.owed(Promise.MAXIMUM, Priority.P1) == timedelta(hours=24)
