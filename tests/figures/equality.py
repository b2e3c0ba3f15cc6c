"""Whether the product and the independent SQL tell the same, and if not, where."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from metrics.definitions import FIGURES
from metrics.query import Values, ask, derived
from metrics.selection import By, Selection
from tests.figures.independent_sql import Told, tell


def differences(start: datetime, end: datetime, *, now: datetime, as_of: datetime | None = None) -> list[str]:
    """Every figure that differs, overall or of a rep, a sentence each; then the cycles that explain it."""
    told = tell(start, end, now=now, as_of=as_of)
    answer = ask(Selection(start=start, end=end, now=now, as_of=as_of), by=By.REP)
    found = _compared("all", answer.overall, told.overall)
    for rep in sorted(answer.groups.keys() | told.by_rep.keys(), key=str):
        if rep not in answer.groups or rep not in told.by_rep:
            found.append(f"{rep}: only told by {'the SQL' if rep in told.by_rep else 'the product'}")
        else:
            found += _compared(str(rep), answer.groups[rep], told.by_rep[rep])
    return found + _rows_of_one(told, Selection(start=start, end=end, now=now, as_of=as_of))


def _compared(who: str, ours: Values, theirs: dict[str, float | None]) -> list[str]:
    assert theirs.keys() == {figure.name for figure in FIGURES}, "a figure without independent SQL"
    return [
        f"{who} {name}: product {ours[name]}, SQL {value}"
        for name, value in theirs.items()
        if (ours[name] is None) != (value is None)
        or (value is not None and ours[name] != pytest.approx(value, abs=1e-6, rel=1e-9))
    ]


_CYCLE = (
    "assigned_at", "closed_at", "closed_by", "outcome", "latest_kind", "is_pre_qualification", "touch_count",
    "first_touch_at", "first_rep", "pulled_by", "meeting_at", "pipeline_at",
)  # fmt: skip
_SPAN = ("holder", "rep", "started_at", "ended_at", "owes", "is_touched", "is_bypassed")
_OURS = {"holder": "holder_id", "owes": "owes_response"}


def _rows_of_one(told: Told, selection: Selection) -> list[str]:
    """Cycles and spans that only one of the two has, to the letter."""
    found = []
    with derived(selection) as state:
        for table, names, theirs in (("cycle", _CYCLE, told.cycles), ("span", _SPAN, told.spans)):
            columns = ", ".join(_OURS.get(name, name) for name in names)
            state.cursor.execute(
                f"SELECT person_id, {columns} FROM {state.prefix}{table} WHERE assigned_at >= %s AND assigned_at < %s",
                [selection.start, selection.end],
            )
            ours = [dict(zip(("person", *names), row, strict=True)) for row in state.cursor.fetchall()]
            both = [
                [
                    f"{row['person']}: {table} " + ", ".join(f"{name}={row[name]!s}" for name in names)
                    for row in rows
                ]
                for rows in (
                    ours,
                    [row for row in theirs if selection.start <= row["assigned_at"] < selection.end],
                )
            ]
            found += [f"only the product has {row}" for row in _without(both[0], both[1])]
            found += [f"only the SQL has {row}" for row in _without(both[1], both[0])]
    return found


def _without(these: list[str], those: list[str]) -> list[str]:
    return sorted((Counter(these) - Counter(those)).elements())
