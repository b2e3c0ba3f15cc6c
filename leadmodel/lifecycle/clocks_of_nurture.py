"""The clock of who is in Nurture (M18): after some months whoever holds them looks at them again. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leadmodel.lifecycle.clocks import Clock, ClockKind, Rung
from leadmodel.lifecycle.cycles import Person
from leadmodel.lifecycle.facts import Directory
from leadmodel.lifecycle.line import last_disposed
from leadmodel.lifecycle.policies import Act, Policies, in_force
from leadmodel.lifecycle.stages import Stage


def return_clocks(person: Person, policies: Sequence[Policies], directory: Directory) -> Iterator[Clock]:
    """The clock of a person whose last cycle ended in Nurture, since they went there; at most one.

    `policies`: all ever in force, oldest first. Its `ordinal` is one more than the cycle has spans, the stretch after
    the cycle; 0 where a queue or machine holds them, and nobody is there to look.
    """
    if person.stage is not Stage.NURTURE or person.is_deleted or person.is_customer:
        return
    cycle, since = last_disposed(person.cycles), person.stage_since
    if cycle is None or cycle.latest_kind is not Stage.NURTURE:
        return
    after = in_force(policies, since).recycling.return_after(
        cycle.path, cycle.priority, is_target_account=cycle.is_target_account
    )
    if after is not None:
        ordinal = len(cycle.spans) + 1 if directory.is_human(person.holder) else 0
        yield Clock(cycle.number, ClockKind.RETURN, ordinal, since, since + after)


def return_rung(clock: Clock, holder: str | None) -> Rung:
    """What is done when that time is over: a word to whoever holds them. Nothing assigns anybody (M13)."""
    number, kind, ordinal, _, due_at, _ = clock
    return Rung(number, ordinal, 1, Act.REMIND_REP, holder, kind, due_at, due_at)
