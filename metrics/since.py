"""What changed since: figures as known by two instants, the cycles that make the difference, and the facts behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from base.models import User
from leadmodel.access import sight
from leadmodel.filling import array
from leadmodel.lifecycle.cited import Fact
from leadmodel.lifecycle.learned import Between
from leadmodel.pages.people import NAME, WITH_NAMES
from leadmodel.since import AFTER, BEFORE, Differing, derive_differing
from metrics.compile import parameters, rows_sql
from metrics.definitions import FIGURES
from metrics.query import State, Values, ask, derived
from metrics.report import rounded
from metrics.selection import Selection
from metrics.spec import Figure

Key = tuple[str, int]
"""A cycle: person Id and number."""


class Part(NamedTuple):
    """What a cycle is in a figure: whether its population has it, whether it counts, and its value where measured."""

    is_in: bool
    counts: bool
    value: float | None


OUT = Part(is_in=False, counts=False, value=None)


@dataclass(frozen=True)
class CycleThen:
    """A cycle as known by one of the instants, and what it is in each figure."""

    rep: str | None
    assigned_at: datetime
    outcome: str
    handling: str
    response_s: float | None
    parts: Mapping[str, Part]


@dataclass(frozen=True)
class Difference:
    """A cycle of which more is known, or something else. None: it was not known, or is not in the selection."""

    person_id: str
    number: int
    before: CycleThen | None
    after: CycleThen | None

    def parts(self, figure: str) -> tuple[Part, Part]:
        """What it was and is in a figure."""
        before, after = (told.parts[figure] if told else OUT for told in (self.before, self.after))
        return before, after

    def moves(self, figure: str) -> bool:
        """Whether the figure can move by it."""
        before, after = self.parts(figure)
        return before != after

    @property
    def assigned_at(self) -> datetime:
        """When it began, as known last."""
        told = self.after or self.before
        assert told is not None
        return told.assigned_at


@dataclass(frozen=True)
class Moved:
    """A figure by each instant, and how many cycles differ in it."""

    figure: Figure
    before: float | None
    after: float | None
    cycles: int


@dataclass(frozen=True)
class Known:
    """Whom a record stands for now, where the viewer may see them."""

    person_id: str
    name: str


@dataclass(frozen=True)
class Changed:
    """What changed between two instants. `same`: how many figures did not move; `looked_at` people were derived."""

    moved: list[Moved]
    same: int
    differences: list[Difference]
    facts: Mapping[str, list[Fact]]
    known: Mapping[str, Known]
    looked_at: int


def what_changed(user: User, selection: Selection, between: Between) -> Changed:
    """Ask all figures as known by each instant, and tell what makes them differ. Raises leadmodel.since.TooMany.

    `selection` is as of nothing and known by nothing: `between` says both.
    """
    with derived(selection) as state:
        differing = derive_differing(state.cursor, between)
        sides = [
            _side(selection, state, between, prefix, known_by)
            for prefix, known_by in ((BEFORE, between.since), (AFTER, between.until))
        ]
        told = [ask(narrowed, state=side).overall for narrowed, side in sides]
        before, after = (dict(_cycles(narrowed, side, differing)) for narrowed, side in sides)
        differences = _differences(before, after)
        known = _known(user, state, [one.person_id for one in differences])
    moved = [one for figure in FIGURES if _is_moved(one := _moved(figure, told[0], told[1], differences))]
    return Changed(moved, len(FIGURES) - len(moved), differences, differing.facts, known, differing.people)


def _side(
    selection: Selection, state: State, between: Between, prefix: str, known_by: datetime
) -> tuple[Selection, State]:
    narrowed = replace(selection, as_of=between.as_of, known_by=known_by)
    values = parameters(narrowed, state.promise)
    return narrowed, State(state.cursor, prefix, values)


def _moved(figure: Figure, before: Values, after: Values, differences: list[Difference]) -> Moved:
    cycles = sum(one.moves(figure.name) for one in differences)
    return Moved(figure, rounded(figure, before[figure.name]), rounded(figure, after[figure.name]), cycles)


def _is_moved(one: Moved) -> bool:
    return one.before != one.after or one.cycles > 0


def _cycles(selection: Selection, state: State, differing: Differing) -> Iterator[tuple[Key, CycleThen]]:
    """The selection's cycles of those who may differ, with what each is in every figure."""
    columns = ", ".join(
        f"COALESCE({figure.population}, false), COALESCE({figure.member}, false), ({figure.value})::float8"
        for figure in FIGURES
    )
    rows = rows_sql(selection, by=None, prefix=state.prefix)
    state.cursor.execute(
        f"SELECT person_id, number, rep, assigned_at, outcome, handling, response_s, {columns} FROM ({rows}) rows"
        " WHERE person_id = ANY(%(differing)s::text[])",
        state.values | {"differing": array(differing.records)},
    )
    for person_id, number, rep, assigned_at, outcome, handling, response_s, *told in state.cursor.fetchall():
        parts = {figure.name: _part(*told[3 * place : 3 * place + 3]) for place, figure in enumerate(FIGURES)}
        yield (
            (person_id, number),
            CycleThen(rep, assigned_at, outcome, handling, response_s, parts),
        )


def _part(is_in: bool, counts: bool, value: float | None) -> Part:  # noqa: FBT001 - columns as they come
    return Part(is_in, counts, value) if is_in else OUT


def _differences(before: Mapping[Key, CycleThen], after: Mapping[Key, CycleThen]) -> list[Difference]:
    """The cycles that are not the same by both instants, the latest first."""
    found = [
        Difference(*key, before.get(key), after.get(key))
        for key in {**before, **after}
        if before.get(key) != after.get(key)
    ]
    return sorted(found, key=lambda one: (one.assigned_at, one.person_id, one.number), reverse=True)


def _known(user: User, state: State, ids: list[str]) -> dict[str, Known]:
    """Record Id → whom it stands for now, of those the viewer may see."""
    seen = sight(user)
    values: dict[str, Any] = {**seen.values, "ids": array(ids)}
    state.cursor.execute(
        f"SELECT record.record_id, person.person_id, {NAME} FROM leadmodel_personrecord record"
        f" JOIN leadmodel_person person ON person.person_id = record.person_id {WITH_NAMES}"
        f" WHERE record.record_id = ANY(%(ids)s::text[]) AND {seen.condition}",
        values,
    )
    return {record_id: Known(person_id, name) for record_id, person_id, name in state.cursor.fetchall()}
