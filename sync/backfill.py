"""Old rows get a field that has come, or come back: that field alone is read, and nothing else of the rows changes."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from sync.load import columns_of, copy_into
from sync.marks import mark_everybody_if_known, mark_people
from sync.models import ObjectState
from sync.salesforce.objects import MirroredObject
from sync.salesforce.spool import Spool

_STAGED, _FORMER, _FILLED = "staged_fields", "former_rows", "filled_rows"


def backfill(spec: MirroredObject, spool: Spool, fields: Sequence[str]) -> int:
    """Fill these fields in from a spool of Id, stamp and them; answers how many rows changed.

    A row that has moved on since we read it gets them as they are by now: the next read brings it whole, and must not
    take what was never read for a change (M2).
    """
    with transaction.atomic(), connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        state = ObjectState.objects.select_for_update().get(name=spec.name)
        changed = _fill(cursor, spec, spool, columns_of(spec, fields)) if spool.row_count else 0
        ObjectState.objects.filter(pk=spec.name).update(
            backfill=[name for name in state.backfill if name not in fields],
            row_count=state.row_count + changed,
            replaced_nuls=state.replaced_nuls + spool.replaced_nuls,
        )
    return changed


def _fill(cursor: Cursor, spec: MirroredObject, spool: Spool, columns: Sequence[str]) -> int:
    names = {
        "table": sql.Identifier(spec.table),
        "staged": sql.Identifier(_STAGED),
        "former": sql.Identifier(_FORMER),
        "filled": sql.Identifier(_FILLED),
        "stamp": sql.Identifier(spec.stamp_column),
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
        "old": sql.SQL(", ").join(sql.Identifier("old", column) for column in columns),
        "new": sql.SQL(", ").join(sql.Identifier("new", column) for column in columns),
    }
    cursor.execute(
        sql.SQL("CREATE TEMP TABLE {staged} ON COMMIT DROP AS SELECT id, {stamp}, {columns} FROM {table} LIMIT 0")
        .format(**names)
    )  # fmt: skip
    copy_into(cursor, _STAGED, ["id", spec.stamp_column, *columns], spool)
    cursor.execute(
        sql.SQL(
            "CREATE TEMP TABLE {former} ON COMMIT DROP AS SELECT old.* FROM {table} old JOIN {staged} new USING (id)"
            " WHERE old.{stamp} <= new.{stamp} AND ({old}) IS DISTINCT FROM ({new})"
        ).format(**names)
    )
    cursor.execute(
        sql.SQL(
            "UPDATE {table} old SET ({columns}) = ROW ({new}) FROM {staged} new JOIN {former} USING (id)"
            " WHERE old.id = new.id"
        ).format(**names)
    )
    changed = int(cursor.rowcount)
    cursor.execute(
        sql.SQL(
            "CREATE TEMP TABLE {filled} ON COMMIT DROP AS"
            " SELECT {table}.* FROM {table} WHERE id IN (SELECT id FROM {former})"
        ).format(**names)
    )
    mark_people(cursor, spec, _FORMER)
    mark_people(cursor, spec, _FILLED)
    if changed:
        mark_everybody_if_known(cursor, spec, columns, new=_FILLED, old=_FORMER)
    return changed
