"""Apply: derived rows into tables, touching only what differs."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Mapping, Sequence

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.filling import array
from leadmodel.rows import KEYS, TABLES, Rows

STAGED = "staged_"
_DERIVED = [name for name in TABLES if name != "record"]
"""What is compared in the database, table by table; whose the records are is known before."""


def make_staging(cursor: Cursor, prefix: str, names: Collection[str] = tuple(TABLES)) -> None:
    """Temporary tables shaped like the stored ones, named prefix + short name; empty, and emptied at each commit.

    `names` are the short names of those that are needed.
    """
    for name in names:
        cursor.execute(
            sql.SQL("CREATE TEMP TABLE IF NOT EXISTS {} (LIKE {}) ON COMMIT DELETE ROWS").format(
                sql.Identifier(prefix + name), sql.Identifier(TABLES[name])
            )
        )
    # asked for twice in one transaction, they hold what was staged before
    made = sql.SQL(", ").join(sql.Identifier(prefix + name) for name in names)
    cursor.execute(sql.SQL("TRUNCATE {}").format(made))


def copy_rows(cursor: Cursor, rows: Rows, prefixes: Iterable[str]) -> None:
    """COPY gathered rows into the tables of each of these prefixes."""
    every = list(prefixes)
    for name in TABLES:
        file = rows.file(name)
        for prefix in every:
            file.seek(0)
            _copy(cursor, file, prefix + name)


def count_rows(cursor: Cursor, prefix: str) -> None:
    """Have PostgreSQL look at what the temporary tables of this prefix hold.

    Without it, rows behind a number are looked up in them one by one, and they have no index.
    """
    names = sql.SQL(", ").join(sql.Identifier(prefix + name) for name in TABLES)
    cursor.execute(sql.SQL("ANALYZE {}").format(names))


def store(cursor: Cursor, record_ids: Sequence[str], person_of: Mapping[str, str], rows: Rows) -> int:
    """Make the stored rows of these records' persons equal to the gathered ones. Returns rows written or removed.

    `person_of` tells of each of the records that is stored, and so locked, whose it is stored as. A row that is the
    same is not touched: a rebuild over unchanged data changes no row (M1).
    """
    ids = array(record_ids)
    cursor.execute("SELECT EXISTS (SELECT FROM leadmodel_person WHERE person_id = ANY(%s::text[]))", [ids])
    is_stored = cursor.fetchone() == (True,)
    if is_stored:
        make_staging(cursor, STAGED, _DERIVED)
    written = _say_whose(cursor, person_of, rows.person_of)
    for name in _DERIVED:
        if is_stored:
            _copy(cursor, rows.file(name), STAGED + name)
            written += _replace(cursor, ids, name)
        else:
            written += _copy(cursor, rows.file(name), TABLES[name])
    return written


def _say_whose(cursor: Cursor, stored: Mapping[str, str], derived: Mapping[str, str]) -> int:
    """Make whose each record is stored as what was derived: of those that are stored, which are locked."""
    moved = [record_id for record_id, person_id in derived.items() if stored.get(record_id) != person_id]
    if moved:
        cursor.execute(
            "INSERT INTO leadmodel_personrecord (record_id, person_id)"
            " SELECT * FROM unnest(%s::text[], %s::text[]) ON CONFLICT (record_id)"
            " DO UPDATE SET person_id = excluded.person_id",
            [array(moved), array(derived[record_id] for record_id in moved)],
        )
    gone = stored.keys() - derived.keys()
    if gone:
        cursor.execute(
            "DELETE FROM leadmodel_personrecord WHERE record_id = ANY(%s::text[])", [array(sorted(gone))]
        )
    return len(moved) + len(gone)


def _copy(cursor: Cursor, file: io.StringIO, table: str) -> int:
    statement = sql.SQL("COPY {} FROM STDIN (NULL '')").format(sql.Identifier(table))
    cursor.copy_expert(statement.as_string(cursor), file)
    return cursor.rowcount


def _replace(cursor: Cursor, ids: str, name: str) -> int:
    """Make one table's rows of these persons equal to the staged ones."""
    names = {
        "table": sql.Identifier(TABLES[name]),
        "staged": sql.Identifier(STAGED + name),
        "owner": sql.Identifier(KEYS[name][0]),
        "same_key": sql.SQL(" AND ").join(
            sql.SQL("stored.{0} = staged.{0}").format(sql.Identifier(column)) for column in KEYS[name]
        ),
    }
    cursor.execute(
        sql.SQL(
            "DELETE FROM {table} stored WHERE stored.{owner} = ANY(%s::text[]) AND NOT EXISTS"
            " (SELECT FROM {staged} staged WHERE {same_key} AND staged IS NOT DISTINCT FROM stored)"
        ).format(**names),
        [ids],
    )
    removed = cursor.rowcount
    cursor.execute(
        sql.SQL(
            "INSERT INTO {table} SELECT staged.* FROM {staged} staged"
            " WHERE NOT EXISTS (SELECT FROM {table} stored WHERE {same_key})"
        ).format(**names)
    )
    return removed + cursor.rowcount
