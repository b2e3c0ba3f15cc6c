"""Which steps of promises in business hours should have been decided by now (M17), by looking at each minute.

Minute by minute of the last weeks it is asked of the wall clock whether somebody was at work; what is owed is counted
off against that. It is slow beside the arithmetic that clocks go by, and has nothing to do with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from alerts.auditor.differing import Look
from alerts.auditor.due import Step, held_at, stale_by
from base.zones import zone_called
from leadmodel.directory import read_directory
from leadmodel.lifecycle.business_time import Stretch
from leadmodel.lifecycle.calendars import Calendar
from leadmodel.lifecycle.policies import Act, LadderStep, Policies, Promise, Response
from leadmodel.models import Absence
from leadmodel.settings_store import policies_ever
from sync.models import User

Open = tuple[datetime, datetime]
"""A time in which somebody works, `[from, to)`."""
_A_MINUTE = timedelta(minutes=1)
_WEEK_IN_ITS_HOURS = 6
"""So many times as long as in hours of business a promise may last by the calendar, with nights and weekends."""
_AWAY = timedelta(days=14)
"""And so much longer, for who was away. Of who waits for longer still nothing is expected."""
_WAITING = """
    SELECT cycle.person_id, cycle.number, cycle.priority, held.holder_id, held.rep IS NOT NULL,
           COALESCE(held.rep, cycle.first_rep),
           CASE WHEN held.rep IS NULL THEN cycle.assigned_at ELSE held.started_at END
    FROM leadmodel_cycle cycle
    JOIN leadmodel_person person ON person.person_id = cycle.person_id AND NOT person.is_deleted
    CROSS JOIN LATERAL (
        SELECT span.holder_id, span.rep, span.started_at FROM leadmodel_span span
        WHERE span.person_id = cycle.person_id AND span.number = cycle.number ORDER BY span.ordinal DESC LIMIT 1
    ) held
    WHERE cycle.outcome = 'open' AND cycle.first_touch_at IS NULL AND cycle.path = 'inbound'
      AND CASE WHEN held.rep IS NULL THEN cycle.assigned_at ELSE held.started_at END > %(since)s
"""


class _Wait(NamedTuple):
    """Somebody who waits for an answer. `owed_by`: whose hours count; None: everybody's."""

    person_id: str
    number: int
    priority: str | None
    holder_id: str | None
    is_reps: bool
    owed_by: str | None
    since: datetime


def read_business(look: Look) -> list[Step]:
    """The steps that are due about those who wait by a promise in business hours."""
    assert look.at is not None
    policies = policies_ever()
    longest = max(
        (_longest(one.response) for one in policies if one.response.hours == "business"), default=None
    )
    if longest is None:
        return []
    begun = stale_by(look) - _WEEK_IN_ITS_HOURS * longest - _AWAY
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"since": begun})
        waits = [wait for wait in map(_Wait._make, cursor.fetchall()) if _is_business(policies, wait.since)]
    if not waits:
        return []
    hours = _read_hours({wait.owed_by for wait in waits}, look, since=min(wait.since for wait in waits))
    return [
        step
        for wait in waits
        for step in _steps(wait, held_at(policies, wait.since).response, hours[wait.owed_by])
    ]


def _is_business(policies: Sequence[Policies], since: datetime) -> bool:
    return held_at(policies, since).response.hours == "business"


def _longest(told: Response) -> timedelta:
    after = [timedelta(0), *(timedelta(minutes=step.minutes) for step in told.ladder)]
    return timedelta(minutes=told.maximum_minutes) + max(after)


def _steps(wait: _Wait, told: Response, hours: Sequence[Open]) -> Iterator[Step]:
    """What is due about a wait, as far as these hours tell when."""
    for place, step in enumerate(told.ladder, start=1):
        if step.do is Act.REMIND_REP and not wait.is_reps:
            continue
        due_at = _due(step, told, wait, hours)
        if due_at is not None:
            yield Step(wait.person_id, wait.number, wait.holder_id, place, step.do.value, due_at, "")


def _due(step: LadderStep, told: Response, wait: _Wait, hours: Sequence[Open]) -> datetime | None:
    """So long after what is owed is used up, or once it is up to so much; one before the wait comes at once."""
    owed, offset = timedelta(minutes=told.maximum_minutes), timedelta(minutes=step.minutes)
    if step.of is Promise.TARGET:
        minutes = {str(one): minutes for one, minutes in told.priorities.items()}
        owed = timedelta(minutes=minutes.get(wait.priority or "", told.target_minutes))
    if step.minutes >= 0:
        over_at = worked(owed, wait.since, hours, and_on=True)
        return None if over_at is None else over_at + offset
    if owed + offset <= timedelta(0):
        return wait.since
    return worked(owed + offset, wait.since, hours, and_on=False)


def worked(owed: timedelta, since: datetime, hours: Sequence[Open], *, and_on: bool) -> datetime | None:
    """When so much was worked since then; `and_on`: the last such moment, when work goes on after it. None: not yet."""
    for opens, closes in hours:
        start = max(opens, since)
        worked = closes - start
        if worked <= timedelta(0):
            continue
        if owed < worked or (owed == worked and not and_on):
            return start + owed
        owed -= worked
    return None


def _read_hours(
    reps: Collection[str | None], look: Look, *, since: datetime
) -> dict[str | None, Sequence[Open]]:
    """When each of these worked since then: by their team's calendar, in their zone, less what they were away."""
    settings = look.settings
    teams = read_directory(settings).teams
    zones = dict(User.objects.filter(pk__in=[rep for rep in reps if rep]).values_list("pk", "time_zone"))
    away: dict[str, list[Open]] = defaultdict(list)
    for absence in Absence.objects.filter(user_id__in=zones, ends_at__gt=since):
        away[absence.user_id].append((absence.starts_at, absence.ends_at))
    known: dict[tuple[int, str], list[Open]] = {}
    found: dict[str | None, Sequence[Open]] = {}
    for rep in reps:
        of = teams.get(rep or "", ())
        calendar = settings.business_time.of(of[-1][1] if of else None)
        zone = zones.get(rep or "") or settings.organisation.time_zone
        key = id(calendar), zone
        if key not in known:
            known[key] = opened(calendar, zone_called(zone), since, look.now)
        found[rep] = list(without(known[key], away[rep or ""]))
    return found


def opened(calendar: Calendar, zone: ZoneInfo, since: datetime, until: datetime) -> list[Open]:
    """When somebody works by this calendar, minute by minute of the wall clock."""
    days: dict[date, Sequence[Stretch]] = {}
    found: list[Open] = []
    at = since.astimezone(UTC).replace(second=0, microsecond=0)
    while at <= until:
        local = at.astimezone(zone)
        day = local.date()
        if day not in days:
            days[day] = () if calendar.is_closed(day) else calendar.week.get(day.weekday(), ())
        second = 60 * (60 * local.hour + local.minute)
        if any(opens <= second < closes for opens, closes in days[day]):
            if found and found[-1][1] == at:
                found[-1] = found[-1][0], at + _A_MINUTE
            else:
                found.append((at, at + _A_MINUTE))
        at += _A_MINUTE
    return found


def without(hours: Sequence[Open], away: Sequence[Open]) -> Iterator[Open]:
    """What is left of these hours of somebody who was away."""
    for opens, closes in hours:
        left = [(opens, closes)]
        for gone, back in away:
            left = [
                part
                for start, end in left
                for part in ((start, min(end, gone)), (max(start, back), end))
                if part[0] < part[1]
            ]
        yield from left
