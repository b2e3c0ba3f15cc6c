"""Who takes over whom nobody answered (M18, R067): the rules of re-assignment. A part of the settings. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field, model_validator

from leadmodel.lifecycle.lead_types import Priority
from leadmodel.lifecycle.of_type import OfType
from leadmodel.lifecycle.section import Names, Section
from leadmodel.lifecycle.stages import Path

Count = Annotated[int, Field(ge=0)]
Weight = Annotated[int, Field(ge=1, le=20)]
OTHERWISE = "otherwise"
"""What the manner is called that holds where no rule fits."""


class How(StrEnum):
    """By what the next one is chosen of all who may take somebody."""

    ROUND_ROBIN = "round_robin"
    WEIGHTED = "weighted"
    LEAST_LOADED = "least_loaded"
    QUEUE = "queue"


class Manner(Section):
    """To whom, and how. Reps are named by Id, user name or name."""

    to_teams: Names = ()
    reps: Names = ()
    """Both empty: the holder's own team."""
    how: How = How.ROUND_ROBIN
    weights: dict[str, Weight] = Field(default_factory=dict)
    """Rep → how many they are given for each one of a rep who is not named."""
    queue: str | None = None
    """Id, name or developer name."""
    capacity: Count | None = None
    """The most open cycles a rep may hold and still be given one; None is no limit."""
    capacity_of: dict[str, Count] = Field(default_factory=dict)
    each_a_day: Count | None = None
    """The most a rep is given by automation within any 24 hours; None is no limit."""
    in_hours_only: bool = True

    @model_validator(mode="after")
    def _agrees(self) -> Manner:
        problem = next(self._contradictions(), None)
        if problem is not None:
            raise ValueError(problem)
        return self

    def _contradictions(self) -> Iterator[str]:
        if self.how is How.QUEUE:
            if self.queue is None:
                yield "how is queue, but no queue is named; write queue: its name"
            of_reps = ("to_teams", "reps", "weights", "capacity", "capacity_of", "each_a_day")
            if said := [name for name in of_reps if getattr(self, name) not in ((), {}, None)]:
                yield f"{said[0]} is about reps, but how is queue; leave one of them out"
        elif self.queue is not None:
            yield f"a queue is named, but how is {self.how}; write how: queue, or leave the queue out"
        if self.how is How.WEIGHTED and not self.weights:
            yield "how is weighted, but there are no weights; write some, e.g. weights: {Bob: 2}"
        if self.weights and self.how is not How.WEIGHTED:
            yield f"there are weights, but how is {self.how}; write how: weighted, or leave them out"
        if self.reps and not self.to_teams:
            listed = {name.casefold() for name in self.reps}
            for where in ("weights", "capacity_of"):
                if missing := [name for name in getattr(self, where) if name.casefold() not in listed]:
                    yield f"{where} names “{missing[0]}”, who is not among the reps; write the same names in both"


class Which(OfType):
    """Of which leads something is said; what is left out may be anything."""

    sources: Names = ()
    teams: Names = ()
    """The holder's team."""

    @property
    def is_of_any_lead(self) -> bool:
        """Whether it says of no leads that it is for them."""
        return self.is_of_any_type and not self.sources and not self.teams

    def covers(self, other: Which) -> bool:
        """Whether whatever fits `other` fits this too."""
        return (
            self.covers_type(other)
            and _within(other.sources, self.sources)
            and _within(other.teams, self.teams)
        )


def _within(narrow: Names, wide: Names) -> bool:
    return not wide or (bool(narrow) and set(narrow) <= set(wide))


class ReassignmentRule(Which, Manner):
    """A manner of its own for some leads; the ledger tells it by its name."""

    name: Annotated[str, Field(min_length=1, max_length=60)]

    @model_validator(mode="after")
    def _says_which(self) -> ReassignmentRule:
        if self.is_of_any_lead:
            raise ValueError(
                "says of no leads that it is for them; name path, priority, target_account, sources or teams, or write"
                " its manner under reassignment itself"
            )
        return self

    def fits(self, asked: Handed) -> bool:
        """Whether it is for this lead of this holder."""
        return (
            self.fits_type(asked.path, asked.priority, is_target_account=asked.is_target_account)
            and (not self.sources or asked.source in self.sources)
            and (not self.teams or asked.team in self.teams)
        )


class Handed(NamedTuple):
    """What rules ask of a lead: its type when its cycle began, and the team of who holds it now."""

    path: Path
    priority: Priority | None
    is_target_account: bool
    source: str | None
    team: str | None


class Reassignment(Manner):
    """Who takes over: by the first of `rules` that fits, else as written here."""

    rules: tuple[ReassignmentRule, ...] = ()
    most_a_day: Count = 1000
    """However many are due: a mistake in the rules shows before it has moved everybody."""

    @model_validator(mode="after")
    def _reached(self) -> Reassignment:
        before: list[ReassignmentRule] = []
        for rule in self.rules:
            if rule.name.casefold() == OTHERWISE or rule.name in {one.name for one in before}:
                raise ValueError(f"the name “{rule.name}” is taken; give each rule one of its own")
            if (taken := next((one for one in before if one.covers(rule)), None)) is not None:
                raise ValueError(
                    f"rule “{rule.name}” is never reached, as “{taken.name}” before it fits whatever it fits; write it"
                    " first, or leave it out"
                )
            before.append(rule)
        return self

    def called(self, name: str) -> Manner | None:
        """The manner that the ledger calls so; None where there is none any more."""
        return self if name == OTHERWISE else next((rule for rule in self.rules if rule.name == name), None)

    def rule_of(self, asked: Handed) -> tuple[str, Manner]:
        """How this lead is re-assigned, and what the ledger calls that."""
        found = next((rule for rule in self.rules if rule.fits(asked)), None)
        return (OTHERWISE, self) if found is None else (found.name, found)
