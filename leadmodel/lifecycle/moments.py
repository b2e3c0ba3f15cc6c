"""A person's story as moments, each with the fact it rests on. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from leadmodel.lifecycle.cited import Fact
from leadmodel.lifecycle.cycles import COUNTING, Cycle, Person, Touch
from leadmodel.lifecycle.facts import EVERYTHING, Horizon
from leadmodel.lifecycle.grounds import Grounds
from leadmodel.lifecycle.stages import Outcome
from leadmodel.lifecycle.trace import End, Turn
from leadmodel.lifecycle.words import ENDINGS, ENTRIES, TRIGGERS, WHYS

Names = Callable[[str | None], str]
"""A user's or queue's Id to the name people know."""


class Mark(StrEnum):
    """How a moment is drawn."""

    START = "start"
    TOUCH = "touch"
    HAND_OVER = "hand_over"
    END = "end"
    QUIET = "quiet"


@dataclass(frozen=True)
class Moment:
    """One thing that happened. `cycle` is the cycle's number, None between cycles; `fact` what tells of it."""

    at: datetime
    mark: Mark
    text: str
    detail: str = ""
    fact: Fact | None = None
    cycle: int | None = None


def tell(person: Person, grounds: Grounds, names: Names, horizon: Horizon = EVERYTHING) -> list[Moment]:
    """The person's story, latest first, of what exists at a horizon."""
    first = min((grounds.facts.creation(record_id) for record_id in person.record_ids), key=_by_time)
    moments = [Moment(person.created_at, Mark.QUIET, "First known in Salesforce", fact=first)]
    for cycle in person.cycles:
        moments += _of_cycle(cycle, grounds, names)
    moments += [_of_touch(touch, grounds, names, None) for touch in person.loose_touches]
    told = {(one.fact.record_id, one.at) for one in moments if one.fact is not None and one.mark is Mark.END}
    moments += [
        one
        for one in _around(person, grounds, names)
        # a stage that ended a cycle is told by that end
        if one.fact is not None and (one.fact.record_id, one.at) not in told and horizon.shows(one.at, one.at)
    ]
    return sorted(moments, key=_in_order, reverse=True)


def _by_time(fact: Fact) -> tuple[datetime, str]:
    return fact.at, fact.fact_id


def _in_order(moment: Moment) -> tuple[datetime, int, str]:
    return moment.at, _ORDER[moment.mark], moment.fact.fact_id if moment.fact is not None else ""


_ORDER = {Mark.START: 0, Mark.HAND_OVER: 1, Mark.QUIET: 2, Mark.TOUCH: 3, Mark.END: 4}


def _of_cycle(cycle: Cycle, grounds: Grounds, names: Names) -> Iterator[Moment]:
    first = cycle.spans[0]
    opened = grounds.of(cycle, Turn.OPENED)
    detail = [TRIGGERS[cycle.trigger], ENTRIES[cycle.entry]]
    if cycle.broke_hold:
        detail.append("before its hold had passed")
    text = f"Assigned to {names(first.holder)} by {names(cycle.assigned_by)}"
    yield Moment(cycle.assigned_at, Mark.START, text, _joined(detail), _first(opened), cycle.number)
    for span in cycle.spans[1:]:
        yield Moment(
            span.started_at,
            Mark.HAND_OVER,
            f"Handed over to {names(span.holder)}",
            "",
            _first(grounds.start(span)),
            cycle.number,
        )
    if cycle.claimed_at is not None:
        detail_of_claim = "a status alone is no work; only a touch is"
        yield Moment(
            cycle.claimed_at,
            Mark.QUIET,
            "Salesforce says Working: claimed, no touch",
            detail_of_claim,
            _first(grounds.of(cycle, Turn.CLAIMED)),
            cycle.number,
        )
    for touch in cycle.touches:
        yield _of_touch(touch, grounds, names, cycle)
    yield from _of_end(cycle, grounds, names)


def _of_end(cycle: Cycle, grounds: Grounds, names: Names) -> Iterator[Moment]:
    """How a cycle ended, as it was then, and each amendment when it was made (M8)."""
    if cycle.closed_at is None or cycle.ending is None:
        return
    ends = grounds.trace.ends(cycle)
    text = "Withdrawn" if cycle.outcome is Outcome.WITHDRAWN or not ends else _disposition(ends[0])
    by = f"by {names(cycle.closed_by)}" if cycle.closed_by else ""
    closed = _first(grounds.of(cycle, Turn.CLOSED))
    yield Moment(cycle.closed_at, Mark.END, text, _joined([ENDINGS[cycle.ending], by]), closed, cycle.number)
    for end in ends[1:]:
        at, _, _, _, actor, _ = end.step
        detail = _joined([f"amends how cycle {cycle.number} ended", f"by {names(actor)}" if actor else ""])
        yield Moment(at, Mark.END, _disposition(end), detail, grounds.facts.of_step(end.step))


def _disposition(end: End) -> str:
    return end.kind.capitalize() + (f": {end.reason}" if end.reason else "")


def _around(person: Person, grounds: Grounds, names: Names) -> Iterator[Moment]:
    """What happened to their records and opportunities, whatever it did to cycles."""
    facts, own = grounds.facts, person.record_ids
    for fact in facts.conversions(own):
        text = "Converted" + (f" by {names(fact.actor)}" if fact.actor else "")
        yield Moment(fact.at, Mark.QUIET, text, "the Lead goes on as the Contact", fact)
    for fact in facts.merges(own):
        yield Moment(fact.at, Mark.QUIET, "Merged with another record", "the past of both is theirs", fact)
    for fact in facts.stages_reached(own):
        by = f"by {names(fact.actor)}" if fact.actor else ""
        yield Moment(fact.at, Mark.QUIET, f"Opportunity: {fact.value}", by, fact)


def _first(facts: tuple[Fact, ...]) -> Fact | None:
    return facts[0] if facts else None


def _of_touch(touch: Touch, grounds: Grounds, names: Names, cycle: Cycle | None) -> Moment:
    counts = touch.why in COUNTING
    first = cycle is not None and touch.activity_id == cycle.first_touch_id
    text = ("First touch" if first else "Touch" if counts else "Activity") + f" · {names(touch.by)}"
    detail = [WHYS[touch.why]]
    if touch.is_backdated:
        detail.append("dated more than a day before it was logged: it counts when it was logged")
    mark = Mark.TOUCH if counts else Mark.QUIET
    fact = grounds.facts.of_activity(touch.activity_id)
    return Moment(touch.at, mark, text, _joined(detail), fact, cycle.number if cycle else None)


def _joined(parts: list[str]) -> str:
    return " · ".join(part for part in parts if part)
