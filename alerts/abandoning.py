"""Auto-abandon: close who was worked long enough and then left alone (M15), and who missed too many meetings (R063).

Gather what is due → decide → the outbox.

The database is the queue: the scan takes clocks that are due and that nobody else holds, and commits what it decides.
What was decided is a write like a rep's, delivered by write-back: in a dry run until ops switch it on, undone like the
others, and looked at once more in Salesforce before it is sent (M20).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import structlog
from django.db import connection, transaction
from psycopg2 import sql

from alerts.kept import excepted, has_news
from base.outbox import Decided, decide
from leadmodel.changes import LastRead, read_last_of
from leadmodel.lifecycle.clocks import ClockKind
from leadmodel.lifecycle.facts import Tracked
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import NOT_TO_BE_MET, Stage
from leadmodel.may_act import ABANDON
from leadmodel.models import Clock
from leadmodel.most_a_day import decisions
from leadmodel.pages.shell import read_up_to
from leadmodel.rebuild import EVERYBODY
from leadmodel.settings_store import settings_in_force
from leadmodel.timeline import read_columns
from sync.models import Mark
from sync.writeback.modes import is_stopped, switches
from sync.writeback.plan import Write

log = structlog.get_logger(__name__)

BATCH = 100
"""People a batch takes; they stay locked while it is decided."""


class _Due(NamedTuple):
    person_id: str
    number: int
    due_at: datetime
    kind: ClockKind

    def key(self, read_at: datetime) -> str:
        """What makes it this one act: the cycle, its limit, and what was known, which may turn out to be too little."""
        return f"{ABANDON}:{self.person_id}/{self.number}/{self.due_at:%Y%m%dT%H%M%S}/{read_at:%Y%m%dT%H%M%S}"


class _Scan(NamedTuple):
    """What a look goes by: limits over after `since` (None: ever) and by `at`, as far as Salesforce was read."""

    settings: ModelSettings
    status: str
    """What is written."""
    since: datetime | None
    at: datetime
    now: datetime

    @property
    def left(self) -> int:
        """How many more may be decided about today."""
        return decisions(ABANDON, self.settings, now=self.now).left


def abandon(*, now: datetime, since: datetime | None = None) -> int:
    """Decide about whoever is due by what was read of Salesforce; how many people that concerned.

    `since`: only of limits that were over after it, where a day's most is enough for all that are over. Nothing is
    decided before Salesforce was ever read, while everybody is to be derived anew, while automation is stopped, or
    where the settings name no nurture status.
    """
    read_at = read_up_to()
    if read_at is None or is_stopped(switches()) or Mark.objects.filter(record_id=EVERYBODY).exists():
        return 0
    settings = settings_in_force()
    status = settings.write_back.status_of(Stage.NURTURE, settings.stages)
    if status is None:
        return 0
    scan, done = _Scan(settings, status, since, min(read_at, now), now), 0
    if since is not None and _are_more_than(scan.left, scan.at):
        return 0  # then the longest overdue come first, and it is for a look at all to say who they are
    for kind in _WHY:
        while found := _batch(scan, kind):
            done += found
    if done:
        log.info("abandoned", persons=done)
    return done


def _are_more_than(number: int, at: datetime) -> bool:
    """Whether more limits are over than so many, whatever was decided about them."""
    return Clock.objects.filter(kind__in=_WHY, due_at__lte=at)[number : number + 1].exists()


_WHY = {
    ClockKind.WORKING_LIMIT: "its limit was over on",
    ClockKind.NO_SHOWS: "they missed as many meetings as are tried, the last on",
}
"""The clocks that give somebody up, and why they did."""


def _is_over(settings: ModelSettings, kind: ClockKind, status: str, now: datetime) -> bool:
    """Whether that status says that there is nobody to give up."""
    if kind is ClockKind.NO_SHOWS:
        return settings.stages.stage_of(status, now) in NOT_TO_BE_MET
    return settings.is_elsewhere(status, now)


def _batch(scan: _Scan, kind: ClockKind) -> int:
    with transaction.atomic():
        limit = min(BATCH, scan.left)
        # read once more when they are locked: what another decided and committed while they were being locked is not
        # seen by the statement that locks them
        held, read = (_take(scan, kind, limit) for _ in range(2))
        due = [one for one in read if one in held]
        last = read_last_of(None, [one.person_id for one in due], scan.settings)
        decide([_decided(one, last[one.person_id], scan) for one in due], by=None, now=scan.now)
    return len(held)


_TAKE = """
    SELECT clock.person_id, clock.number, clock.due_at FROM leadmodel_clock clock
    WHERE clock.kind = %(kind)s AND clock.due_at <= %(at)s
      AND (%(since)s IS NULL OR clock.due_at > %(since)s)
      AND NOT EXISTS (
          SELECT FROM leadmodel_personrecord record JOIN base_effect effect ON effect.subject = record.record_id
          WHERE record.person_id = clock.person_id AND effect.kind = %(abandon)s
            AND (effect.ended_at > %(at)s OR effect.state <> 'cancelled'
                 AND split_part(effect.key, '/', 3)
                     = to_char(clock.due_at AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS'))
      )
      AND ({is_open})
      AND NOT {excepted} AND NOT {has_news}
    ORDER BY clock.due_at, clock.person_id LIMIT %(limit)s
    FOR UPDATE OF clock SKIP LOCKED
"""
"""Whose limit is over, oldest first: not decided yet of any record of theirs, whatever number the cycle had (what was
cancelled is decided anew once more was read), with a status that can be written and says nothing else, not excepted
(M16), and with no news that is not derived yet."""
_IS_OPEN = """
    COALESCE((SELECT casefold(COALESCE(record.{status}, '') COLLATE pg_unicode_fast) <> ALL(%(elsewhere)s)
              FROM {table} record WHERE record.id = clock.person_id), false)
"""
"""Asked of each clock that is due: as a join it would have PostgreSQL walk all clocks there are (M19)."""


def _take(scan: _Scan, kind: ClockKind, limit: int) -> list[_Due]:
    settings = scan.settings
    stand = [
        sql.SQL(_IS_OPEN).format(table=sql.Identifier(f"sync_{name.lower()}"), status=sql.Identifier(status))
        for name, told in read_columns(settings).current.items()
        if (status := told[Tracked.STATUS]) is not None
    ]
    values: dict[str, str | int | datetime | list[str] | None] = {
        "since": scan.since,
        "kind": kind,
        "abandon": ABANDON,
        "at": scan.at,
        "now": scan.now,
        "elsewhere": [one for one in settings.stages.by_status if _is_over(settings, kind, one, scan.now)],
        "limit": limit,
    }
    query = sql.SQL(_TAKE).format(
        is_open=sql.SQL(" OR ").join(stand),
        excepted=sql.SQL(excepted("clock")),
        has_news=sql.SQL(has_news("clock")),
    )
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [_Due(person_id, number, due_at, kind) for person_id, number, due_at in cursor.fetchall()]


def _decided(due: _Due, last: LastRead, scan: _Scan) -> Decided:
    told = last.settings.reasons
    changes = [last.set(Tracked.STATUS, scan.status)]
    if told.nurture_field is not None:
        changes.append(last.set(Tracked.NURTURE_REASON, told.auto_abandoned[0]))
    return Decided(
        due.key(scan.at),
        ABANDON,
        Write(due.person_id, changes, quiet_since=scan.at.isoformat()).payload(),
        subject=due.person_id,
        why=f"{told.auto_abandoned[0]}: {_WHY[due.kind]} {due.due_at:%d %b %Y, %H:%M} UTC",
    )
