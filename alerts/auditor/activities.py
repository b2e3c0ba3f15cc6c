"""Which words about meetings and planned Tasks should have been decided by now (M18), recomputed from the mirror's.

Neither from the stored steps nor from the stored clocks. Only who is there, in Nurture since when, and held by whom, is
taken from the persons and cycles. What follows from missed meetings is not recomputed: it goes by touches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from psycopg2 import sql

from alerts.auditor.differing import Look
from alerts.auditor.due import Step, held_at, stale_by
from leadmodel.directory import read_directory
from leadmodel.filling import Unmarked
from leadmodel.lifecycle.facts import Directory
from leadmodel.lifecycle.policies import Act, Policies
from leadmodel.meetings import read_unmarked
from leadmodel.settings_store import policies_ever

OF_A_MEETING, OF_A_PLAN = "of a meeting", "of a follow-up"
FOLLOW_UP_STEP = 5
"""Its place in whatever is about activities: told with the steps of the ladder."""
_DAY = timedelta(days=1)

_PLANNED = """
    SELECT person.person_id, cycle.number, person.holder_id, person.stage_since, task.id, task.created_at,
           task.activity_date
    FROM sync_task task JOIN leadmodel_personrecord record ON record.record_id = task.who_id
    JOIN leadmodel_person person ON person.person_id = record.person_id
    CROSS JOIN LATERAL (
        SELECT number, latest_kind FROM leadmodel_cycle one
        WHERE one.person_id = person.person_id AND one.ending <> 'merged' ORDER BY one.closed_at DESC LIMIT 1
    ) cycle
    WHERE {when} AND NOT task.is_closed
      AND task.is_deleted IS NOT TRUE AND task.owner_id = person.holder_id
      AND person.stage = 'nurture' AND NOT person.is_deleted AND NOT person.is_customer
      -- who went there with a cycle that was withdrawn owes none
      AND cycle.latest_kind IS NOT NULL
"""
_OF_THOSE_DAYS = "task.activity_date BETWEEN %(first)s AND %(last)s AND task.created_at IS NOT NULL"
_PLANNED_LATE = "task.activity_date < %(first)s AND task.created_at > %(stale)s AND task.created_at <= %(at)s"
"""After its own day: it is due at once."""
_MET = """
    SELECT person.person_id, event.owner_id, event.id, COALESCE(event.ends_at, event.starts_at) AS ended_at,
           COALESCE((SELECT max(number) FROM leadmodel_cycle cycle WHERE cycle.person_id = person.person_id
                     AND cycle.assigned_at <= COALESCE(event.ends_at, event.starts_at)), 0)
    FROM sync_event event JOIN leadmodel_personrecord record ON record.record_id = event.who_id
    JOIN leadmodel_person person ON person.person_id = record.person_id
    WHERE COALESCE(event.ends_at, event.starts_at) > %(since)s
      AND COALESCE(event.ends_at, event.starts_at) <= %(until)s
      AND COALESCE({outcome}::text, '') = '' AND {is_own}
      AND event.is_deleted IS NOT TRUE AND event.created_at IS NOT NULL AND NOT person.is_deleted
"""


class _Planned(NamedTuple):
    person_id: str
    cycle: int
    holder_id: str
    stage_since: datetime
    task_id: str
    created_at: datetime
    day: date


class _Met(NamedTuple):
    person_id: str
    owner_id: str | None
    event_id: str
    ended_at: datetime
    cycle: int


def read_about_activities(look: Look) -> list[Step]:
    """What is to be said of meetings that nobody marked, and of plans whose day has come."""
    policies, users = policies_ever(), read_directory(look.settings)
    return [*_of_plans(look, policies, users), *_of_meetings(look, policies, users)]


def _of_plans(look: Look, policies: Sequence[Policies], users: Directory) -> Iterator[Step]:
    assert look.at is not None
    stale = stale_by(look)
    asked: dict[str, datetime | date] = {
        # wherever in the world the day begins
        "first": (stale - _DAY).date(),
        "last": (look.at + _DAY).date(),
        "stale": stale,
        "at": look.at,
    }
    planned = " UNION ALL ".join(_PLANNED.format(when=when) for when in (_OF_THOSE_DAYS, _PLANNED_LATE))
    for one in map(_Planned._make, _rows(sql.SQL(planned), asked)):
        openings = users.openings_of(one.holder_id)
        zone = openings.zone if openings is not None else ZoneInfo("UTC")
        since = max(one.stage_since, one.created_at)
        begins, is_over = (datetime.combine(day, time.min, zone) for day in (one.day, one.day + _DAY))
        is_owed = users.is_human(one.holder_id) and is_over > one.stage_since
        if is_owed and held_at(policies, since).recycling.remind_of_follow_ups:
            yield Step(
                one.person_id,
                one.cycle,
                one.holder_id,
                FOLLOW_UP_STEP,
                Act.REMIND_REP.value,
                max(since, begins),
                OF_A_PLAN,
                one.task_id,
            )


def _of_meetings(look: Look, policies: Sequence[Policies], users: Directory) -> Iterator[Step]:
    assert look.at is not None
    unmarked = read_unmarked(policies)
    if unmarked is None:
        return
    field = policies[-1].meetings.outcome_field
    promises = [one.meetings for one in policies if one.meetings.outcome_field == field]
    longest = max(one.mark_within + (one.tell_manager_after or timedelta()) for one in promises)
    for one in map(
        _Met._make, _rows(_those_met(unmarked), {"since": stale_by(look) - longest, "until": look.at})
    ):
        promised = held_at(policies, one.ended_at).meetings
        was_asked = promised.outcome_field == field and (
            unmarked.since is None or one.ended_at >= unmarked.since
        )
        if not was_asked or not users.is_human(one.owner_id):
            continue
        steps = [(Act.REMIND_REP, promised.mark_within)]
        if promised.tell_manager_after is not None:
            steps.append((Act.TELL_MANAGER, promised.mark_within + promised.tell_manager_after))
        for place, (act, after) in enumerate(steps, start=1):
            due_at = one.ended_at + after
            yield Step(
                one.person_id, one.cycle, one.owner_id, place, act.value, due_at, OF_A_MEETING, one.event_id
            )


def _those_met(unmarked: Unmarked) -> sql.Composable:
    copy = unmarked.is_copy
    is_own = sql.SQL("lower(event.{}) IS DISTINCT FROM 'true'").format(sql.Identifier(copy)) if copy else None
    return sql.SQL(_MET).format(
        outcome=sql.Identifier("event", unmarked.outcome), is_own=is_own or sql.SQL("true")
    )


def _rows(query: sql.Composable, asked: Mapping[str, datetime | date]) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, asked)
        rows: list[tuple[object, ...]] = cursor.fetchall()
    return rows
