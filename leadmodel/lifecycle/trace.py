"""Which fact decided what, seen by reading one person's facts one at a time. A rebuild keeps no trace. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from leadmodel.lifecycle.cycles import Cycle, HandedOver, Span
from leadmodel.lifecycle.line import Line
from leadmodel.lifecycle.stages import Stage
from leadmodel.lifecycle.steps import Rank, Step


class Turn(StrEnum):
    """What about a cycle a fact can decide."""

    OPENED = "opened"
    CLAIMED = "claimed_at"
    TOUCHED = "first_touch_at"
    CLOSED = "closed_at"
    KIND = "latest_kind"
    REASON = "reason"
    QUALIFIED = "qualified_at"


_WATCHED = tuple(turn for turn in Turn if turn is not Turn.OPENED)
"""Those that are a cycle's values; their names are the attributes'."""


class End(NamedTuple):
    """How a cycle's disposition stood from a step on: as it ended, and after each amendment (M8)."""

    kind: Stage
    reason: str | None
    step: Step


@dataclass
class Trace:
    """What the fold did, step by step: after each step it is shown the lines, and keeps what differs from before.

    So the explanation is the fold's own doing and no second opinion. Steps are kept by what they decided.
    """

    _turns: dict[tuple[int, Turn], list[Step]] = field(default_factory=dict)
    _values: dict[tuple[int, Turn], object] = field(default_factory=dict)
    _ends: dict[int, list[End]] = field(default_factory=dict)
    _spans: dict[int, Step] = field(default_factory=dict)
    _standing: dict[tuple[Stage, datetime], Step] = field(default_factory=dict)
    _reasons: dict[tuple[int, Stage], tuple[str | None, Step]] = field(default_factory=dict)
    _handed: dict[int, Step] = field(default_factory=dict)
    _kept: dict[int, Cycle | Span | Line | HandedOver] = field(default_factory=dict)
    """What is known by its identity must not go, or another would come to have it."""

    def see(self, step: Step, lines: Iterable[Line]) -> None:
        """Note what this step changed on the lines there are after it."""
        for line in lines:
            self._kept[id(line)] = line
            if line.standing_since is not None:
                self._standing.setdefault((line.standing, line.standing_since), step)
            if line.handed is not None and id(line.handed) not in self._handed:
                self._kept[id(line.handed)] = line.handed
                self._handed[id(line.handed)] = step
            for kind, reason in line.reasons.items():
                told = self._reasons.get((id(line), kind))
                if told is None or told[0] != reason:
                    self._reasons[id(line), kind] = (reason, step)
            for cycle in line.cycles:
                self._see_cycle(step, cycle, line)

    def _see_cycle(self, step: Step, cycle: Cycle, line: Line) -> None:
        if id(cycle) not in self._kept:
            self._kept[id(cycle)] = cycle
            self._turns[id(cycle), Turn.OPENED] = [step]
        for turn in _WATCHED:
            value = getattr(cycle, turn.value)
            if value != self._values.get((id(cycle), turn)):
                self._values[id(cycle), turn] = value
                self._turns.setdefault((id(cycle), turn), []).append(self._decider(turn, step, cycle, line))
        if cycle.latest_kind is not None:
            ends = self._ends.setdefault(id(cycle), [])
            if not ends or ends[-1][:2] != (cycle.latest_kind, cycle.reason):
                ends.append(End(cycle.latest_kind, cycle.reason, step))
        for span in cycle.spans:
            if id(span) not in self._kept:
                self._kept[id(span)] = span
                self._spans[id(span)] = step

    def _decider(self, turn: Turn, step: Step, cycle: Cycle, line: Line) -> Step:
        """The step itself; for a reason, what last filled the field it was read from."""
        if turn is Turn.REASON and step[1] is Rank.DISPOSE and cycle.latest_kind is not None:
            reason, told = self._reasons.get((id(line), cycle.latest_kind), (None, step))
            return told if reason == cycle.reason else step
        return step

    def turns(self, cycle: Cycle, turn: Turn) -> list[Step]:
        """The steps that decided this about a cycle, in order: more than one where it was amended."""
        return self._turns.get((id(cycle), turn), [])

    def ends(self, cycle: Cycle) -> list[End]:
        """How a cycle's disposition stood, in order: more than one where it was amended."""
        return self._ends.get(id(cycle), [])

    def start(self, span: Span) -> Step | None:
        """The step with which a span began."""
        return self._spans.get(id(span))

    def handed(self, handed: HandedOver) -> Step | None:
        """The step with which a qualified person went to other hands."""
        return self._handed.get(id(handed))

    def standing(self, stage: Stage, since: datetime) -> Step | None:
        """The step that put a person into a stage outside of cycles."""
        return self._standing.get((stage, since))
