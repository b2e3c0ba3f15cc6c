"""From a spool into the mirror: rows, marks of changed people and the cursor in one transaction, by COPY."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction
from psycopg2 import DataError, sql
from psycopg2.errors import UniqueViolation
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from sync.marks import mark_everybody_if_known, mark_everybody_met_before, mark_people
from sync.models import CustomField, ObjectState
from sync.removal import take_back
from sync.salesforce.objects import MirroredObject
from sync.salesforce.spool import ShortRead, Spool
from sync.windows import OVERLAP, cursor_after

STAGED = "staged_rows"
REPLACED = "replaced_rows"


class UnreadableRows(Exception):
    """PostgreSQL refused a row. Nothing was written. The text says which object, and what was wrong."""


@dataclass(frozen=True)
class Loaded:
    """What a load did: rows in the spool, rows that were new or different."""

    row_count: int
    changed_count: int


def load(spec: MirroredObject, spool: Spool, *, read_at: datetime, is_whole: bool = False) -> Loaded:
    """Merge a spool into the mirror and advance the cursor towards the latest stamp in it.

    Rows older than what the mirror has are left alone, so that reading any window again, in any order, ends in the
    same mirror. Columns the spool lacks keep their values. `is_whole` says that the spool has every row there is.
    Raises UnreadableRows or ShortRead, having written nothing.
    """
    with transaction.atomic(savepoint=False), connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        state = ObjectState.objects.select_for_update().get(name=spec.name)
        was_empty = bool(spool.row_count or is_whole) and _is_empty(cursor, spec)
        done = _Done(0, None)
        if spool.row_count:
            columns = columns_of(spec, spool.header())
            with _spoken_refusals(spec):
                if was_empty and not spool.is_pieced:
                    done = _fill(cursor, spec, columns, spool)
                else:
                    unknown = columns_of(spec, [name for name in state.backfill if name in spool.header()])
                    done = _merge(cursor, spec, columns, spool, unknown=unknown)
        values: dict[str, object] = {
            "state": ObjectState.State.READ,
            "cursor": cursor_after(state.cursor, done.latest, read_at),
            "row_count": state.row_count + done.changed,
            "replaced_nuls": state.replaced_nuls + spool.replaced_nuls,
            "read_at": read_at,
            "error": "",
        }
        if is_whole:
            # a field asked for while we read is not among these rows
            values["backfill"] = [name for name in state.backfill if name not in spool.header()]
        if is_whole and was_empty:
            values |= {"compared_at": read_at, "deletions_read_to": read_at - OVERLAP, "is_doubted": False}
        ObjectState.objects.filter(pk=state.pk).update(**values)
    return Loaded(spool.row_count, done.changed)


def has_news(spec: MirroredObject, spool: Spool) -> bool:
    """Whether loading the spool would write a row. Raises UnreadableRows or ShortRead."""
    with transaction.atomic(), connection.cursor() as wrapped, _spoken_refusals(spec):
        cursor: Cursor = wrapped.cursor
        _stage_news(cursor, spec, columns_of(spec, spool.header()), spool)
        staged = sql.Identifier(STAGED)
        cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(staged))
        is_news = cursor.fetchone() == (True,)
        cursor.execute(sql.SQL("DROP TABLE {}").format(staged))
    return is_news


class _Done(NamedTuple):
    """Rows new or different, and the latest stamp among all that came."""

    changed: int
    latest: datetime | None


def columns_of(spec: MirroredObject, header: Sequence[str]) -> list[str]:
    """The mirror's columns of these API names."""
    if all(name in spec.columns for name in header):
        return [spec.columns[name] for name in header]
    custom = {field.api_name: field.column for field in CustomField.objects.filter(object_name=spec.name)}
    return [spec.columns.get(name) or custom[name] for name in header]


@contextmanager
def _spoken_refusals(spec: MirroredObject) -> Iterator[None]:
    """What PostgreSQL refuses, as a sentence."""
    try:
        yield
    except DataError as error:
        told = error.diag.context or ""
        raise UnreadableRows(
            f"{spec.name}: PostgreSQL cannot hold a value Salesforce sent ({error.diag.message_primary};"
            f" {told.splitlines()[0] if told else 'no line told'}). Nothing of this read was taken over."
        ) from error
    except UniqueViolation as error:
        raise _sent_twice(spec) from error


def _is_empty(cursor: Cursor, spec: MirroredObject) -> bool:
    cursor.execute(sql.SQL("SELECT NOT EXISTS (SELECT FROM {})").format(sql.Identifier(spec.table)))
    return bool(cursor.fetchone() == (True,))


