"""Whether the product and the independent SQL tell the same, and if not, where."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from metrics.definitions import FIGURES
from metrics.query import Values, ask
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
    if as_of is None:
        found += _cycles(told)
    return found


def _compared(who: str, ours: Values, theirs: dict[str, float | None]) -> list[str]:
    assert theirs.keys() == {figure.name for figure in FIGURES}, "a figure without independent SQL"
    return [
        f"{who} {name}: product {ours[name]}, SQL {value}"
        for name, value in theirs.items()
        if (ours[name] is None) != (value is None)
        or (value is not None and ours[name] != pytest.approx(value, abs=1e-6, rel=1e-9))
    ]


_COMPARED = (
    "assigned_at", "closed_at", "closed_by", "outcome", "is_pre_qualification", "touch_count", "first_touch_at", "first_rep",
)  # fmt: skip


def _cycles(told: Told) -> list[str]:
    """Cycles that only one of the two has, to the letter."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT person_id, {', '.join(_COMPARED)} FROM leadmodel_cycle ORDER BY person_id, assigned_at"
        )
        ours = [_key(dict(zip(("person_id", *_COMPARED), row, strict=True))) for row in cursor.fetchall()]
    theirs = [_key({**row, "touch_count": row["touch_count"] or 0}) for row in told.cycles]
    sentences = [f"only the product has {key}" for key in _without(ours, theirs)]
    return sentences + [f"only the SQL has {key}" for key in _without(theirs, ours)]


def _key(row: dict[str, Any]) -> str:
    person = row.get("person_id") or row["person"]
    return f"{person}: " + ", ".join(f"{name}={row[name]}" for name in _COMPARED)


def _without(these: list[str], those: list[str]) -> list[str]:
    return sorted((Counter(these) - Counter(those)).elements())
