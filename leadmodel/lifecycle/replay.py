"""What promises and limits would have done in the past, had they been switched on: the past itself is not changed.

Nothing is guessed about what people would have done otherwise: whom a step would have given to somebody else waits on
here, with who really held them. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from leadmodel.lifecycle.business_time import Openings
from leadmodel.lifecycle.clocks import steps
from leadmodel.lifecycle.lead_types import Priority
from leadmodel.lifecycle.policies import Act, Promise, Response, WorkingLimit


class Deed(StrEnum):
    """What would have happened: a promise broken, a step of the ladder, somebody given up."""

    MISSED_TARGET = "missed_target"
    MISSED_MAXIMUM = "missed_maximum"
    REMIND_REP = Act.REMIND_REP.value
    TELL_MANAGER = Act.TELL_MANAGER.value
    REASSIGN = Act.REASSIGN.value
    TELL_THEIR_MANAGER = Act.TELL_THEIR_MANAGER.value
    GIVEN_UP = "given_up"


_MISSED = {Promise.TARGET: Deed.MISSED_TARGET, Promise.MAXIMUM: Deed.MISSED_MAXIMUM}


class Wait(NamedTuple):
    """A stretch during which one holder owed somebody an answer.

    `since` is when the answer began to be owed, `got_at` when the holder got the person: later where a queue got them
    back. `until`: the answer, the disposition or the next hands; None while it lasts.
    """

    since: datetime
    got_at: datetime
    until: datetime | None
    priority: Priority | None
    is_reps: bool
    openings: Openings | None = None
    """The hours of whoever owed the answer."""


def of_wait(
    wait: Wait, response: Response, start: datetime, end: datetime
) -> Iterator[tuple[Deed, datetime]]:
    """What would have happened in `[start, end)` about a wait, and when; what an answer at that instant prevents."""

    def happens(at: datetime) -> bool:
        return start <= at < end and (wait.until is None or at < wait.until)

    if wait.is_reps:  # of a queue nobody promised anything (M12)
        for promise, deed in _MISSED.items():
            due_at = response.due_at(promise, wait.priority, wait.since, wait.openings)
            if happens(due_at):
                yield deed, due_at
    for step in steps(response, wait.priority, wait.since, wait.openings, is_reps=wait.is_reps):
        at = max(step.due_at, wait.got_at)
        if happens(at):
            yield Deed(step.act.value), at


def given_up_at(
    touched: Sequence[datetime],
    closed_at: datetime | None,
    limit: WorkingLimit,
    start: datetime,
    end: datetime,
) -> datetime | None:
    """When automation switched on at `start` would have given a cycle up, before `end`; None: it would not have.

    `touched`: when the cycle was touched, in order; what was touched before `start` needs only the first and the last.
    Whose limit was over before is given up at once.
    """
    for last, following in zip(touched, [*touched, closed_at][1:], strict=True):
        at = max(limit.due_at(touched[0], last), start)
        if at < end and (following is None or at < following):
            return at
    return None