def copy_into(cursor: Cursor, table: str, columns: Sequence[str], spool: Spool) -> None:
    """The spool's rows into a table. Raises ShortRead when they are not as many as the answers declared."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {table} ({names}) FROM STDIN (FORMAT csv, HEADER true, FORCE_NULL ({names}))")
    text = statement.format(table=sql.Identifier(table), names=names).as_string(cursor)
    for page in spool.pages:
        with page.path.open("rb") as file:
            cursor.copy_expert(text, file, size=1 << 20)
        if cursor.rowcount != page.row_count:
            raise ShortRead("Page of a result", page.row_count, cursor.rowcount)


def _fill(cursor: Cursor, spec: MirroredObject, columns: Sequence[str], spool: Spool) -> _Done:
    """The first rows of an object: straight in."""
    copy_into(cursor, spec.table, columns, spool)
    cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(spec.table)))
    mark_people(cursor, spec, spec.table)
    mark_everybody_met_before(cursor, spec)
    return _Done(spool.row_count, _latest(cursor, spec, spec.table))


def _merge(
    cursor: Cursor, spec: MirroredObject, columns: Sequence[str], spool: Spool, *, unknown: Sequence[str]
) -> _Done:
    """Rows into an object that has some: stage, keep what is news, mark before and after, write.

    What the `unknown` columns held before nobody knows, so nothing is seen to change in them.
    """
    latest = _stage_news(cursor, spec, columns, spool)
    names = {
        "table": sql.Identifier(spec.table),
        "staged": sql.Identifier(STAGED),
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
    }
    _remember_seen(cursor, spec, [column for column in columns if column not in unknown])
    cursor.execute(
        sql.SQL(
            "CREATE TEMP TABLE {replaced} ON COMMIT DROP AS"
            " SELECT old.* FROM {table} old JOIN {staged} new USING (id)"
        ).format(**names, replaced=sql.Identifier(REPLACED))
    )
    mark_people(cursor, spec, REPLACED)
    cursor.execute(
        sql.SQL(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM {staged} ORDER BY id"
            " ON CONFLICT (id) DO UPDATE SET ({columns}) = ROW ({excluded})"
        ).format(
            **names,
            excluded=sql.SQL(", ").join(sql.SQL("EXCLUDED.{}").format(sql.Identifier(c)) for c in columns),
        )
    )
    changed = int(cursor.rowcount)
    take_back(cursor, spec, STAGED)
    mark_people(cursor, spec, STAGED)
    if changed:
        mark_everybody_if_known(cursor, spec, columns, new=STAGED, old=REPLACED)
    cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(REPLACED)))
    cursor.execute(sql.SQL("DROP TABLE {staged}").format(**names))
    return _Done(changed, latest)


def _stage_news(
    cursor: Cursor, spec: MirroredObject, columns: Sequence[str], spool: Spool
) -> datetime | None:
    """Stage the rows that are new, or other and no older than ours; the latest stamp among all that came."""
    names = {
        "table": sql.Identifier(spec.table),
        "staged": sql.Identifier(STAGED),
        "stamp": sql.Identifier(spec.stamp_column),
    }
    cursor.execute(
        sql.SQL("CREATE TEMP TABLE {staged} (LIKE {table} INCLUDING DEFAULTS) ON COMMIT DROP").format(**names)
    )
    copy_into(cursor, STAGED, columns, spool)
    latest = _latest(cursor, spec, STAGED)
    if spool.is_pieced:
        cursor.execute(
            sql.SQL(
                "DELETE FROM {staged} old USING {staged} new WHERE old.id = new.id AND old.{stamp} < new.{stamp}"
            ).format(**names)
        )
    _refuse_twice(cursor, spec)
    of = {
        side: sql.SQL(", ").join(
            sql.SQL("{}.{}").format(sql.Identifier(side), sql.Identifier(c)) for c in columns
        )
        for side in ("old", "new")
    }
    cursor.execute(
        sql.SQL(
            "DELETE FROM {staged} new USING {table} old WHERE old.id = new.id"
            " AND (old.{stamp} > new.{stamp} OR ({old}) IS NOT DISTINCT FROM ({new}))"
        ).format(**names, **of)
    )
    return latest


def _refuse_twice(cursor: Cursor, spec: MirroredObject) -> None:
    """Raise UnreadableRows when a record is staged twice: where one page came twice, another did not come at all."""
    cursor.execute(
        sql.SQL("SELECT EXISTS (SELECT FROM {} GROUP BY id HAVING count(*) > 1)").format(
            sql.Identifier(STAGED)
        )
    )
    if cursor.fetchone() == (True,):
        raise _sent_twice(spec)


def _sent_twice(spec: MirroredObject) -> UnreadableRows:
    return UnreadableRows(
        f"{spec.name}: Salesforce sent a record twice in one read. Nothing of it was taken over; the next"
        " read asks again."
    )


def _remember_seen(cursor: Cursor, spec: MirroredObject, columns: Sequence[str]) -> None:
    """Keep what changed between two reads as history (M2); a history row that tells it exactly wins later."""
    custom = CustomField.objects.filter(object_name=spec.name)
    watched = {name: spec.columns[name] for name in spec.seen}
    if spec.seen:
        watched |= {field.api_name: field.column for field in custom}
    seen = [(api_name, column) for api_name, column in watched.items() if column in columns]
    if not seen:
        return
    told = sql.SQL(", ").join(
        sql.SQL("({}, old.{column}::text, new.{column}::text)").format(
            sql.Literal(api_name), column=sql.Identifier(column)
        )
        for api_name, column in seen
    )
    cursor.execute(
        sql.SQL(
            "INSERT INTO sync_seen (record_id, object_name, field, old_value, new_value, since, at, actor_id)"
            " SELECT new.id, %s, told.field, told.old_value, told.new_value, old.system_modstamp, new.system_modstamp,"
            " new.last_modified_by_id"
            " FROM {staged} new JOIN {table} old USING (id)"
            " CROSS JOIN LATERAL (VALUES {told}) told (field, old_value, new_value)"
            " WHERE told.old_value IS DISTINCT FROM told.new_value AND old.system_modstamp < new.system_modstamp"
            " ON CONFLICT ON CONSTRAINT seen_once DO NOTHING"
        ).format(told=told, staged=sql.Identifier(STAGED), table=sql.Identifier(spec.table)),
        (spec.name,),
    )


def _latest(cursor: Cursor, spec: MirroredObject, table: str) -> datetime | None:
    """The latest stamp of a table's rows."""
    cursor.execute(
        sql.SQL("SELECT max({}) FROM {}").format(sql.Identifier(spec.stamp_column), sql.Identifier(table))
    )
    row = cursor.fetchone()
    return row[0] if row else None
