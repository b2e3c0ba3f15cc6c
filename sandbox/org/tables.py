"""The file's layout: one SQLite table per object, one column per field, and a few tables of the sandbox's own.

Instants are text of one fixed form (`2026-01-02T03:04:05.678Z`) so that they sort and compare as text.
"""

from __future__ import annotations

from sandbox.org.schema import NUMBER_TYPES, Field, SObject

LAYOUT_VERSION = 4

OWN_TABLES = (
    "CREATE TABLE _setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # definition: the field's declaration as JSON
    "CREATE TABLE _added_field (object TEXT, name TEXT, definition TEXT NOT NULL, PRIMARY KEY (object, name))",
    # what getDeleted tells: also of rows that skip the recycle bin
    "CREATE TABLE _deletion (object TEXT, record_id TEXT, deleted_at TEXT, PRIMARY KEY (object, record_id))",
    # a query's result, fixed when it was asked: row numbers as 8-byte integers, in order
    "CREATE TABLE _cursor (id TEXT PRIMARY KEY, soql TEXT, all_rows INTEGER, made_at REAL, rows BLOB)",
    "CREATE TABLE _bulk_job (id TEXT PRIMARY KEY, made_at REAL, job TEXT NOT NULL)",
    "CREATE TABLE _ingest_job (id TEXT PRIMARY KEY, made_at REAL, job TEXT NOT NULL, csv BLOB)",
    # what became of each row of a job's CSV; error is empty where it was written
    (
        "CREATE TABLE _ingest_result (job_id TEXT, place INTEGER, record_id TEXT, created INTEGER, error TEXT, "
        "PRIMARY KEY (job_id, place)) WITHOUT ROWID"
    ),
    # times are seconds since 1970 of the organisation's clock; a family is all that came of one consent
    (
        "CREATE TABLE _access_token (token TEXT PRIMARY KEY, user_id TEXT, client TEXT, scope TEXT, family TEXT, "
        "opened_at REAL, expires_at REAL)"
    ),
    (
        "CREATE TABLE _refresh_token (token TEXT PRIMARY KEY, user_id TEXT, client TEXT, scope TEXT, family TEXT, "
        "used INTEGER DEFAULT 0)"
    ),
)


def quoted(name: str) -> str:
    """A name as an SQL identifier. Names come from declarations and from checked headers only."""
    return '"' + name.replace('"', '""') + '"'


def column(field: Field) -> str:
    """The column's declaration: text compares without case, as Salesforce compares it; Ids do not."""
    name = quoted(field.name)
    if field.type == "id":
        return f"{name} TEXT NOT NULL UNIQUE"
    if field.type == "boolean":
        return f"{name} INTEGER NOT NULL DEFAULT 0"
    if field.type == "int":
        return f"{name} INTEGER"
    if field.type in NUMBER_TYPES:
        return f"{name} REAL"
    if field.type in ("date", "datetime", "reference"):
        return f"{name} TEXT"
    return f"{name} TEXT COLLATE NOCASE"


def loose_column(field: Field) -> str:
    """The same column where rows may lack any value."""
    return column(field).replace(" NOT NULL", "").replace(" UNIQUE", "")


def create_table(one: SObject) -> str:
    """`row_number` is the stable position that cursors remember."""
    columns = ", ".join(column(field) for field in one.fields)
    return f"CREATE TABLE {quoted(one.name)} (row_number INTEGER PRIMARY KEY, {columns})"


def index_name(one: SObject, columns: tuple[str, ...]) -> str:
    """What the index over these columns is called."""
    return "_".join((one.name, *columns))


def create_indexes(one: SObject) -> list[str]:
    """The increment's index (stamp, Id), those of keys, and of look-ups that conversion, merges and clients follow."""
    keys = [(field.name,) for field in one.fields if field.external_id]
    wanted = [(one.cursor_field, "Id"), *one.indexes, *keys]
    return [
        f"CREATE INDEX IF NOT EXISTS {quoted(index_name(one, columns))} "
        f"ON {quoted(one.name)} ({', '.join(map(quoted, columns))})"
        for columns in wanted
    ]
