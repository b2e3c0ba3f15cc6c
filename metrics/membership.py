"""Which figures a cycle counts in, which not and why: the figures' own conditions, asked one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import connection, transaction
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.rebuild import AS_OF
from leadmodel.store import copy_rows, make_staging
from leadmodel.story import Story
from metrics.compile import STORED, parameters, promised, rows_sql
from metrics.definitions import FIGURES
from metrics.query import State
from metrics.selection import Selection
from metrics.spec import All, Condition, Figure

_INSTANT = timedelta(microseconds=1)


class Place(StrEnum):
    """How a cycle stands in a figure."""

    COUNTED = "counted"
    """Counted or measured: a member."""
    AMONG = "among"
    """One of those the figure speaks of, its denominator, and not counted."""
    OUT = "out"


@dataclass(frozen=True)
class Standing:
    """A cycle in one figure; where it is not counted, the first condition it fails, and why in words."""

    figure: Figure
    place: Place
    fails: Condition | None = None
    why: str = ""


@dataclass(frozen=True)
class Membership:
    """A cycle in all figures. None counts a cycle that an exception leaves out."""

    number: int
    is_left_out: bool
    standings: list[Standing]


def read_membership(
    story: Story, *, as_of: datetime | None, now: datetime, known_by: datetime | None = None
) -> list[Membership]:
    """Each cycle of a story in each figure counted over cycles, earliest first.

    The story is as of, and as known by, the same instants.

    A cycle that a rebuild has not stored yet is in no figure yet, and not told.
    """
    cycles = story.person.cycles
    if not cycles:
        return []
    end = cycles[-1].assigned_at + _INSTANT
    selection = Selection(cycles[0].assigned_at, end, now=now, as_of=as_of, known_by=known_by)
    with _state(story, selection) as state:
        return _read(state, selection, story.person.person_id)


def _read(state: State, selection: Selection, person_id: str) -> list[Membership]:
    asked = _questions(FIGURES)
    columns = ", ".join(f"COALESCE(({sql}), false)" for sql in asked)
    found = " UNION ALL ".join(
        f"SELECT number, {'true' if excluded else 'false'}, {columns}"
        f" FROM ({rows_sql(selection, by=None, prefix=state.prefix, excluded=excluded)}) rows"
        " WHERE person_id = %(person_id)s"
        for excluded in (False, True)
    )
    state.cursor.execute(f"{found} ORDER BY 1", state.values | {"person_id": person_id})
    return [
        Membership(
            number, is_left_out, [_standing(figure, dict(zip(asked, row, strict=True))) for figure in FIGURES]
        )
        for number, is_left_out, *row in state.cursor.fetchall()
    ]


def _questions(figures: Iterable[Figure]) -> list[str]:
    """Every condition of these figures, and what says why one fails; each once."""
    found: dict[str, None] = {}
    for figure in figures:
        for condition in (*figure.among, *figure.counted):
            found |= dict.fromkeys([condition.sql, *(sql for sql, _ in condition.because)])
    return list(found)


def _standing(figure: Figure, holds: dict[str, bool]) -> Standing:
    """What the answers say of one figure."""
    outside = _failing(figure.among, holds)
    if outside is not None:
        return Standing(figure, Place.OUT, outside, _why(outside, holds))
    uncounted = _failing(figure.counted, holds)
    if uncounted is not None:
        return Standing(figure, Place.AMONG, uncounted, _why(uncounted, holds))
    return Standing(figure, Place.COUNTED)


def _failing(conditions: All, holds: dict[str, bool]) -> Condition | None:
    return next((condition for condition in conditions if not holds[condition.sql]), None)


def _why(condition: Condition, holds: dict[str, bool]) -> str:
    return next((words for sql, words in condition.because if holds[sql]), condition.fails)


@contextmanager
def _state(story: Story, selection: Selection) -> Iterator[State]:
    """The rows as stored; of a past those of this family alone, which is derived already."""
    values = parameters(selection, promised(story.model.settings.response))
    with transaction.atomic(), connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        if selection.as_of is None and selection.known_by is None:
            yield State(cursor, STORED, values)
            return
        rows = story.model.rows()
        rows.add(story.family)
        make_staging(cursor, AS_OF)
        copy_rows(cursor, rows, [AS_OF])
        yield State(cursor, AS_OF, values)
