"""The figures a second time: SQL written from the rules, straight over the mirror (`independent/*.sql`).

It reads no derived table, so that the lead model and it cannot share one misunderstanding.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.settings_store import settings_in_force

FOLDER = Path(__file__).parent / "independent"
STEPS = ("1_mirror.sql", "2_cycles.sql", "3_spans.sql")
Values = dict[str, float | None]


class NotKnown(Exception):
    """The organisation or its settings hold something this SQL does not know; the text names what."""


@dataclass(frozen=True)
class Told:
    """Figures overall and by rep's Id (None: queues), and the cycles and spans they rest on."""

    overall: Values
    by_rep: dict[str | None, Values]
    cycles: list[dict[str, Any]]
    spans: list[dict[str, Any]]


def tell(start: datetime, end: datetime, *, now: datetime, as_of: datetime | None = None) -> Told:
    """The figures of assignments in `[start, end)`. Raises NotKnown rather than differ."""
    with transaction.atomic(), connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(
            "CREATE TEMP TABLE model ON COMMIT DROP AS SELECT %s::jsonb AS told,"
            " COALESCE(%s::timestamptz, 'infinity') AS until, %s::timestamptz AS instant,"
            " %s::timestamptz AS starts, %s::timestamptz AS ends",
            [settings_in_force().model_dump_json(), as_of, as_of or now, start, end],
        )
        cursor.execute((FOLDER / "0_refusals.sql").read_text())
        if sentences := [row[0] for row in cursor.fetchall()]:
            raise NotKnown("; ".join(sentences))
        for step in STEPS:
            cursor.execute((FOLDER / step).read_text())
        figures = _rows(cursor, (FOLDER / "4_figures.sql").read_text())
        cycles = _rows(
            cursor,
            "SELECT cycle.*, COALESCE(merge.winner, person.id) AS person,"
            " COALESCE(touch_count, 0) AS touch_count, first_touch_at, first_rep, pulled_by, meeting_at, pipeline_at"
            " FROM cycle LEFT JOIN reached USING (cycle)"
            " LEFT JOIN merge ON merge.loser = cycle.line"
            # a contact that is not there yet does not give a lead its name
            " LEFT JOIN LATERAL (SELECT id FROM record WHERE record.line = cycle.line"
            " ORDER BY record.id <> record.line LIMIT 1) person ON true"
            " LEFT JOIN touched USING (cycle) LEFT JOIN LATERAL (SELECT rep AS first_rep FROM span"
            " WHERE span.cycle = cycle.cycle AND rep IS NOT NULL ORDER BY ordinal LIMIT 1) first ON true"
            " LEFT JOIN pulled ON pulled.line = cycle.born_on AND pulled.assigned_at = cycle.assigned_at"
            " AND (pulled.via = 'pull' OR pulled_by = first_rep)",
        )
        spans = _rows(cursor, "SELECT * FROM span")
        for table in _TEMPORARY:
            cursor.execute(f"DROP TABLE {table}")
    by_rep = {row["rep"]: _figures(row) for row in figures if row["kind"] == "rep"}
    (overall,) = (_figures(row) for row in figures if row["kind"] == "all")
    person_of = {row["cycle"]: {"person": row["person"], "assigned_at": row["assigned_at"]} for row in cycles}
    spans = [span | person_of[span["cycle"]] for span in spans]
    return Told(overall, by_rep, cycles, spans)


# several tellings may share the transaction of one test
_TEMPORARY = (
    "model human status_means every_record record tie merge conversion change value activity touch status slip holder"
    " signal arrival open_then pull turned closing disposed attempt cycle pulled home counted touched span stretch"
    " told_row reached"
).split()


def _rows(cursor: Cursor, statement: str) -> list[dict[str, Any]]:
    cursor.execute(statement)
    assert cursor.description is not None
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _figures(row: dict[str, Any]) -> Values:
    return {
        name: None if value is None else float(value)
        for name, value in row.items()
        if name not in ("kind", "rep")
    }
