"""A person's story as moments, each with the fact it rests on. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from leadmodel.lifecycle.cited import Fact
from leadmodel.lifecycle.cycles import COUNTING, Cycle, Person, Touch
from leadmodel.lifecycle.grounds import Grounds
from leadmodel.lifecycle.stages import Outcome
from leadmodel.lifecycle.trace import Turn
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


def tell(person: Person, grounds: Grounds, names: Names) -> list[Moment]:
    """The person's story, latest first."""
    first = min((grounds.facts.creation(record_id) for record_id in person.record_ids), key=_by_time)
    moments = [Moment(person.created_at, Mark.QUIET, "First known in Salesforce", fact=first)]
    for cycle in person.cycles:
        moments += _of_cycle(cycle, grounds, names)
    moments += [_of_touch(touch, grounds, names, None) for touch in person.loose_touches]
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
    if cycle.closed_at is not None and cycle.ending is not None:
        kind = (
            "Withdrawn" if cycle.outcome is Outcome.WITHDRAWN else str(cycle.latest_kind or "").capitalize()
        )
        text = kind + (f": {cycle.reason}" if cycle.reason else "")
        by = f"by {names(cycle.closed_by)}" if cycle.closed_by else ""
        closed = _first(grounds.of(cycle, Turn.CLOSED))
        yield Moment(
            cycle.closed_at, Mark.END, text, _joined([ENDINGS[cycle.ending], by]), closed, cycle.number
        )


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
