"""Derive the people about whom something changed. Safe to run anywhere, any number of times, at once, and to kill.

The marks are the queue. A batch takes marks nobody else holds, locks its people, reads the mirror, derives, writes,
and removes the marks, in one transaction.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog
from django.db import connection, transaction
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case
from psycopg2.extensions import new_type, register_type

from leadmodel.accounts import mark_accounts_of, mark_all_accounts
from leadmodel.directory import read_directory
from leadmodel.filling import Columns, array
from leadmodel.idle_accounts import derive_accounts
from leadmodel.lifecycle.derive import derive
from leadmodel.lifecycle.facts import Family, Tracked, Users
from leadmodel.lifecycle.policies import Policies
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.meetings import read_unmarked
from leadmodel.rows import Rows
from leadmodel.settings_store import policies_ever, settings_in_force
from leadmodel.store import copy_rows, count_rows, make_staging, store
from leadmodel.timeline import by_object, families, families_among, kin, read_columns

log = structlog.get_logger(__name__)

BATCH = 5000
"""Marks a batch takes. Larger ones cost less a person; memory and the time people stay locked grow with them."""
EVERYBODY = "*"


AS_OF = "asof_"


def _instant(told: str | bytes | None, _: Cursor) -> datetime | None:
    return datetime.fromisoformat(told) if isinstance(told, str) else None


_INSTANT = new_type((1184,), "INSTANT", _instant)
"""How a batch's hundred thousand instants (`timestamptz`) are read: in half the time it takes psycopg2."""


@dataclass(frozen=True)
class Rebuilt:
    """What a batch did."""

    marks: int
    persons: int
    rows_changed: int


@dataclass(frozen=True)
class Model:
    """The settings in force, and what they make of this organisation."""

    settings: ModelSettings
    directory: Users
    columns: Columns
    policies: Sequence[Policies]

    def rows(self) -> Rows:
        """Where derived people are gathered."""
        return Rows(self.settings, self.directory, self.policies)


def read_model(*, known_by: datetime | None = None, settings: ModelSettings | None = None) -> Model:
    """The model as entered by `known_by` (None: now), or as it would be with other `settings`."""
    told = settings or settings_in_force(known_by=known_by)
    # settings that are tried promise what they say for all time: their effects are looked at over the past
    policies = [settings.policies_since(None)] if settings else policies_ever(known_by=known_by)
    columns = replace(read_columns(told), unmarked=read_unmarked(policies))
    return Model(told, read_directory(told, known_by=known_by), columns, policies)


def rebuild_all(batch: int = BATCH) -> Rebuilt:
    """Batches until no mark is left that nobody else holds; then the accounts of whom they were about."""
    total = Rebuilt(0, 0, 0)
    while (done := rebuild_batch(batch)).marks:
        total = Rebuilt(
            total.marks + done.marks, total.persons + done.persons, total.rows_changed + done.rows_changed
        )
    derive_accounts()
    if total.marks:
        log.info("rebuilt", marks=total.marks, persons=total.persons, rows_changed=total.rows_changed)
    return total


def rebuild_batch(batch: int = BATCH) -> Rebuilt:
    """Take up to `batch` marks and derive their people anew."""
    with _no_search_for_cycles():
        return _rebuild_batch(batch)  # all that it made is gone by the end, or it would be searched then


def _rebuild_batch(batch: int) -> Rebuilt:
    with transaction.atomic(), connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        # what runs at once are the rebuilding processes: helpers of PostgreSQL's would only take their cores
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        register_type(_INSTANT, cursor)
        # before all others, or those would be derived now and once more with everybody
        if everybody := take_marks_of(cursor, [EVERYBODY]):
            mark_everybody_by_name(cursor)
            mark_all_accounts(cursor, are_promised=settings_in_force().idle_accounts is not None)
            return Rebuilt(everybody, 0, 0)
        marked = take_marks(cursor, batch)
        if not marked:
            return Rebuilt(0, 0, 0)
        ids, person_of = _lock_kin(cursor, marked)
        take_marks_of(cursor, ids)
        model = read_model()  # as all that is read: a removed mark may stand for settings entered meanwhile
        rows = model.rows()
        # whoever is merged or converted into them from here on has left a mark, and is not ours to write
        for family in families_among(
            cursor, ids, model.columns, model.settings, may_count_by=model.directory
        ):
            rows.add(derive(family, settings=model.settings, directory=model.directory, with_loose=False))
        changed = store(cursor, ids, person_of, rows)
        if model.settings.idle_accounts is not None:
            mark_accounts_of(cursor, ids, model.settings.lead_types)
    return Rebuilt(len(marked), rows.person_count, changed)


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """A batch makes a million small values and no circle of references; looking for one takes a third of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_REMOVE = "DELETE FROM sync_mark WHERE ctid = ANY(ARRAY(SELECT ctid FROM sync_mark WHERE {} FOR UPDATE SKIP LOCKED))"
"""Remove marks of a kind that nobody else holds, by where the rows lie.

