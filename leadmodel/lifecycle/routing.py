"""Who takes over a lead that nobody answered (R067): one rep of those who may, and for all others why not. Pure.

Whose turn it is follows from the ledger of what was given by the rule, and from nothing else: neither from what people
hand over by hand nor from how many leads were created since. Turns are kept as places on a line. Being given a lead
puts a rep ahead by `STRIDE` over their weight. Who stands furthest back is next; of those who stand together, whoever
was given one longest ago; then the lower Id. Who was away comes back to where the others stand: their turn is next,
and nothing that they missed is made up for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from math import lcm
from typing import NamedTuple

from leadmodel.lifecycle.reassignment import Handed, How, Manner, Reassignment

STRIDE = lcm(*range(1, 21))
"""A rep of weight 1 goes so far by a lead; every weight divides it."""


class Skip(StrEnum):
    """Why somebody is not given a lead."""

    NOT_LISTED = "not_listed"
    INACTIVE = "inactive"
    HAD_THEM = "had_them"
    ABSENT = "absent"
    OFF_HOURS = "off_hours"
    FULL = "full"
    DAY_FULL = "day_full"
    NOT_NEXT = "not_next"


@dataclass(frozen=True)
class Candidate:
    """Somebody who might take over, as they are at the moment of the decision."""

    rep_id: str
    names: frozenset[str]
    """By what the settings may call them, case-folded."""
    name: str = ""
    team: str | None = None
    is_active: bool = True
    is_absent: bool = False
    is_at_work: bool = True
    open_cycles: int = 0
    given_today: int = 0
    """Within the last 24 hours, by automation."""

    def is_called(self, name: str) -> bool:
        """Whether the settings mean this rep by a name."""
        return name.casefold() in self.names


class Due(NamedTuple):
    """A lead to be re-assigned. `had`: everybody who held it in this cycle, the holder too."""

    person_id: str
    due_at: datetime
    had: frozenset[str]
    asked: Handed


class Skipped(NamedTuple):
    """Somebody who was not given a lead. `has`, `most`: of what they have as many as they may."""

    rep_id: str
    why: Skip
    has: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Choice:
    """Who takes over; None where nobody may. `place`: where the rep stood when they were chosen."""

    rep_id: str | None
    rule: str
    place: int | None
    skipped: tuple[Skipped, ...]


class Turn(NamedTuple):
    """The latest that a rep was given by a rule: from where on the line, and the how manieth it was of all."""

    place: int
    number: int


@dataclass
class Rota:
    """Whose turn it is, and what each was given; it moves on with each choice, so that a batch spreads."""

    turns: dict[tuple[str, str], Turn] = field(default_factory=dict)
    """(Rule, rep) → their latest turn."""
    more: dict[str, int] = field(default_factory=dict)
    """Rep → how many they were given since they were counted."""

    def give(self, rule: str, rep_id: str, place: int) -> None:
        """Note that a rep was given one."""
        number = max((turn.number for turn in self.turns.values()), default=0) + 1
        self.turns[rule, rep_id] = Turn(place, number)
        self.more[rep_id] = self.more.get(rep_id, 0) + 1


def choose_all(
    due: Sequence[Due], candidates: Sequence[Candidate], rules: Reassignment, rota: Rota
) -> Mapping[str, Choice]:
    """Who takes over whom, by the person's Id: the longest overdue first, in whatever order they are told.

    Those whose rule names a queue are none of this: `rota` moves on by the others.
    """
    choices = {}
    for lead in sorted(due, key=lambda one: (one.due_at, one.person_id)):
        name, manner = rules.rule_of(lead.asked)
        if manner.how is not How.QUEUE:
            choices[lead.person_id] = choose(lead, candidates, name, manner, rota)
    return choices


def choose(lead: Due, candidates: Sequence[Candidate], rule: str, manner: Manner, rota: Rota) -> Choice:
    """Who takes over one lead, and for everybody of the holder's team and of the rule's why not they."""
    listed = [one for one in candidates if _is_listed(one, manner, lead.asked.team)]
    skipped = [Skipped(one.rep_id, Skip.NOT_LISTED) for one in _colleagues(candidates, lead, listed)]
    front = max((turn.place for one in listed if (turn := rota.turns.get((rule, one.rep_id)))), default=0)
    standing: list[tuple[tuple[int, ...], str, int]] = []
    for one in listed:
        if (why_not := _why_not(one, lead.had, manner, rota.more.get(one.rep_id, 0))) is not None:
            skipped.append(why_not)
            continue
        turn = rota.turns.get((rule, one.rep_id))
        place = front if turn is None else max(front, turn.place + STRIDE // _weight(one, manner))
        order: tuple[int, ...] = (place, turn.number if turn is not None else 0)
        if manner.how is How.LEAST_LOADED:
            order = (one.open_cycles + rota.more.get(one.rep_id, 0), *order)
        standing.append((order, one.rep_id, place))
    standing.sort()
    skipped += [Skipped(rep_id, Skip.NOT_NEXT) for _, rep_id, _ in standing[1:]]
    told = tuple(sorted(skipped))
    if not standing:
        return Choice(None, rule, None, told)
    _, rep_id, place = standing[0]
    rota.give(rule, rep_id, place)
    return Choice(rep_id, rule, place, told)


def why_no_more(chosen: Candidate, manner: Manner, team: str | None, more: int = 0) -> Skip | None:
    """Why a rep who was chosen for a lead may not be given it after all; None where they still may.

    `team`: the holder's; `more`: what they were given since they were counted. That they have gone home keeps
    nothing from them.
    """
    if not _is_listed(chosen, manner, team):
        return Skip.NOT_LISTED
    found = _why_not(replace(chosen, is_at_work=True), frozenset(), manner, more)
    return found.why if found is not None else None


def _is_listed(one: Candidate, manner: Manner, team: str | None) -> bool:
    """Whether the rule is about this rep: the holder's team where it names nobody."""
    if not manner.to_teams and not manner.reps:
        return team is not None and one.team == team
    return one.team in manner.to_teams or any(map(one.is_called, manner.reps))


def _colleagues(
    candidates: Sequence[Candidate], lead: Due, listed: Sequence[Candidate]
) -> Iterator[Candidate]:
    """Those of the holder's team whom one might expect, and the rule is not about."""
    known = {one.rep_id for one in listed}
    if lead.asked.team is not None:
        yield from (one for one in candidates if one.team == lead.asked.team and one.rep_id not in known)


def _why_not(one: Candidate, had: frozenset[str], manner: Manner, more: int) -> Skipped | None:
    """Why a rep may not take a lead, the plainest reason; None where they may."""
    reasons = {
        Skip.INACTIVE: not one.is_active,
        Skip.HAD_THEM: one.rep_id in had,
        Skip.ABSENT: one.is_absent,
        Skip.OFF_HOURS: manner.in_hours_only and not one.is_at_work,
    }
    if (why := next((why for why, holds in reasons.items() if holds), None)) is not None:
        return Skipped(one.rep_id, why)
    most = next((most for name, most in manner.capacity_of.items() if one.is_called(name)), manner.capacity)
    limits = {
        Skip.FULL: (one.open_cycles + more, most),
        Skip.DAY_FULL: (one.given_today + more, manner.each_a_day),
    }
    reached = ((why, has, most) for why, (has, most) in limits.items() if most is not None and has >= most)
    return next((Skipped(one.rep_id, *told) for told in reached), None)


def _weight(one: Candidate, manner: Manner) -> int:
    return next((weight for name, weight in manner.weights.items() if one.is_called(name)), 1)
