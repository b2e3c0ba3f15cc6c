"""Clocks (M18): what is owed about an open cycle, and by when. Pure: a due moment follows from policy and facts alone.

A clock keeps the policy that held when it started, whatever ops write later. Only clocks that run are told here: those
of a cycle that ended, or of whom Salesforce deleted (K7), have stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from leadmodel.lifecycle.business_time import Openings
from leadmodel.lifecycle.cycles import Cycle, Person
from leadmodel.lifecycle.facts import Directory
from leadmodel.lifecycle.lead_types import Priority
from leadmodel.lifecycle.policies import Act, Policies, Promise, Response, in_force
from leadmodel.lifecycle.stages import Path


class ClockKind(StrEnum):
    """What is owed."""

    RESPONSE_TARGET = "response_target"
    RESPONSE_MAXIMUM = "response_maximum"
    WORKING_LIMIT = "working_limit"
    ACCEPTANCE = "acceptance"
    """Of a hand-off: that whoever was handed a qualified person takes them up (`clocks_of_hand_offs`)."""
    RETURN = "nurture_return"
    """Of who is in Nurture: that whoever holds them looks at them again (`clocks_of_nurture`)."""
    FOLLOW_UP = "follow_up"
    """Of who is in Nurture: what whoever holds them planned for a day (`clocks_of_follow_ups`)."""
    MEETING = "meeting_outcome"
    """Of a meeting that is over: that whoever had it says what became of it (`clocks_of_meetings`)."""
    NO_SHOW = "no_show"
    """Of who did not come: that whoever holds them tries often enough to meet them again (`clocks_of_no_shows`)."""
    NO_SHOWS = "no_shows"
    """Of who did not come too often: that they are not tried any more (`clocks_of_no_shows`)."""


LASTING = (ClockKind.RETURN, ClockKind.FOLLOW_UP, ClockKind.MEETING, ClockKind.NO_SHOW)
"""Clocks that may run for years after they were due: a scan never goes through those."""


class Clock(NamedTuple):
    """One running clock of the cycle `number`. `ordinal` is the span whose holder owes it, 0 where the cycle does.

    One of a meeting or of a planned Task has its Id, and an `ordinal` below 0.
    """

    number: int
    kind: ClockKind
    ordinal: int
    started_at: datetime
    due_at: datetime
    activity_id: str | None = None


class Rung(NamedTuple):
    """A step of the ladder about somebody who waits: what is due when, on which clock, and who holds the person.

    `ordinal` and `activity_id` as of `Clock`; `step` is its place in the ladder, from 1.
    """

    number: int
    ordinal: int
    step: int
    act: Act
    holder: str | None
    clock: ClockKind
    clock_due_at: datetime
    due_at: datetime
    activity_id: str | None = None


def running(person: Person, policies: Sequence[Policies], directory: Directory) -> Iterator[Clock]:
    """The clocks that run about a person: those of the open cycle, which need not be the latest (K6).

    `policies`: all ever in force, oldest first. Queues and machines owe nothing.
    """
    if person.is_deleted:
        return
    for cycle in person.cycles:
        if cycle.closed_at is None:
            yield from _of_cycle(cycle, policies, directory)


def _of_cycle(cycle: Cycle, policies: Sequence[Policies], directory: Directory) -> Iterator[Clock]:
    if cycle.first_touch_at is not None:
        assert cycle.last_touch_at is not None
        limit = in_force(policies, cycle.first_touch_at).auto_abandon.limit_of(
            cycle.path, cycle.priority, is_target_account=cycle.is_target_account
        )
        due_at = limit.due_at(cycle.first_touch_at, cycle.last_touch_at)
        yield Clock(cycle.number, ClockKind.WORKING_LIMIT, 0, cycle.first_touch_at, due_at)
        return
    if cycle.path is not Path.INBOUND:
        return
    yield from _owed(cycle, 0, cycle.assigned_at, policies, directory.openings_of(cycle.first_rep))
    # nobody answered yet, so whoever holds the person owes it too (M12)
    span = cycle.spans[-1]
    if directory.is_human(span.holder):
        openings = directory.openings_of(directory.named(span.holder))
        yield from _owed(cycle, len(cycle.spans), span.started_at, policies, openings)


def ladder(person: Person, policies: Sequence[Policies], directory: Directory) -> Iterator[Rung]:
    """The steps to come, and those that came, as long as nobody answers.

    They stand on the clock of whoever holds the person; where that is a queue or a machine, on the cycle's, and there
    is no rep to remind.
    """
    if person.is_deleted:
        return
    for cycle in person.cycles:
        is_owed = cycle.closed_at is None and cycle.first_touch_at is None and cycle.path is Path.INBOUND
        if is_owed:
            yield from _rungs(cycle, policies, directory)


_CLOCKS = {Promise.TARGET: ClockKind.RESPONSE_TARGET, Promise.MAXIMUM: ClockKind.RESPONSE_MAXIMUM}


def _rungs(cycle: Cycle, policies: Sequence[Policies], directory: Directory) -> Iterator[Rung]:
    span = cycle.spans[-1]
    is_reps = directory.is_human(span.holder)
    ordinal, since = (len(cycle.spans), span.started_at) if is_reps else (0, cycle.assigned_at)
    response = in_force(policies, since).response
    openings = directory.openings_of(directory.named(span.holder) if is_reps else cycle.first_rep)
    for step in steps(response, cycle.priority, since, openings, is_reps=is_reps):
        yield Rung(cycle.number, ordinal, step.step, step.act, span.holder, *step[2:])


class Step(NamedTuple):
    """A step of the ladder on a wait: its place from 1, what it does, on which clock, and when."""

    step: int
    act: Act
    clock: ClockKind
    clock_due_at: datetime
    due_at: datetime


def steps(
    response: Response,
    priority: Priority | None,
    since: datetime,
    openings: Openings | None,
    *,
    is_reps: bool,
) -> Iterator[Step]:
    """What is due about a wait since then, as long as it lasts; a queue or machine is not reminded.

    `openings` are the hours of whoever owes the answer.
    """
    for place, told in enumerate(response.ladder, start=1):
        if told.do is Act.REMIND_REP and not is_reps:
            continue
        clock_due_at = response.due_at(told.of, priority, since, openings)
        due_at = response.step_at(told, priority, since, openings)
        yield Step(place, told.do, _CLOCKS[told.of], clock_due_at, due_at)


def _owed(
    cycle: Cycle, ordinal: int, since: datetime, policies: Sequence[Policies], openings: Openings | None
) -> Iterator[Clock]:
    """An answer is owed since then (M18): to the prospect once per cycle, and by each rep who gets the person."""
    response = in_force(policies, since).response
    for promise, kind in _CLOCKS.items():
        due_at = response.due_at(promise, cycle.priority, since, openings)
        yield Clock(cycle.number, kind, ordinal, since, due_at)
