"""What is gone from Salesforce leaves the mirror, or stays there as deleted; its people are marked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import structlog
from django.db import connection, transaction
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from sync.marks import mark_people
from sync.models import Gone, ObjectState
from sync.salesforce.objects import MirroredObject

log = structlog.get_logger(__name__)
_GONE = "gone_rows"
_IS_FOUND = "(%(is_told)s AND id IN (SELECT record_id FROM sync_gone WHERE NOT is_told))"
"""A comparison found it gone before Salesforce told since when."""


def remove(spec: MirroredObject, gone: Mapping[str, datetime], *, is_told: bool) -> int:
    """Have these records, by their Ids and since when, as gone; answers how many rows changed.

    `is_told`: Salesforce tells of the deletion; else they are not found, which may be a matter of who may see them.

    Past figures stand on people and on what was done with them: those rows stay as deleted (M2, K7). Other rows leave.
    History stays untouched: it is kept for ever (M2).
    """
    if spec.parent or not gone:
        return 0
    with transaction.atomic(), connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        ObjectState.objects.select_for_update().get(name=spec.name)
        names = {"table": sql.Identifier(spec.table), "gone": sql.Identifier(_GONE)}
        cursor.execute(
            sql.SQL(
                "CREATE TEMP TABLE {gone} ON COMMIT DROP AS SELECT * FROM {table} WHERE id = ANY(%(ids)s)"
                + (f" AND (is_deleted IS NOT TRUE OR {_IS_FOUND})" if spec.outlives else "")
            ).format(**names),
            {"ids": list(gone), "is_told": is_told},
        )
        mark_people(cursor, spec, _GONE)
        what = "UPDATE {table} SET is_deleted = true" if spec.outlives else "DELETE FROM {table}"
        cursor.execute(sql.SQL(what + " WHERE id IN (SELECT id FROM {gone})").format(**names))
        count = int(cursor.rowcount)
        if spec.outlives:
            _remember(cursor, gone, is_told=is_told)
        if count and spec.who_is_who:
            cursor.execute("INSERT INTO sync_mark (record_id) VALUES ('*')")
        cursor.execute(sql.SQL("DROP TABLE {gone}").format(**names))
    log.info("removed", object=spec.name, rows=count)
    return count


def _remember(cursor: Cursor, gone: Mapping[str, datetime], *, is_told: bool) -> None:
    """Since when those of the rows are gone."""
    cursor.execute(
        sql.SQL(
            "INSERT INTO {book} (record_id, at, is_told) SELECT told.id, told.at, %(is_told)s"
            " FROM {gone} JOIN unnest(%(ids)s::text[], %(since)s::timestamptz[]) told (id, at) USING (id)"
            " ON CONFLICT (record_id) DO UPDATE SET (at, is_told) = ROW (EXCLUDED.at, EXCLUDED.is_told)"
        ).format(book=sql.Identifier(Gone._meta.db_table), gone=sql.Identifier(_GONE)),
        {"ids": list(gone), "since": list(gone.values()), "is_told": is_told},
    )


def take_back(cursor: Cursor, spec: MirroredObject, rows: str) -> None:
    """Salesforce has these rows after all: restored, or shown to our user again."""
    if spec.outlives:
        cursor.execute(
            sql.SQL("DELETE FROM {book} WHERE record_id IN (SELECT id FROM {rows})").format(
                book=sql.Identifier(Gone._meta.db_table), rows=sql.Identifier(rows)
            )
        )
