"""Ask for figures: stored, or as of an instant. The only place that runs the compiled SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.rebuild import derive_as_of
from leadmodel.settings_store import settings_in_force
from metrics.compile import STORED, figures_sql, parameters, promised, rows_sql
from metrics.definitions import FIGURES
from metrics.selection import By, Selection
from metrics.spec import Figure

Values = dict[str, float | int | None]
"""Figure name → value (None: "none"), and `<name>_of` → the number of rows it rests on."""


@dataclass(frozen=True)
class Answer:
    """Figures overall and per group, and how many rows exceptions left out, overall and per group."""

    overall: Values
    groups: dict[str | None, Values]
    left_out: int
    left_out_of: dict[str | None, int]


@dataclass(frozen=True)
class State:
    """Where a selection's state stands: a cursor, the prefix of the tables, and the parameters of its SQL."""

    cursor: Cursor
    prefix: str
    values: dict[str, Any]

    @property
    def promise(self) -> dict[str, float | str]:
        """What `parameters` asks of the settings."""
        return {name: self.values[name] for name in ("target_s", "targets")}

    def over(self, selection: Selection) -> State:
        """The same state asked over another selection, whose period lies in it where it was derived here."""
        return replace(self, values=parameters(selection, self.promise))


@contextmanager
def derived(selection: Selection, *, under: ModelSettings | None = None) -> Iterator[State]:
    """The state of a selection, which lives as long as the context.

    As of an instant, and `under` settings that are tried, it is derived here.
    """
    settings: ModelSettings = under or settings_in_force(known_by=selection.known_by)
    values = parameters(selection, promised(settings.response))
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        if is_outermost:
            # A rebuild may commit between a number and its list: both are read from one snapshot.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        prefix = STORED
        if under is not None or selection.as_of is not None or selection.known_by is not None:
            prefix = derive_as_of(
                cursor,
                concerned=(selection.start, selection.end),
                as_of=selection.as_of,
                known_by=selection.known_by,
                settings=under,
            )
        yield State(cursor, prefix, values)


@contextmanager
def using(selection: Selection, state: State | None) -> Iterator[State]:
    """The state at hand, or the selection's own: several questions may share one derivation."""
    if state is not None:
        yield state
        return
    with derived(selection) as found:
        yield found


def ask(
    selection: Selection,
    *,
    by: By | None = None,
    figures: tuple[Figure, ...] = FIGURES,
    state: State | None = None,
) -> Answer:
    """The figures of a selection, overall and split by `by`; `state` is the selection's, where it is at hand."""
    with using(selection, state) as found:
        overall = _run(selection, None, figures, found)
        groups = _run(selection, by, figures, found) if by is not None else {}
        left_out = sum(_count_left_out(selection, None, found).values())
        left_out_of = _count_left_out(selection, by, found) if by is not None else {}
    return Answer(overall.get("all") or nothing(figures), groups, left_out, left_out_of)


def ask_over_time(
    selection: Selection,
    starts: Sequence[datetime],
    *,
    by: By | None,
    figures: tuple[Figure, ...],
    state: State,
) -> dict[int, Values]:
    """The figures of each step of time, by its place in `starts`, over cycles or (by REP) over spans; one statement.

    The steps begin at `starts`, the first of which is the selection's; steps without rows are not in it.
    """
    statement, names = figures_sql(
        figures, selection, by=by, prefix=state.prefix, group="width_bucket(assigned_at, %(starts)s)"
    )
    state.cursor.execute(statement, state.values | {"starts": list(starts)})
    return {row[0] - 1: dict(zip(names, row[1:], strict=True)) for row in state.cursor.fetchall()}


def _count_left_out(selection: Selection, by: By | None, state: State) -> dict[str | None, int]:
    """Group → how many rows exceptions leave out of it; per rep, those that rep owed an answer or is told under."""
    excluded = rows_sql(selection, by=by, prefix=state.prefix, excluded=True)
    group = by.value if by is not None else "'all'::text"
    state.cursor.execute(f"SELECT {group}, count(*) FROM ({excluded}) excluded GROUP BY 1", state.values)
    return dict(state.cursor.fetchall())


def _run(
    selection: Selection, by: By | None, figures: tuple[Figure, ...], state: State
) -> dict[str | None, Values]:
    statement, names = figures_sql(figures, selection, by=by, prefix=state.prefix)
    state.cursor.execute(statement, state.values)
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in state.cursor.fetchall()}


def nothing(figures: tuple[Figure, ...]) -> Values:
    """What figures are over no rows at all."""
    empty: Values = {}
    for figure in figures:
        empty[figure.name] = 0 if figure.unit == "count" else None
        empty[f"{figure.name}_of"] = 0
    return empty
