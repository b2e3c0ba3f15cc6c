"""Whoever Salesforce has deleted for good becomes nameless: times, kinds and reps stay, and so do all figures (K7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from base.models import User
from leadmodel.actions import NotPossible
from leadmodel.lifecycle.cited import object_of
from leadmodel.models import Erasure, Person
from leadmodel.rebuild import read_model
from leadmodel.timeline import CONVERTED
from sync.erasing import erase_names

log = structlog.get_logger(__name__)

IN_THE_BIN = timedelta(days=15)
"""So long Salesforce keeps what it deletes; what was deleted past the bin is gone at once."""
NAMED_FOR = timedelta(days=30)
"""So long after that, names stay here by themselves."""
BATCH = 500
Also = Callable[[Cursor, Sequence[str]], None]
"""Empties what else names these persons, in the same transaction."""

_GONE_FOR_GOOD = """
    SELECT person.person_id, record.record_id
    FROM leadmodel_person person JOIN leadmodel_personrecord record USING (person_id)
    WHERE person.is_deleted AND {who}
      -- whoever has one record that Salesforce still has, or had lately, is there
      AND NOT EXISTS (
        SELECT FROM leadmodel_personrecord own
        LEFT JOIN sync_lead lead ON lead.id = own.record_id
        LEFT JOIN sync_contact contact ON contact.id = own.record_id
        LEFT JOIN sync_gone gone USING (record_id)
        WHERE own.person_id = person.person_id
          AND (COALESCE(lead.is_deleted, contact.is_deleted) IS NOT TRUE
            OR COALESCE(gone.at, COALESCE(lead.system_modstamp, contact.system_modstamp) + %(in_the_bin)s)
               > %(until)s)
      )
"""
_NAMED = """
    person.person_id IN (
        SELECT named.person_id
        FROM (SELECT id FROM sync_lead WHERE is_deleted AND last_name IS NOT NULL AND master_record_id IS NULL
              UNION ALL
              SELECT id FROM sync_contact WHERE is_deleted AND last_name IS NOT NULL AND master_record_id IS NULL
        ) deleted JOIN leadmodel_personrecord named ON named.record_id = deleted.id
    )
"""
"""Whoever has a name left. A merged record has gone into another one, and is emptied with it."""
_THIS_ONE = "person.person_id = %(person)s"


def erase_long_gone(*, now: datetime, also: Also) -> int:
    """Erase whoever was deleted for good more than 30 days ago, a batch a transaction; answers how many people."""
    total = 0
    while count := _erase_some(now=now, also=also):
        total += count
    return total


def _erase_some(*, now: datetime, also: Also) -> int:
    with _one_after_the_other() as cursor:
        people = _read(cursor, _NAMED, until=now - NAMED_FOR)
        some = dict(sorted(people.items())[:BATCH])
        _erase(cursor, some, now=now, by=None, also=also)
    return len(some)


def why_not(person: Person, *, now: datetime) -> str:
    """Why operations cannot erase this person, in a sentence; empty where they can."""
    if not person.is_deleted:
        return "Salesforce has the person: delete them there first, or they would be back with the next read."
    with connection.cursor() as wrapped:
        if not _read(wrapped.cursor, _THIS_ONE, until=now, person=person.person_id):
            return (
                "Salesforce may still have the person in its recycle bin: delete them there for good, and ask again"
                " when that was read."
            )
    return ""


def erase(user: User, person: Person, *, now: datetime, also: Also) -> None:
    """Operations erase a person because they asked for it, whenever they were deleted. Raises NotPossible.

    Who is nameless already stays so.
    """
    with _one_after_the_other() as cursor:
        if told := why_not(person, now=now):
            raise NotPossible(told)
        people = _read(cursor, f"{_THIS_ONE} AND {_NAMED}", until=now, person=person.person_id)
        _erase(cursor, people, now=now, by=user, also=also)


@contextmanager
def _one_after_the_other() -> Iterator[Cursor]:
    """A transaction that sees what an earlier one erased: nobody is erased twice."""
    with transaction.atomic(), connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('leadmodel'), hashtext('erase'))")
        yield cursor


def _read(cursor: Cursor, who: str, *, until: datetime, person: str = "") -> dict[str, list[str]]:
    """The records of those among `who` whom Salesforce deleted for good before `until`, by person."""
    cursor.execute(
        _GONE_FOR_GOOD.replace("{who}", who), {"until": until, "in_the_bin": IN_THE_BIN, "person": person}
    )
    found: dict[str, list[str]] = {}
    for person_id, record_id in cursor.fetchall():
        found.setdefault(person_id, []).append(record_id)
    return found


def _erase(
    cursor: Cursor, people: dict[str, list[str]], *, now: datetime, by: User | None, also: Also
) -> None:
    """Work, its bookkeeping and the marks of whom it concerns: what the model reads may be less now."""
    if not people:
        return
    model = read_model()
    records: dict[str, list[str]] = {"Lead": [], "Contact": []}
    for record_id in (one for own in people.values() for one in own):
        records[object_of(record_id)].append(record_id)
    read = {name: {*fields, CONVERTED} for name, fields in model.columns.tracked.items()}
    erase_names(cursor, records, read=read, said=model.settings.touches.nameless)
    also(cursor, list(people))
    Erasure.objects.bulk_create(Erasure(person_id=one, at=now, by=by) for one in people)
    cursor.execute("INSERT INTO sync_mark (record_id) SELECT unnest(%s::text[])", [sorted(people)])
    log.info("erased", people=len(people))
