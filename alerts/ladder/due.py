"""Which steps are due: by the index of their due moments (M19)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from alerts.kept import excepted, has_news
from leadmodel.lifecycle.clocks import LASTING, ClockKind


@dataclass(frozen=True)
class UpTo:
    """What a scan looks at: as far as Salesforce was read, until when steps count as due, and since when.

    `since`: what came too late by then already is left to a scan that looks at all.
    """

    read_at: datetime
    due: datetime
    stale: datetime
    """What was due by then comes too late."""
    now: datetime
    since: datetime | None = None


class DueStep(NamedTuple):
    """A step that is due, as it is stored. `attempts`: how often it failed before."""

    person_id: str
    number: int
    ordinal: int
    step: int
    act: str
    holder_id: str | None
    clock: ClockKind
    clock_due_at: datetime
    due_at: datetime
    attempts: int
    activity_id: str | None = None
    first_of: str | None = None
    """Of which record of the person something was decided about it before, if anything was."""

    @property
    def kept_of(self) -> str:
        """Of whom it is kept what becomes of it: a conversion or merge changes the person's Id, and not the step."""
        return self.person_id if self.activity_id is not None else self.first_of or self.person_id

    @property
    def key(self) -> str:
        """What makes it this one step, however often it is found, and whoever the person becomes."""
        key = f"{self.kept_of}/{self.step}/{self.due_at:%Y%m%dT%H%M%S}"
        return key if self.activity_id is None else f"{key}/{self.activity_id}"


def decided(rung: str) -> str:
    """What was decided about each step, joined as `done`: under whichever record of the person, or about its meeting.

    They may have been converted or merged since; of two who were merged what does not wait counts. By indexes (M19).
    """
    return f"""
        LEFT JOIN LATERAL (
            SELECT * FROM alerts_escalation one
            WHERE one.about = ANY(CASE WHEN {rung}.activity_id IS NOT NULL THEN ARRAY[{rung}.activity_id] ELSE ARRAY(
                      SELECT record_id FROM leadmodel_personrecord record WHERE record.person_id = {rung}.person_id
                  ) END)
              AND one.step = {rung}.step AND one.due_at = {rung}.due_at
            ORDER BY one.state = 'waiting', one.id LIMIT 1
        ) done ON true
    """


def stands(done: str) -> str:
    """Whether the step about which something was decided is still in the ladder of whoever that is about by now."""
    return f"""
        CASE WHEN {done}.activity_id IS NULL THEN EXISTS (
            SELECT FROM leadmodel_personrecord record JOIN leadmodel_rung rung USING (person_id)
            WHERE record.record_id = {done}.person_id AND rung.activity_id IS NULL
              AND rung.step = {done}.step AND rung.due_at = {done}.due_at
        ) ELSE EXISTS (
            SELECT FROM leadmodel_rung rung
            WHERE rung.activity_id = {done}.activity_id AND rung.step = {done}.step AND rung.due_at = {done}.due_at
        ) END
    """