Joined by Id they may be looked for one by one among all: PostgreSQL mostly counted them when there were none.
"""


def take_marks(cursor: Cursor, batch: int) -> list[str]:
    """Remove up to `batch` marks of records nobody else holds; the Ids of these. One for everybody came meanwhile."""
    cursor.execute(
        f"{_REMOVE.format('record_id <> %s ORDER BY id LIMIT %s')} RETURNING record_id", [EVERYBODY, batch]
    )
    return sorted({row[0] for row in cursor.fetchall()})


def take_marks_of(cursor: Cursor, ids: Sequence[str]) -> int:
    """Remove the marks of these, where nobody else holds them: they are derived now, once. How many that were.

    Removed before the mirror is read: whatever a removed mark stands for is visible to the reads that follow.
    """
    cursor.execute(_REMOVE.format("record_id = ANY(%s::text[])"), [array(ids)])
    return cursor.rowcount


def _lock_kin(cursor: Cursor, marked: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """These records and all their kin, locked: as the ties are once we hold them, not as they were while we waited.

    With them, of each that is locked the person it is stored as.
    """
    while True:
        before = transaction.savepoint()
        seen = _visible(cursor)
        ids = kin(cursor, marked)
        person_of = _lock(cursor, ids)
        # mostly nobody did anything meanwhile, and there is no need to look twice
        if _visible(cursor) == seen or kin(cursor, ids) == ids:
            transaction.savepoint_commit(before)
            return ids, person_of
        transaction.savepoint_rollback(before)  # lets go, so that locks are always taken in one order


def _visible(cursor: Cursor) -> str:
    """Which transactions' work can be seen: the same as before where none has ended since."""
    cursor.execute("SELECT pg_current_snapshot()::text")
    row = cursor.fetchone()
    assert row is not None
    return str(row[0])


def _lock(cursor: Cursor, ids: Sequence[str]) -> dict[str, str]:
    """One writer per person: whoever comes second waits, and then reads what is newest. A row just made is ours.

    Returns the rows locked: record Id → person Id. One just made names whoever its record mostly is: what it became.
    """
    leads, contacts = by_object(ids)
    cursor.execute(
        "INSERT INTO leadmodel_personrecord (record_id, person_id) SELECT * FROM"
        " (SELECT id, COALESCE(converted_contact_id, id) FROM sync_lead WHERE id = ANY(%(leads)s::text[])"
        " UNION ALL SELECT id, id FROM sync_contact WHERE id = ANY(%(contacts)s::text[])) AS known (id)"
        " ORDER BY id ON CONFLICT DO NOTHING RETURNING record_id, person_id",
        {"leads": leads, "contacts": contacts},
    )
    made = dict(cursor.fetchall())
    cursor.execute(
        "SELECT record_id, person_id FROM leadmodel_personrecord WHERE record_id = ANY(%s::text[])"
        " ORDER BY record_id FOR UPDATE",
        [array(record_id for record_id in ids if record_id not in made)],
    )
    return made | dict(cursor.fetchall())


