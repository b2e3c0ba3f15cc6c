"""What promises would have done in the past is worked out from what really happened (M15, M18)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leadmodel.lifecycle.clocks import ladder
from leadmodel.lifecycle.policies import Response, WorkingLimit
from leadmodel.lifecycle.replay import Deed, Wait, given_up_at, of_wait
from tests.lifecycle.desk import DAY, DIRECTORY, assigned, at, minutes, model

HOUR = 60
RESPONSE = Response()
"""2 h and 24 h; a reminder half an hour before the target, two steps at the maximum, one a day later."""


def told(
    until: float | None, *, got: float = 0, start: float = -DAY, end: float = 9 * DAY, is_reps: bool = True
) -> list[tuple[Deed, float | None]]:
    """What happens to somebody who waits from minute 0 on until then, in order."""
    wait = Wait(at(0), at(got), None if until is None else at(until), None, is_reps=is_reps)
    found = of_wait(wait, RESPONSE, at(start), at(end))
    return sorted(((deed, minutes(when)) for deed, when in found), key=lambda one: (one[1], one[0]))


def test_whoever_waits_for_ever_meets_every_step() -> None:
    assert told(None) == [
        (Deed.REMIND_REP, 90),
        (Deed.MISSED_TARGET, 2 * HOUR),
        (Deed.MISSED_MAXIMUM, DAY),
        (Deed.REASSIGN, DAY),
        (Deed.TELL_MANAGER, DAY),
        (Deed.TELL_THEIR_MANAGER, 2 * DAY),
    ]


def test_an_answer_prevents_what_comes_after_it_and_at_its_instant() -> None:
    assert told(2 * HOUR) == [(Deed.REMIND_REP, 90)], "exactly two hours are in time"
    assert told(2 * HOUR + 1) == [(Deed.REMIND_REP, 90), (Deed.MISSED_TARGET, 2 * HOUR)]
    assert told(90) == []


def test_only_what_falls_into_the_period_is_told() -> None:
    assert told(None, start=90, end=DAY) == [(Deed.REMIND_REP, 90), (Deed.MISSED_TARGET, 2 * HOUR)]
    assert [deed for deed, _ in told(None, start=91, end=2 * DAY)] == [
        Deed.MISSED_TARGET,
        Deed.MISSED_MAXIMUM,
        Deed.REASSIGN,
        Deed.TELL_MANAGER,
    ]


def test_a_queue_promised_nothing_and_its_steps_come_when_it_gets_them() -> None:
    assert told(None, got=DAY + 5, is_reps=False) == [
        (Deed.REASSIGN, DAY + 5),
        (Deed.TELL_MANAGER, DAY + 5),
        (Deed.TELL_THEIR_MANAGER, 2 * DAY),
    ]


@given(st.integers(0, 3 * DAY), st.one_of(st.none(), st.integers(1, 3 * DAY)))
def test_the_steps_are_those_of_the_ladder_that_runs(now: int, answered: int | None) -> None:
    desk = assigned(0)
    if answered is not None and answered <= now:
        desk.call(answered)
    running = ladder(desk.person(), [model().policies_since(None)._replace(response=RESPONSE)], DIRECTORY)
    waits = {step.due_at for step in running if step.due_at <= at(now)}
    until = at(answered) if answered is not None else None
    wait = Wait(at(0), at(0), until, None, is_reps=True)
    happened = [
        (deed, when)
        for deed, when in of_wait(wait, RESPONSE, at(0), at(now + 1))
        if deed not in {Deed.MISSED_TARGET, Deed.MISSED_MAXIMUM}
    ]
    if answered is None or answered > now:
        assert {when for _, when in happened} == waits
    else:
        assert waits == set()
        assert all(when < at(answered) for _, when in happened)


def given_up(
    *calls: float, closed: float | None = None, start: float = 0, end: float = 99 * DAY
) -> float | None:
    """When somebody assigned at minute 0 and touched then would have been given up."""
    desk = assigned(0)
    for call in calls:
        desk.call(call)
    if closed is not None:
        desk.status(closed, "Assigned", "Nurture")
    limit = WorkingLimit(working_days=30, untouched_days=7)
    cycle = desk.cycle()
    touched = [touch.at for touch in cycle.touches]
    told = given_up_at(touched, cycle.closed_at, limit, at(start), at(end))
    if touched and touched[-1] <= at(start):
        ends = [touched[0], touched[-1]]
        assert told == given_up_at(ends, cycle.closed_at, limit, at(start), at(end))
    return minutes(told)


def test_who_is_left_alone_is_given_up_when_both_limits_are_over() -> None:
    assert given_up(0) == 30 * DAY
    assert given_up(0, 28 * DAY) == 35 * DAY
    assert given_up(0, 28 * DAY, 34 * DAY) == 41 * DAY
    assert given_up(0, 28 * DAY, 36 * DAY) == 35 * DAY, "the touch that came a day later was too late"
    assert given_up() is None, "nobody worked on them"


def test_who_was_closed_in_time_is_not_nor_what_lies_past_the_end() -> None:
    assert given_up(0, closed=30 * DAY) is None
    assert given_up(0, closed=30 * DAY + 1) == 30 * DAY
    assert given_up(0, end=30 * DAY) is None


def test_whose_limit_was_over_before_is_given_up_at_the_start() -> None:
    assert given_up(0, start=40 * DAY) == 40 * DAY
    assert given_up(0, closed=40 * DAY, start=40 * DAY) is None
    assert given_up(0, 39 * DAY, start=38 * DAY) == 38 * DAY
    assert given_up(0, 38 * DAY, start=38 * DAY) == 45 * DAY
