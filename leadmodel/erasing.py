"""Whoever Salesforce has deleted for good becomes nameless: times, kinds and reps stay, and so do all figures (K7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.db import connection, transaction
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from base.models import User
from leadmodel.actions import NotPossible
from leadmodel.lifecycle.cited import object_of
from leadmodel.lifecycle.settings import nameless
from leadmodel.models import Erasure, Person
from leadmodel.settings_store import settings_ever
from leadmodel.timeline import CONVERTED, read_columns
from sync.erasing import erase_names
from sync.models import ObjectState

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
      -- whoever has one record that Salesforce still has, had lately, or may only hide from us, is there
      AND NOT EXISTS (
        SELECT FROM leadmodel_personrecord own
        LEFT JOIN sync_lead lead ON lead.id = own.record_id
        LEFT JOIN sync_contact contact ON contact.id = own.record_id
        LEFT JOIN sync_gone gone USING (record_id)
        WHERE own.person_id = person.person_id
          AND (COALESCE(lead.is_deleted, contact.is_deleted) IS NOT TRUE
            OR COALESCE(gone.at, COALESCE(lead.system_modstamp, contact.system_modstamp) + %(in_the_bin)s)
               > %(until)s
            OR (NOT gone.is_told AND NOT %(is_asked)s))
      )
"""
_NAMED = """
    person.person_id IN (
        SELECT named.person_id
        FROM (SELECT id, last_name, is_deleted, master_record_id, system_modstamp FROM sync_lead UNION ALL
              SELECT id, last_name, is_deleted, master_record_id, system_modstamp FROM sync_contact
        ) deleted JOIN leadmodel_personrecord named ON named.record_id = deleted.id
        -- none was deleted before its stamp
        WHERE is_deleted AND last_name IS NOT NULL AND master_record_id IS NULL AND system_modstamp <= %(until)s
    )
"""
"""Whoever has a name left. A merged record has gone into another one, and is emptied with it."""
_THESE = "person.person_id = ANY(%(persons)s)"


def erase_long_gone(*, now: datetime, also: Also) -> int:
    """Erase whoever was deleted for good more than 30 days ago, a batch a transaction; answers how many people."""
    until, total = now - NAMED_FOR, 0
    with connection.cursor() as wrapped:
        due = sorted(_read(wrapped.cursor, _NAMED, until=until))
    for first in range(0, len(due), BATCH):
        some = due[first : first + BATCH]
        with _one_after_the_other() as cursor:
            people = _read(cursor, f"{_THESE} AND {_NAMED}", until=until, persons=some)
            _erase(cursor, people, now=now, by=None, also=also)
        total += len(people)
    return total


def why_not(person: Person, *, now: datetime) -> str:
    """Why operations cannot erase this person, in a sentence; empty where they can."""
    if not person.is_deleted:
        return "Salesforce has the person: delete them there first, or they would be back with the next read."
    with connection.cursor() as wrapped:
        if not _read(wrapped.cursor, _THESE, until=now, persons=[person.person_id], is_asked=True):
            return (
                "Salesforce may still have a record of theirs, a converted Lead or what is in its recycle bin: delete"
                " all of them there for good, and ask again when that was read."
            )
    return ""


def erase(user: User, person: Person, *, now: datetime, also: Also) -> None:
    """Operations erase a person because they asked for it, whenever they were deleted. Raises NotPossible.

    Who is nameless already stays so.
    """
    with _one_after_the_other() as cursor:
        if told := why_not(person, now=now):
            raise NotPossible(told)
        who = f"{_THESE} AND {_NAMED}"
        people = _read(cursor, who, until=now, persons=[person.person_id], is_asked=True)
        _erase(cursor, people, now=now, by=user, also=also)


@contextmanager
def _one_after_the_other() -> Iterator[Cursor]:
    """A transaction that sees what an earlier one erased: nobody is erased twice."""
    with transaction.atomic(), connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('leadmodel'), hashtext('erase'))")
        yield cursor


def _read(
    cursor: Cursor, who: str, *, until: datetime, persons: Sequence[str] = (), is_asked: bool = False
) -> dict[str, list[str]]:
    """The records of those among `who` whom Salesforce deleted for good before `until`, by person.

    Unless somebody asks for it, only of whom Salesforce told so.
    """
    asked = {"until": until, "in_the_bin": IN_THE_BIN, "persons": list(persons), "is_asked": is_asked}
    cursor.execute(_GONE_FOR_GOOD.replace("{who}", who), asked)
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
    # what is read meanwhile waits: somebody may be restored
    list(ObjectState.objects.select_for_update().filter(name__in=("Contact", "Lead")).order_by("name"))
    settings = settings_ever()
    read: dict[str, set[str]] = {"Lead": {CONVERTED}, "Contact": {CONVERTED}}
    for columns in map(read_columns, settings):
        for name, fields in read.items():
            fields.update(columns.tracked[name])
    records: dict[str, list[str]] = {"Lead": [], "Contact": []}
    for record_id in (one for own in people.values() for one in own):
        records[object_of(record_id)].append(record_id)
    erase_names(cursor, records, read=read, said=partial(nameless, [one.touches for one in settings]))
    also(cursor, list(people))
    Erasure.objects.bulk_create(Erasure(person_id=one, at=now, by=by) for one in people)
    cursor.execute("INSERT INTO sync_mark (record_id) SELECT unnest(%s::text[])", [sorted(people)])
    log.info("erased", people=len(people))
