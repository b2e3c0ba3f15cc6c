"""M18: while somebody waits for an answer, the steps of the ladder come at moments that follow from the policy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from leadmodel.lifecycle.clocks import ladder, running
from leadmodel.lifecycle.policies import Act, Policies
from tests.lifecycle.desk import ALICE, BOB, DAY, DIRECTORY, QUEUE, Desk, assigned, at, minutes, model

REMIND, TELL, REASSIGN, TELL_THEIRS = Act


def policies(**response: Any) -> list[Policies]:
    """This promise for all time."""
    return [model(response=response).policies_since(None)]


def steps(desk: Desk, ever: list[Policies] | None = None) -> list[tuple[Act, int, float | None]]:
    """Each step: what is done, on which span's clock, when."""
    found = ladder(desk.person(), ever or policies(), DIRECTORY)
    return [(rung.act, rung.ordinal, minutes(rung.due_at)) for rung in found]


def test_m18_as_shipped_the_rep_is_reminded_and_then_others_are_told() -> None:
    assert steps(assigned(0)) == [
        (REMIND, 1, 90),
        (TELL, 1, DAY),
        (REASSIGN, 1, DAY),
        (TELL_THEIRS, 1, 2 * DAY),
    ]


def test_m18_whoever_gets_the_person_starts_at_the_foot_of_the_ladder() -> None:
    assert steps(assigned(0).owner(100, ALICE, BOB))[:2] == [(REMIND, 2, 190), (TELL, 2, 100 + DAY)]


def test_m18_in_a_queue_the_steps_stand_on_the_cycle_and_there_is_no_rep_to_remind() -> None:
    assert steps(assigned(0).owner(100, ALICE, QUEUE)) == [
        (TELL, 0, DAY),
        (REASSIGN, 0, DAY),
        (TELL_THEIRS, 0, 2 * DAY),
    ]


@pytest.mark.parametrize("status", ["Qualified", "Nurture", "Unqualified", "New"])
def test_m18_who_was_disposed_of_is_nobodys_step(status: str) -> None:
    assert steps(assigned(0).status(90, "Assigned", status)) == []


def test_m18_an_answer_ends_the_ladder() -> None:
    assert steps(assigned(0).call(60)) == []


def test_k07_whom_salesforce_deleted_has_no_steps() -> None:
    assert steps(assigned(0, deleted_at=at(200))) == []


def test_m18_outbound_owes_no_answer() -> None:
    assert steps(assigned(0, source="List")) == []


def test_m18_a_step_that_would_come_before_the_start_comes_at_once() -> None:
    assert steps(assigned(0), policies(target_minutes=20))[0] == (REMIND, 1, 0)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(Act)), st.sampled_from(["target", "maximum"]), st.integers(-3000, 3000)
        ),
        unique=True,
        max_size=6,
    )
)
def test_m18_every_step_stands_on_a_clock_that_runs(told: list[tuple[Act, str, int]]) -> None:
    ever = policies(ladder=[{"do": do, "of": of, "minutes": late} for do, of, late in told])
    desk = assigned(0).owner(100, ALICE, BOB)
    clocks = {(clock.ordinal, clock.kind, clock.due_at) for clock in running(desk.person(), ever, DIRECTORY)}
    rungs = list(ladder(desk.person(), ever, DIRECTORY))
    assert [(rung.step, rung.act) for rung in rungs] == list(enumerate((do for do, _, _ in told), start=1))
    assert {(rung.ordinal, rung.clock, rung.clock_due_at) for rung in rungs} <= clocks
    assert all(rung.due_at >= at(100) for rung in rungs)


@given(st.integers(0, 200))
def test_m18_the_ladder_is_the_one_that_held_when_the_answer_began_to_be_owed(changed: int) -> None:
    other = model(response={"ladder": [{"do": "tell_manager", "of": "target"}]})
    ever = [*policies(), other.policies_since(at(changed))]
    found = [act for act, _, _ in steps(assigned(100), ever)]
    assert found == ([TELL] if changed <= 100 else [REMIND, TELL, REASSIGN, TELL_THEIRS])


def test_the_same_step_twice_is_refused() -> None:
    twice = [{"do": "remind_rep", "of": "target"}] * 2
    with pytest.raises(ValidationError, match="same step twice"):
        model(response={"ladder": twice})
