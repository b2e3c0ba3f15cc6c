"""Take the names of people out of the mirror who were deleted in Salesforce; times, kinds and reps stay (K7)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from sync.salesforce.objects import BY_NAME

NAMES = ("FirstName", "LastName", "Email", "Phone")
"""Fields that say who somebody is, whoever reads them."""
_ABOUT = ("Company", "Title")
"""Fields that go unless the model reads them."""
_ASKED_FOR = ("Email", "Phone")
ERASED = "erased"
"""What stands where one of these held something: rules ask whether it did."""


def erase_names(
    cursor: Cursor,
    records: Mapping[str, Sequence[str]],
    *,
    read: Mapping[str, Collection[str]],
    said: Callable[[str], str],
) -> None:
    """Empty whatever names these records, of those that are deleted: by object, Leads and Contacts.

    `read` are, by object, the fields the model reads: what they hold stays, but for NAMES, of which stays that they
    held something. `said` is what stays of a Task's or an Event's subject.
    """
    for name, ids in records.items():
        kept, held = {*read[name]} - {*NAMES}, {*read[name]} & {*NAMES}
        _empty_fields(cursor, name, ids, [one for one in (*NAMES, *_ABOUT) if one not in kept])
        _empty_history(cursor, name, ids, kept=sorted(kept), held=sorted(held))
    every = [one for ids in records.values() for one in ids]
    for name in ("Task", "Event"):
        _shorten_subjects(cursor, name, every, said)


def _empty_fields(cursor: Cursor, name: str, ids: Sequence[str], fields: Sequence[str]) -> None:
    spec = BY_NAME[name]
    there = [(one, spec.columns[one]) for one in fields if one in spec.columns]
    emptied = [
        sql.SQL("{} = {}").format(sql.Identifier(column), _what_stays(column, of_what=one in _ASKED_FOR))
        for one, column in there
    ]
    cursor.execute(
        sql.SQL("UPDATE {table} SET {emptied} WHERE id = ANY(%s) AND is_deleted").format(
            table=sql.Identifier(spec.table), emptied=sql.SQL(", ").join(emptied)
        ),
        [list(ids)],
    )


def _what_stays(column: str, *, of_what: bool) -> sql.Composable:
    if not of_what:
        return sql.SQL("NULL")
    return sql.SQL("CASE WHEN {} <> '' THEN {} END").format(sql.Identifier(column), sql.Literal(ERASED))


def _empty_history(
    cursor: Cursor, name: str, ids: Sequence[str], *, kept: Sequence[str], held: Sequence[str]
) -> None:
    """That a field changed stays, from what to what does not: an organisation may track any field."""
    history = f"sync_{name.lower()}history"
    for table, key in ((history, f"{name.lower()}_id"), ("sync_seen", "record_id")):
        cursor.execute(
            sql.SQL(
                "UPDATE {table} SET"
                " old_value = CASE WHEN field = ANY(%(held)s) AND old_value <> '' THEN %(erased)s END,"
                " new_value = CASE WHEN field = ANY(%(held)s) AND new_value <> '' THEN %(erased)s END"
                " WHERE {key} = ANY(%(ids)s) AND field <> ALL(%(kept)s)"
                " AND (old_value IS NOT NULL OR new_value IS NOT NULL)"
            ).format(table=sql.Identifier(table), key=sql.Identifier(key)),
            {"ids": list(ids), "kept": list(kept), "held": list(held), "erased": ERASED},
        )


def _shorten_subjects(cursor: Cursor, name: str, who: Sequence[str], said: Callable[[str], str]) -> None:
    """Of those about one of these records, also beside others (K10)."""
    table = BY_NAME[name].table
    names = {
        "table": sql.Identifier(table),
        "relation": sql.Identifier(f"{table}relation"),
        "key": sql.Identifier(f"{name.lower()}_id"),
    }
    cursor.execute(
        sql.SQL(
            "SELECT id, subject FROM {table} WHERE subject IS NOT NULL AND id IN ("
            "SELECT id FROM {table} WHERE who_id = ANY(%(who)s)"
            " UNION SELECT {key} FROM {relation} WHERE relation_id = ANY(%(who)s))"
        ).format(**names),
        {"who": list(who)},
    )
    shorter = {key: stays for key, subject in cursor.fetchall() if (stays := said(subject)) != subject}
    if shorter:
        cursor.execute(
            sql.SQL(
                "UPDATE {table} SET subject = told.subject"
                " FROM unnest(%s::text[], %s::text[]) told (id, subject) WHERE {table}.id = told.id"
            ).format(**names),
            [list(shorter), list(shorter.values())],
        )
