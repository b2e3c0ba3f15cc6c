"""The mirror held against Salesforce: counted bucket by bucket, by Id where counts differ; what differs is mended.

Reading what changed should miss nothing. This is what shows, every day, that it did not, and what finds the deletions
that nothing tells of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from django.db import connection, transaction
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from sync.buckets import buckets
from sync.load import copy_into, load
from sync.models import Drift, ObjectState, Run
from sync.reading import BULK_FROM_ROWS, Reading
from sync.removal import remove
from sync.runs import Logbook, Step
from sync.salesforce.client import Organisation
from sync.salesforce.objects import MirroredObject
from sync.salesforce.soql import IDS_A_QUERY, Selection, ids_among
from sync.salesforce.spool import spooling
from sync.windows import OVERLAP, Window

log = structlog.get_logger(__name__)

SETTLED = timedelta(hours=1)
"""What was created since is left to the next comparison: it may still be on its way."""
_CREATED = "CreatedDate"
_TOLD = "told_ids"


@dataclass
class Differences:
    """What a bucket's Ids told."""

    missing: set[str] = field(default_factory=set)
    extra: set[str] = field(default_factory=set)
    outdated: set[str] = field(default_factory=set)
    ids_read: int = 0

    @property
    def ids(self) -> list[str]:
        """All of them."""
        return sorted(self.missing | self.extra | self.outdated)


class Compared(NamedTuple):
    """What a comparison found in all: records that differed, how many of them are mended, and of how many Ids."""

    found: int
    mended: int
    ids_read: int

    def and_also(self, other: Compared) -> Compared:
        """Both together."""
        return Compared(self.found + other.found, self.mended + other.mended, self.ids_read + other.ids_read)


