"""The facts that a person's cycles rest on: what the trace saw decide, as Salesforce tells it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadmodel.lifecycle.cited import Fact, Facts
from leadmodel.lifecycle.cycles import Cycle, HandedOver, Span
from leadmodel.lifecycle.stages import Stage
from leadmodel.lifecycle.trace import Trace, Turn


@dataclass(frozen=True)
class Grounds:
    """A trace of one family's derivation, and that family's facts."""

    trace: Trace
    facts: Facts

    def of(self, cycle: Cycle, *turns: Turn) -> tuple[Fact, ...]:
        """The facts that decided these things about a cycle, each once, in order."""
        steps = [step for turn in turns for step in self.trace.turns(cycle, turn)]
        found = dict.fromkeys(self.facts.of_step(step) for step in steps)
        return tuple(sorted(found, key=lambda fact: (fact.at, fact.fact_id)))

    def start(self, span: Span) -> tuple[Fact, ...]:
        """The fact with which a span began."""
        step = self.trace.start(span)
        return () if step is None else (self.facts.of_step(step),)

    def handed(self, handed: HandedOver) -> tuple[Fact, ...]:
        """The fact that gave a qualified person to other hands."""
        step = self.trace.handed(handed)
        return () if step is None else (self.facts.of_step(step),)

    def standing(self, stage: Stage, since: datetime) -> tuple[Fact, ...]:
        """The fact that put a person into a stage outside of cycles."""
        step = self.trace.standing(stage, since)
        return () if step is None else (self.facts.of_step(step),)