_UNDECIDED = f"""
    {decided("rung")}
    WHERE (done.id IS NULL OR (done.state = 'waiting' AND done.again_at <= %(now)s))
"""
_FREE = f"AND NOT {excepted('rung')} AND NOT {has_news('rung')} AND rung.act <> ALL(%(stopped)s)"
"""Not excepted (M16), with no news that is not derived yet, and of no kind that operations stopped."""
_DUE = "rung AS MATERIALIZED (SELECT * FROM leadmodel_rung WHERE due_at <= %(due)s AND due_at > %(stale)s)"
"""By when they are due, before anything is joined: finding them never walks those that are not (M19)."""
_STEPS = """
    SELECT rung.person_id, rung.number, rung.ordinal, rung.step, rung.act, rung.holder_id, rung.clock,
           rung.clock_due_at, rung.due_at, COALESCE(done.attempts, 0), rung.activity_id, done.person_id
"""
_IN_ORDER = "ORDER BY rung.due_at, rung.person_id, rung.step, rung.activity_id LIMIT %(limit)s"
_FIND = f"WITH {_DUE} {_STEPS} FROM rung {_UNDECIDED} {_FREE} {_IN_ORDER}"
_TAKE = f"""
    {_STEPS} FROM leadmodel_rung rung {_UNDECIDED} {_FREE}
    AND rung.person_id = ANY(%(persons)s) AND rung.due_at <= %(due)s AND rung.due_at > %(stale)s
    {_IN_ORDER} FOR UPDATE OF rung SKIP LOCKED
"""
_IS_KEPT = "NOT clock IN ({})".format(", ".join(f"'{kind}'" for kind in LASTING))
"""Of a return or a meeting that comes too late nothing is kept: in most organisations it is that of most people in
Nurture, who stay there for years, and of each meeting that nobody ever marks, and each scan would go over all of them
(M19). An index holds the others."""
_SKIP = f"""
    WITH rung AS MATERIALIZED (SELECT * FROM leadmodel_rung WHERE due_at <= LEAST(%(stale)s, %(due)s) AND {_IS_KEPT}
        AND (%(since)s IS NULL OR due_at > %(stale)s - (%(now)s - %(since)s)))
    INSERT INTO alerts_escalation (person_id, number, step, act, holder_id, due_at, state, said, attempts, decided_at)
    SELECT rung.person_id, rung.number, rung.step, rung.act, rung.holder_id, rung.due_at, 'stale', %(said)s, 0, %(now)s
    FROM rung {decided("rung")} WHERE done.id IS NULL
    ON CONFLICT (about, step, due_at) DO NOTHING
"""
_STALE_WAITING = f"""
    UPDATE alerts_escalation done
    SET state = CASE WHEN {stands("done")} THEN 'stale' ELSE 'moot' END,
        said = CASE WHEN {stands("done")} THEN %(said)s ELSE %(over)s END, again_at = NULL, decided_at = %(now)s
    WHERE done.state = 'waiting' AND done.due_at <= LEAST(%(stale)s, %(due)s)
"""
"""Of those that waited something is kept: they are few, and looked for among what waits."""
_REOPEN = f"""
    UPDATE alerts_escalation done SET state = 'waiting', said = %(said)s, again_at = %(now)s
    FROM base_effect effect JOIN alerts_assignment line ON line.effect_id = effect.id
    JOIN leadmodel_personrecord its ON its.record_id = line.person_id
    JOIN leadmodel_personrecord record ON record.person_id = its.person_id
    WHERE effect.kind = %(kind)s AND effect.state = 'cancelled' AND effect.created_at > %(stale)s
      AND effect.ended_at <= %(read_at)s
      AND done.person_id = record.record_id AND done.due_at = line.due_at AND line.step = 'step ' || done.step
      AND done.state = 'done' AND done.decided_at <= effect.ended_at
      AND {stands("done")}
"""
"""Decided before its write was cancelled, and still due."""


def find_due(upto: UpTo, *, stopped: Collection[str], limit: int) -> list[DueStep]:
    """Steps that are due and not stale, the longest due first, without acts that are `stopped`.

    Nobody is kept from them.
    """
    return _read(_FIND, upto, limit=limit, stopped=list(stopped))


def take_due(upto: UpTo, persons: Collection[str], *, stopped: Collection[str], limit: int) -> list[DueStep]:
    """The same of these people, locked until the transaction ends; what somebody else holds is left to them.

    Read once more when they are locked: what somebody else decided and committed while they were being locked is not
    seen by the statement that locks them.
    """
    held, read = (
        _read(_TAKE, upto, limit=limit, persons=sorted(persons), stopped=list(stopped)) for _ in range(2)
    )
    locked = {one.key for one in held}
    return [one for one in read if one.key in locked]


def skip_stale(upto: UpTo, *, said: str, over: str) -> int:
    """Say of whatever is stale that it comes too late, or of what waited till then and is no more that it is over.

    How many steps that are.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SKIP, {**asdict(upto), "said": said})
        skipped = int(cursor.rowcount)
        cursor.execute(_STALE_WAITING, {**asdict(upto), "said": said, "over": over})
        return skipped + int(cursor.rowcount)


def reopen_cancelled(upto: UpTo, *, kind: str, said: str) -> int:
    """Let those be decided anew whose write was cancelled, as somebody entered an activity that is read by now."""
    with connection.cursor() as cursor:
        cursor.execute(_REOPEN, {**asdict(upto), "kind": kind, "said": said})
        return int(cursor.rowcount)


def _read(query: str, upto: UpTo, **values: int | list[str]) -> list[DueStep]:
    with connection.cursor() as cursor:
        cursor.execute(query, {**asdict(upto), **values})
        rows = cursor.fetchall()
    return [DueStep._make(row)._replace(clock=ClockKind(row[6])) for row in rows]