@dataclass(frozen=True)
class Comparison:
    """One object, right after a read of it, while nobody else reads it."""

    organisation: Organisation
    spec: MirroredObject
    now: datetime
    types: dict[str, str]
    header: tuple[str, ...]
    runs: Logbook

    def run(self, *, every_id: bool) -> Compared:
        """Compare everything that has settled. `every_id` reads all Ids, whatever the counts are."""
        until = self.now - SETTLED
        total = Compared(0, 0, 0)
        windows = buckets(self._months(), until=until, most=BULK_FROM_ROWS)
        # equal counts can hide one too many and one too few: in turn, each bucket's Ids are read all the same
        chosen = self.now.toordinal() % len(windows)
        with self.runs.step(Run.Kind.COMPARISON) as step:
            for number, window in enumerate(windows):
                if every_id or number == chosen or not self._counts_agree(window):
                    total = total.and_also(self._compare(window))
            with transaction.atomic():
                ObjectState.objects.filter(pk=self.spec.name).update(
                    compared_at=self.now, is_doubted=total.mended < total.found
                )
                said = (
                    f"{total.found:,} differed, {total.mended:,} of them are mended." if total.found else ""
                )
                step.done(rows=total.ids_read, changed=0, said=said)
        return total

    def _months(self) -> list[tuple[datetime, int]]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT date_trunc('month', created_at, 'UTC') AS month, count(*) FROM {self.spec.table}"
                " WHERE created_at IS NOT NULL GROUP BY month ORDER BY month"
            )
            return [(month, int(count)) for month, count in cursor.fetchall()]

    def _counts_agree(self, window: Window) -> bool:
        # what Salesforce forgets of the past, and of the recycle bin, is kept here
        alive = tuple(f"{name} = false" for name in self._bin)
        told = self.organisation.count(replace(self._selection(window), conditions=alive).scope())
        here = self._count_here(window, which="true" if self.spec.parent else "is_deleted IS NOT TRUE")
        return told <= here if self.spec.parent else told == here

    @property
    def _bin(self) -> tuple[str, ...]:
        """The field that says what was deleted, where our user sees it; history stays, whoever it is about."""
        return ("IsDeleted",) if "IsDeleted" in self.types and not self.spec.parent else ()

    def _count_here(self, window: Window, *, which: str = "true") -> int:
        where, parameters = _within(window)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {self.spec.table} WHERE {where} AND {which}", parameters)
            [count] = cursor.fetchone() or (0,)
        return int(count)

    def _selection(self, window: Window) -> Selection:
        """The Ids created within a window; windows of this object's reading are of stamps, these of CreatedDate."""
        fields = dict.fromkeys(("Id", _CREATED, self.spec.stamp, *self._bin))
        return Selection(self.spec.name, tuple(fields), _CREATED, window)

    def _compare(self, window: Window) -> Compared:
        differences = self._differences(window)
        if not differences.ids:
            return Compared(0, 0, differences.ids_read)
        with self.runs.step(Run.Kind.REPAIR) as step:
            return self._mend(window, differences, step)

    def _mend(self, window: Window, differences: Differences, step: Step) -> Compared:
        found = self._read_again(differences.ids)
        gone = differences.extra - found
        came = len((differences.missing | differences.outdated) & found)
        # neither here nor there any more, or here and there after all
        settled = len((differences.missing | differences.outdated) - found) + len(differences.extra & found)
        with transaction.atomic():
            removed = remove(self.spec, dict.fromkeys(gone, self.now), is_told=False)
            mended = removed + came + settled
            Drift.objects.create(
                object_name=self.spec.name,
                found_at=self.now,
                created_from=window.start,
                created_to=window.end,
                missing=len(differences.missing),
                extra=len(differences.extra),
                outdated=len(differences.outdated),
                mended=mended,
            )
            step.done(rows=len(found), changed=removed + came)
        log.warning("drift_found", object=self.spec.name, found=len(differences.ids), mended=mended)
        return Compared(len(differences.ids), mended, differences.ids_read)

    def _differences(self, window: Window) -> Differences:
        with spooling(self.spec.name) as spool:
            reading = Reading(self.organisation, self.types, spool, self.now)
            reading.read(self._selection(window), expected=self._count_here(window))
            with transaction.atomic(), connection.cursor() as wrapped:
                cursor: Cursor = wrapped.cursor
                cursor.execute(
                    f"CREATE TEMP TABLE {_TOLD} ON COMMIT DROP AS SELECT id, created_at, is_deleted,"
                    f" {self.spec.stamp_column} AS stamp FROM {self.spec.table} LIMIT 0"
                )
                columns = {"Id": "id", _CREATED: "created_at", "IsDeleted": "is_deleted"}
                columns |= {self.spec.stamp: "stamp"}
                if spool.row_count:
                    copy_into(cursor, _TOLD, [columns[name] for name in spool.header()], spool)
                return Differences(
                    ids_read=spool.row_count,
                    missing=self._ids_of(
                        cursor,
                        "SELECT told.id FROM {told} told WHERE NOT EXISTS"
                        " (SELECT FROM {table} here WHERE here.id = told.id)",
                    ),
                    outdated=self._ids_of(
                        cursor,
                        "SELECT told.id FROM {told} told JOIN {table} here USING (id)"
                        " WHERE (here.{stamp} < told.stamp OR here.is_deleted <> told.is_deleted)"
                        " AND told.stamp < %s",
                        # what changed since a little before this read is the next read's
                        self.now - OVERLAP,
                    ),
                    extra=set()
                    if self.spec.parent
                    else self._ids_of(
                        cursor,
                        f"SELECT here.id FROM {{table}} here WHERE {_within(window)[0]} AND NOT EXISTS"
                        " (SELECT FROM {told} told WHERE told.id = here.id)"
                        # what we know as deleted stays when the bin is emptied: figures stand on it (M2, K6, K7)
                        " AND here.is_deleted IS NOT TRUE",
                        *_within(window)[1],
                    ),
                )

    def _ids_of(self, cursor: Cursor, statement: str, *parameters: datetime) -> set[str]:
        names = {
            "told": sql.Identifier(_TOLD),
            "table": sql.Identifier(self.spec.table),
            "stamp": sql.Identifier(self.spec.stamp_column),
        }
        cursor.execute(sql.SQL(statement).format(**names), parameters)
        return {row[0] for row in cursor.fetchall()}

    def _read_again(self, ids: Iterable[str]) -> set[str]:
        """Read these records whole and take them over; answers those that Salesforce has."""
        listed = list(ids)
        found: set[str] = set()
        for first in range(0, len(listed), IDS_A_QUERY):
            some = listed[first : first + IDS_A_QUERY]
            with spooling(self.spec.name) as spool:
                selection = Selection(
                    self.spec.name, self.header, self.spec.stamp, conditions=(ids_among(some),)
                )
                Reading(self.organisation, self.types, spool, self.now).read(selection)
                found |= spool.ids()
                load(self.spec, spool, read_at=self.now)
        return found


def _within(window: Window) -> tuple[str, list[datetime]]:
    """The condition on `created_at` of the mirror's rows, and its parameters."""
    told = [("created_at >= %s", window.start), ("created_at < %s", window.end)]
    parts = [(condition, at) for condition, at in told if at is not None]
    return " AND ".join(condition for condition, _ in parts) or "true", [at for _, at in parts]
