"""The clock of a hand-off (M18, R145): a qualified person is in other hands, which have to take them up. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from leadmodel.lifecycle.clocks import Clock, ClockKind, Rung
from leadmodel.lifecycle.cycles import Person
from leadmodel.lifecycle.facts import Directory, Horizon, OpportunityStep
from leadmodel.lifecycle.policies import Act, Policies, in_force


def hand_off_clocks(person: Person, policies: Sequence[Policies], directory: Directory) -> Iterator[Clock]:
    """The clock of whoever was handed the person and did not take them up yet; at most one.

    `policies`: all ever in force, oldest first. Its `ordinal` is one more than the cycle has spans: the stretch after
    the cycle.
    """
    handed = person.handed
    if handed is None or person.is_deleted:
        return
    told, cycle = in_force(policies, handed.at).hand_off, handed.cycle
    if not told.is_one(*(directory.team_of(rep, handed.at) for rep in (handed.giver, handed.taker))):
        return
    within = told.accept_within(cycle.path, cycle.priority, is_target_account=cycle.is_target_account)
    if within is not None:
        ordinal = len(cycle.spans) + 1
        yield Clock(cycle.number, ClockKind.ACCEPTANCE, ordinal, handed.at, handed.at + within)


def hand_off_rungs(clock: Clock, taker: str, policies: Sequence[Policies]) -> Iterator[Rung]:
    """What is done as long as nobody took the person up: a word to whoever was handed them, one to their manager."""
    number, kind, ordinal, started_at, due_at, _ = clock
    before = timedelta(hours=in_force(policies, started_at).hand_off.remind_before_hours)
    # one that would come before the hand-off comes at once
    steps = ((Act.REMIND_REP, max(started_at, due_at - before)), (Act.TELL_MANAGER, due_at))
    for step, (act, at) in enumerate(steps, start=1):
        yield Rung(number, ordinal, step, act, taker, kind, due_at, at)


def tell_taken_up(
    person: Person, steps: Iterable[OpportunityStep], directory: Directory, horizon: Horizon
) -> None:
    """Whoever moved an opportunity of the person on, after they were handed them, took them up."""
    handed = person.handed
    if handed is None:
        return
    taker = directory.named(handed.taker)
    for step in steps:
        is_theirs = step.record_id in person.record_ids and directory.named(step.actor) == taker
        if is_theirs and step.at > handed.at and horizon.shows(step.at, step.at):
            person.handed = None
            return
