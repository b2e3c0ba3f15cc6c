"""Whom automation should have given up by now (M15), recomputed from cycles and the policies ever.

Not from the stored clocks (`leadmodel_clock`), by which the scan goes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from django.db import connection

from alerts.auditor.differing import MOST_LOOKED_AT, Check, Checked, Difference, Look
from alerts.auditor.due import time_of
from alerts.kept import excepted, has_news
from leadmodel.changes import read_last_of
from leadmodel.lifecycle.facts import Tracked
from leadmodel.lifecycle.policies import Policies, WorkingLimit
from leadmodel.lifecycle.stages import Stage
from leadmodel.may_act import ABANDON
from leadmodel.most_a_day import decisions
from leadmodel.settings_store import policies_ever
from sync.writeback.modes import STOP

AT_ONCE = 1000
_DUE = f"""
    WITH limits AS (
        SELECT * FROM jsonb_to_recordset(%(limits)s::jsonb)
            AS one (since timestamptz, until timestamptz, place int, path text, priority text, target boolean,
                    working bigint, untouched bigint)
    ), due AS (
        SELECT cycle.person_id, cycle.number,
               GREATEST(cycle.first_touch_at + held.working * interval '1 microsecond',
                        cycle.last_touch_at + held.untouched * interval '1 microsecond') AS due_at
        FROM leadmodel_cycle cycle
        JOIN leadmodel_person person ON person.person_id = cycle.person_id AND NOT person.is_deleted
        CROSS JOIN LATERAL (
            SELECT working, untouched FROM limits one
            WHERE (one.since IS NULL OR one.since <= cycle.first_touch_at)
              AND (one.until IS NULL OR one.until > cycle.first_touch_at)
              AND COALESCE(one.path = cycle.path, true)
              AND (one.priority IS NULL OR one.priority IS NOT DISTINCT FROM cycle.priority)
              AND COALESCE(one.target = cycle.is_target_account, true)
            ORDER BY one.place LIMIT 1
        ) held
        WHERE cycle.outcome = 'open' AND cycle.first_touch_at IS NOT NULL
    ), decided AS MATERIALIZED (
        SELECT due.*, EXISTS (
            SELECT FROM leadmodel_personrecord record JOIN base_effect effect ON effect.subject = record.record_id
            WHERE record.person_id = due.person_id AND effect.kind = %(kind)s
              AND (effect.ended_at > %(at)s OR (effect.state <> 'cancelled' AND split_part(effect.key, '/', 3)
                   = to_char(due.due_at AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS')))
        ) AS is_decided
        FROM due WHERE due.due_at <= %(at)s
    )
    SELECT counted.number, missing.person_id, missing.number, missing.due_at
    FROM (SELECT count(*) AS number FROM decided) counted
    LEFT JOIN (
        SELECT * FROM decided
        WHERE NOT is_decided AND NOT {excepted("decided")} AND NOT {has_news("decided")}
        ORDER BY due_at, person_id
    ) missing ON true
"""
"""With how many it looked at, also where none of them is missing."""


def check_abandoned(look: Look) -> Checked:
    """Each was decided about, whatever came of it, unless a day's most were."""
    assert look.at is not None
    is_possible = look.settings.write_back.status_of(Stage.NURTURE, look.settings.stages) is not None
    if STOP in look.stopped or not is_possible:
        return Checked(0, ())
    expected, found = _read(look)
    if decisions(ABANDON, look.settings, now=look.now).left == 0:
        return Checked(expected, ())
    return Checked(expected, list(islice(_differing(look, found), MOST_LOOKED_AT)))


class _Undecided(NamedTuple):
    person_id: str
    number: int
    due_at: datetime


def _differing(look: Look, found: Sequence[_Undecided]) -> Iterator[Difference]:
    """Those whose status does not say that nobody works on them, the longest overdue first."""
    for place in range(0, len(found), AT_ONCE):
        some = found[place : place + AT_ONCE]
        last = read_last_of(None, [one.person_id for one in some], look.settings)
        yield from (
            Difference(
                Check.ABANDONED,
                f"abandoned/{one.person_id}/{one.number}/{one.due_at:%Y%m%dT%H%M%S}",
                one.person_id,
                f"The limit of cycle {one.number} was over on {one.due_at:%Y-%m-%d %H:%M} UTC,"
                " and nothing was decided.",
            )
            for one in some
            if one.person_id in last
            and Tracked.STATUS in last[one.person_id].values
            and not last[one.person_id].is_elsewhere(look.now)
        )


def _read(look: Look) -> tuple[int, list[_Undecided]]:
    """How many are due, and those nothing was decided about."""
    asked: dict[str, str | datetime | None] = {
        "limits": json.dumps(list(_limits(policies_ever()))),
        "kind": ABANDON,
        "at": look.at,
        "now": look.now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE, asked)
        rows = cursor.fetchall()
    return rows[0][0], [_Undecided(*row[1:]) for row in rows if row[1] is not None]


def _limits(policies: Sequence[Policies]) -> Iterator[dict[str, str | int | bool | None]]:
    """From when until when which limit holds of which lead types; the first by its place does."""
    for number, one in enumerate(policies):
        time = time_of(policies, number)
        for place, of in enumerate(one.auto_abandon.types):
            types = {"path": of.path, "priority": of.priority, "target": of.target_account}
            yield {**time, "place": place, **types, **_lasting(of)}
        yield {**time, "place": len(one.auto_abandon.types), **_lasting(one.auto_abandon)}


def _lasting(limit: WorkingLimit) -> dict[str, int]:
    a_microsecond = timedelta(microseconds=1)
    return {
        "working": timedelta(days=limit.working_days) // a_microsecond,
        "untouched": timedelta(days=limit.untouched_days) // a_microsecond,
    }
