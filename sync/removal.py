"""Rows that are gone from Salesforce leave the mirror, and their people are marked."""

from __future__ import annotations

from collections.abc import Collection

import structlog
from django.db import connection, transaction
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from sync.marks import mark_people
from sync.models import ObjectState
from sync.salesforce.objects import MirroredObject

log = structlog.get_logger(__name__)
_GONE = "gone_rows"


def remove(spec: MirroredObject, ids: Collection[str]) -> int:
    """Take these records out of the mirror; answers how many were there. History stays: it is kept for ever (M2)."""
    if spec.parent or not ids:
        return 0
    with transaction.atomic(), connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        ObjectState.objects.select_for_update().get(name=spec.name)
        names = {"table": sql.Identifier(spec.table), "gone": sql.Identifier(_GONE)}
        cursor.execute(
            sql.SQL(
                "CREATE TEMP TABLE {gone} ON COMMIT DROP AS SELECT * FROM {table} WHERE id = ANY(%s)"
            ).format(**names),
            [list(ids)],
        )
        mark_people(cursor, spec, _GONE)
        cursor.execute(sql.SQL("DELETE FROM {table} WHERE id IN (SELECT id FROM {gone})").format(**names))
        count = int(cursor.rowcount)
        if count and spec.who_is_who:
            cursor.execute("INSERT INTO sync_mark (record_id) VALUES ('*')")
        cursor.execute(sql.SQL("DROP TABLE {gone}").format(**names))
    log.info("removed", object=spec.name, rows=count)
    return count
