"""Clocks (M18): what is owed about an open cycle, and by when. Pure: a due moment follows from policy and facts alone.

A clock keeps the policy that held when it started, whatever ops write later. Only clocks that run are told here: those
of a cycle that ended, or of whom Salesforce deleted (K7), have stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from leadmodel.lifecycle.cycles import Cycle, Person
from leadmodel.lifecycle.facts import Directory
from leadmodel.lifecycle.policies import Policies, in_force
from leadmodel.lifecycle.stages import Path


class ClockKind(StrEnum):
    """What is owed."""

    RESPONSE_TARGET = "response_target"
    RESPONSE_MAXIMUM = "response_maximum"
    WORKING_LIMIT = "working_limit"


class Clock(NamedTuple):
    """One running clock of the cycle `number`. `ordinal` is the span whose holder owes it, 0 where the cycle does."""

    number: int
    kind: ClockKind
    ordinal: int
    started_at: datetime
    due_at: datetime


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
    yield from _owed(cycle.number, 0, cycle.assigned_at, policies)
    span = cycle.spans[-1]
    if span.owes_response and directory.is_human(span.holder):
        yield from _owed(cycle.number, len(cycle.spans), span.started_at, policies)


def _owed(number: int, ordinal: int, since: datetime, policies: Sequence[Policies]) -> Iterator[Clock]:
    """An answer is owed since then (M18): to the prospect once per cycle, and by each rep who gets the person."""
    response = in_force(policies, since).response
    yield Clock(number, ClockKind.RESPONSE_TARGET, ordinal, since, since + response.target)
    yield Clock(number, ClockKind.RESPONSE_MAXIMUM, ordinal, since, since + response.maximum)