def mark_everybody() -> None:
    """The settings, or who is human, changed: everybody is derived anew."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO sync_mark (record_id) VALUES (%s)", [EVERYBODY])


def mark_everybody_by_name(cursor: Cursor) -> None:
    """Turn the mark for everybody into one for each person: on the record that survives, as its kin come with it.

    One for each record would have two batches at once wait for one another. Left out is only a record whose
    survivor is there and went nowhere itself, so that somebody of each family is marked whatever the mirror holds.
    That makes the marks there were of records in the mirror superfluous; whoever is gone from it keeps theirs.
    """
    cursor.execute(
        _REMOVE.format(
            "EXISTS (SELECT FROM sync_lead WHERE sync_lead.id = sync_mark.record_id)"
            " OR EXISTS (SELECT FROM sync_contact WHERE sync_contact.id = sync_mark.record_id)"
        )
    )
    cursor.execute(
        """
        INSERT INTO sync_mark (record_id)
        SELECT id FROM sync_lead WHERE NOT EXISTS (
            SELECT FROM sync_lead winner
            WHERE winner.id = sync_lead.master_record_id AND winner.master_record_id IS NULL
        ) AND NOT EXISTS (
            SELECT FROM sync_contact contact
            WHERE contact.id = sync_lead.converted_contact_id AND contact.master_record_id IS NULL
        )
        UNION ALL
        SELECT id FROM sync_contact WHERE NOT EXISTS (
            SELECT FROM sync_contact winner
            WHERE winner.id = sync_contact.master_record_id AND winner.master_record_id IS NULL
        )
        ORDER BY 1
        """
    )


def derive_as_of(
    cursor: Cursor,
    *,
    concerned: tuple[datetime, datetime],
    as_of: datetime | None,
    known_by: datetime | None,
    settings: ModelSettings | None = None,
    batch: int = BATCH,
) -> str:
    """Derive the people of a period as they were (M3) into temporary tables; returns the tables' prefix.

    `concerned` is the period `[from, to)`: only people with something dated in it can have a cycle assigned in it.
    `settings`, if given, are tried instead of those in force.
    Call within a transaction; the tables live as long as it does.
    """
    model = read_model(known_by=known_by, settings=settings)
    ids = people_concerned(cursor, model, *concerned)
    return derive_then(cursor, model, ids, prefix=AS_OF, as_of=as_of, known_by=known_by, batch=batch)


def derive_then(
    cursor: Cursor,
    model: Model,
    ids: Sequence[str],
    *,
    prefix: str,
    as_of: datetime | None,
    known_by: datetime | None,
    batch: int = BATCH,
) -> str:
    """Derive these records' people as they were into temporary tables of this prefix, emptied before; returns it.

    Call within a transaction; the rows live as long as it does.
    """
    make_staging(cursor, prefix)
    for some in families_in_batches(cursor, model, ids, batch):
        derive_into(cursor, (prefix,), some, model, as_of=as_of, known_by=known_by)
    count_rows(cursor, prefix)
    return prefix


def families_in_batches(
    cursor: Cursor, model: Model, ids: Sequence[str], batch: int = BATCH
) -> Iterator[list[Family]]:
    """The families of these records, each once however many of its records are named, `batch` records at a time."""
    done: set[str] = set()
    for start in range(0, len(ids), batch):
        some = [record_id for record_id in ids[start : start + batch] if record_id not in done]
        found = []
        for family in families(cursor, some, model.columns, model.settings, may_count_by=model.directory):
            members = {record.record_id for record in family.records}
            if not members & done:
                done |= members
                found.append(family)
        yield found


def derive_into(
    cursor: Cursor,
    prefixes: Iterable[str],
    told: Iterable[Family],
    model: Model,
    *,
    as_of: datetime | None,
    known_by: datetime | None,
) -> None:
    """Derive families as they were (M3), once, into the temporary tables of each prefix, which stand already."""
    rows = model.rows()
    with _no_search_for_cycles():
        for family in told:
            rows.add(
                derive(
                    family,
                    settings=model.settings,
                    directory=model.directory,
                    as_of=as_of,
                    known_by=known_by,
                    with_loose=False,
                )
            )
    copy_rows(cursor, rows, prefixes)


_SHARED_TASK = "sync_taskrelation relation JOIN sync_task task ON task.id = relation.task_id"
_SHARED_EVENT = "sync_eventrelation relation JOIN sync_event event ON event.id = relation.event_id"


def people_concerned(cursor: Cursor, model: Model, start: datetime, end: datetime) -> list[str]:
    """The Leads and Contacts with anything dated in `[start, end)`; an Assigned Date counts by its value (M5)."""
    sources = [
        ("sync_lead", "id", "created_at"),
        ("sync_contact", "id", "created_at"),
        ("sync_leadhistory", "lead_id", "created_at"),
        ("sync_contacthistory", "contact_id", "created_at"),
        ("sync_seen", "record_id", "at"),
        ("sync_task", "who_id", "created_at"),
        ("sync_task", "who_id", "completed_at"),
        ("sync_event", "who_id", "created_at"),
        (_SHARED_TASK, "relation_id", "task.created_at"),
        (_SHARED_TASK, "relation_id", "task.completed_at"),
        (_SHARED_EVENT, "relation_id", "event.created_at"),
    ]
    conditions = [(table, key, f"{at} >= %(start)s AND {at} < %(end)s") for table, key, at in sources]
    dated = model.settings.assignment.assigned_date_field
    if dated is not None:
        told = "field = %(dated)s AND new_value >= %(start_text)s AND new_value < %(end_text)s"
        conditions += [
            ("sync_leadhistory", "lead_id", told),
            ("sync_contacthistory", "contact_id", told),
            ("sync_seen", "record_id", told),
        ]
        for name, table in (("Lead", "sync_lead"), ("Contact", "sync_contact")):
            column = model.columns.current[name][Tracked.ASSIGNED_DATE]
            if column is not None:
                conditions.append((table, "id", f"{column} >= %(start_text)s AND {column} < %(end_text)s"))
    queries = [f"SELECT {key} FROM {table} WHERE {condition}" for table, key, condition in conditions]
    cursor.execute(
        f"SELECT DISTINCT id FROM ({' UNION ALL '.join(queries)}) concerned (id) WHERE id IS NOT NULL ORDER BY id",
        {
            "start": start,
            "end": end,
            "dated": dated,
            # instants as Salesforce writes them sort as text, and so do bare dates
            "start_text": start.astimezone(UTC).strftime("%Y-%m-%d"),
            "end_text": end.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        },
    )
    return [row[0] for row in cursor.fetchall()]
