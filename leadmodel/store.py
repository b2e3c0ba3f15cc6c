"""Apply: derived rows into tables, touching only what differs."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.rows import KEYS, TABLES, Rows


def make_staging(cursor: Cursor, prefix: str) -> None:
    """Temporary tables shaped like the stored ones, named prefix + short name; empty, and emptied at each commit."""
    for name, table in TABLES.items():
        cursor.execute(
            sql.SQL("CREATE TEMP TABLE IF NOT EXISTS {} (LIKE {}) ON COMMIT DELETE ROWS").format(
                sql.Identifier(prefix + name), sql.Identifier(table)
            )
        )
    # asked for twice in one transaction, they hold what was staged before
    names = sql.SQL(", ").join(sql.Identifier(prefix + name) for name in TABLES)
    cursor.execute(sql.SQL("TRUNCATE {}").format(names))


def copy_rows(cursor: Cursor, rows: Rows, prefix: str) -> None:
    """COPY gathered rows into the tables of this prefix."""
    for name, file in rows.files.items():
        file.seek(0)
        statement = sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(sql.Identifier(prefix + name))
        cursor.copy_expert(statement.as_string(cursor), file)


def replace(cursor: Cursor, record_ids: Sequence[str], prefix: str) -> int:
    """Make the stored rows of these records' persons equal to the staged ones. Returns rows written or removed.

    A row that is the same is not touched: a rebuild over unchanged data changes no row (M1).
    """
    written = 0
    for name, table in TABLES.items():
        names = {
            "table": sql.Identifier(table),
            "staged": sql.Identifier(prefix + name),
            "owner": sql.Identifier(KEYS[name][0]),
            "same_key": sql.SQL(" AND ").join(
                sql.SQL("stored.{0} = staged.{0}").format(sql.Identifier(column)) for column in KEYS[name]
            ),
        }
        cursor.execute(
            sql.SQL(
                "DELETE FROM {table} stored WHERE stored.{owner} = ANY(%s) AND NOT EXISTS"
                " (SELECT FROM {staged} staged WHERE {same_key} AND staged IS NOT DISTINCT FROM stored)"
            ).format(**names),
            [list(record_ids)],
        )
        written += cursor.rowcount
        cursor.execute(
            sql.SQL(
                "INSERT INTO {table} SELECT staged.* FROM {staged} staged"
                " WHERE NOT EXISTS (SELECT FROM {table} stored WHERE {same_key})"
            ).format(**names)
        )
        written += cursor.rowcount
    return written
