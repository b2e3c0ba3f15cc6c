"""Outbound pulls, per rep and day of the rep's own calendar (R112 to R115): every number is about a set of such days.

A pull is a cycle that a member of an outbound team took up themselves; it is theirs (`pulled_by`), whoever holds the
person. Its day is the rep's own, by the wall clock of their time zone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from base.zones import zone_called
from leadmodel.directory import read_directory
from leadmodel.lifecycle.business_time import Openings
from leadmodel.lifecycle.calendars import Calendar
from leadmodel.lifecycle.facts import Users
from leadmodel.lifecycle.pulls import Place
from leadmodel.lifecycle.settings import ModelSettings
from metrics.compile import rows_sql
from metrics.definitions import STAYED
from metrics.query import State, derived
from metrics.selection import Selection, Whose, period
from metrics.spec import Condition, Figure, Kind, Unit

A_DAY = timedelta(days=1)
_AROUND = timedelta(hours=26)
"""So far a day of one zone can lie from the same day of another."""
_LONGEST_REST = 14
"""So many days back the last day of work is looked for."""
_LOCAL_DAY = "(assigned_at AT TIME ZONE (%(zones)s::jsonb ->> pulled_by))::date"
_PULLED = Condition("pulled_by IS NOT NULL", "nobody of an outbound team took the person up", "M5")
_ON_THESE = Condition(
    f"(pulled_by, {_LOCAL_DAY}) IN (SELECT * FROM unnest(%(pull_reps)s::text[], %(pull_days)s::date[]))"
)
QUALIFIED = Condition("outcome = 'qualified'")
_EXCEPTIONS = "people under an exception"
PULLS = Figure(
    "pulls", "Pulls", Kind.COUNT, Unit.COUNT,
    "people whom a member of an outbound team took up: by a first touch, or by assigning them to themselves",
    f"what others assigned, {_EXCEPTIONS}",
    counted=(_PULLED, _ON_THESE), among=(_PULLED, _ON_THESE),
)  # fmt: skip
PULLS_QUALIFIED = Figure(
    "pulls", "Pulls that were qualified", Kind.SHARE, Unit.SHARE,
    "pulls that became qualified by now / pulls",
    f"withdrawn, {_EXCEPTIONS}",
    counted=(QUALIFIED,), among=(_PULLED, _ON_THESE, STAYED),
)  # fmt: skip
PULLS_LEFT_OUT = replace(
    PULLS, label="Pulls left out", counts="pulls of people under an exception at the instant",
    leaves_out="everybody else", of_left_out=True,
)  # fmt: skip


class Day(StrEnum):
    """What a day is to a rep."""

    WORKED = "worked"
    """A whole day of work, over by now: the only kind that is held against the band."""
    OFF = "off"
    """No business time in it: a weekend, a holiday, an absence."""
    RUNNING = "running"
    """Not over yet, or to come."""
    ELSEWHERE = "elsewhere"
    """The rep was in no outbound team, or not there yet, or no longer."""


@dataclass(frozen=True)
class Puller:
    """A rep who pulls. `until`: the last day they were there, None: they still are; `since`: the first."""

    rep: str
    name: str
    team: str
    zone: ZoneInfo
    openings: Openings | None
    calendar: Calendar
    since: date | None
    until: date | None


@dataclass(frozen=True)
class Tally:
    """A day's pulls: all, those in rates (not withdrawn), and of these the qualified and the open."""

    pulls: int = 0
    rated: int = 0
    qualified: int = 0
    open: int = 0


NONE = Tally()


@dataclass(frozen=True)
class RepDay:
    """A rep's day. `place`: against the band, None where the day is not held against it."""

    rep: str
    day: date
    kind: Day
    tally: Tally
    place: Place | None


@dataclass(frozen=True)
class Pulled:
    """The days of a period of all who pull, by name and date; and what the SQL of their lists asks for."""

    pullers: list[Puller]
    days: dict[str, list[RepDay]]
    zones: str
    left_out: int

    def every_day(self) -> Iterator[RepDay]:
        """All days of all reps."""
        for days in self.days.values():
            yield from days

    def values_of(self, days: Iterable[RepDay]) -> dict[str, object]:
        """What `PULLS` and its like ask for besides a selection: the list then is of these days."""
        return _values(self.zones, [(day.rep, day.day) for day in days])


def around(
    first: date,
    until: date,
    zone: ZoneInfo,
    *,
    now: datetime,
    as_of: datetime | None,
    known_by: datetime | None,
    reps: frozenset[str] | None,
) -> Selection:
    """A selection that holds the days `[first, until)` of every zone, of cycles by who pulled them."""
    start, end = period(first, until, zone)
    return Selection(
        start=start.astimezone(UTC) - _AROUND,
        end=end.astimezone(UTC) + _AROUND,
        now=now,
        as_of=as_of,
        known_by=known_by,
        reps=reps,
        whose=Whose.PULLED_BY,
    )


def read_pulled(
    selection: Selection,
    first: date,
    until: date,
    *,
    settings: ModelSettings,
    state: State,
    team: str | None = None,
) -> Pulled:
    """Every day `[first, until)` of those who pull, by a selection that is `around` them; `team` narrows the reps."""
    found = read_directory(settings, known_by=selection.known_by)
    pulled_by = _pulled_by(selection, state)
    pullers = [
        puller
        for puller in _read_pullers(selection, settings, found, state, pulled_by)
        if team is None or puller.team == team
    ]
    zones = json.dumps({puller.rep: puller.zone.key for puller in pullers})
    tallies = _tally(selection, state, zones)
    pullers = _as_they_left(pullers, tallies)
    whole = [first + A_DAY * number for number in range((until - first).days)]
    days = {
        puller.rep: [
            _rep_day(puller, day, tallies.get((puller.rep, day), NONE), selection, settings, found)
            for day in whole
        ]
        for puller in pullers
    }
    # who neither pulled nor could have in these days has no line
    days = {rep: own for rep, own in days.items() if any(day.kind is not Day.ELSEWHERE for day in own)}
    pullers = [puller for puller in pullers if puller.rep in days]
    left_out = _count_left_out(selection, state, zones, [(rep, day) for rep in days for day in whole])
    return Pulled(pullers, days, zones, left_out)


def _pulled_by(selection: Selection, state: State) -> set[str]:
    """Who pulled anybody in the selection, whom exceptions leave out included."""
    found = set()
    for excluded in (False, True):
        rows = rows_sql(selection, by=None, prefix=state.prefix, excluded=excluded)
        state.cursor.execute(
            f"SELECT DISTINCT pulled_by FROM ({rows}) found WHERE pulled_by IS NOT NULL", state.values
        )
        found |= {row[0] for row in state.cursor.fetchall()}
    return found


def _read_pullers(
    selection: Selection, settings: ModelSettings, found: Users, state: State, pulled_by: Collection[str]
) -> list[Puller]:
    """Those who pulled, and the members of outbound teams who are there, by name."""
    outbound = set(settings.paths.outbound_teams)
    members = {
        user_id
        for user_id, teams in found.teams.items()
        if user_id in found.humans and any(name in outbound for _, name in teams)
    }
    reps = members | set(pulled_by)
    if selection.reps is not None:
        reps &= selection.reps
    state.cursor.execute(
        "SELECT id, COALESCE(name, username, id), is_active, created_at, COALESCE(time_zone, '') FROM sync_user"
        " WHERE id = ANY(%s) ORDER BY 2, 1",
        [sorted(reps)],
    )
    pullers = []
    for rep, name, is_active, created_at, zone_name in state.cursor.fetchall():
        zone = zone_called(zone_name or settings.organisation.time_zone)
        team = found.team_of(rep, selection.instant) or ""
        pullers.append(
            Puller(
                rep, name, team, zone, found.openings_of(rep), settings.business_time.of(team),
                since=created_at.astimezone(zone).date() if created_at is not None else None,
                # Salesforce does not tell when somebody left: after their last pull they are taken for gone
                until=None if is_active else date.min,
            )
        )  # fmt: skip
    return pullers


def _as_they_left(pullers: list[Puller], tallies: Mapping[tuple[str, date], Tally]) -> list[Puller]:
    """The same; who is there no longer, up to their last pull."""
    last: dict[str, date] = {}
    for rep, day in tallies:
        last[rep] = max(day, last.get(rep, day))
    return [
        puller if puller.until is None else replace(puller, until=last.get(puller.rep, date.min))
        for puller in pullers
    ]


def _tally(selection: Selection, state: State, zones: str) -> dict[tuple[str, date], Tally]:
    """Rep and their day → its pulls, in one statement."""
    rows = rows_sql(selection, by=None, prefix=state.prefix)
    state.cursor.execute(
        f"SELECT pulled_by, {_LOCAL_DAY}, count(*), count(*) FILTER (WHERE {STAYED.sql}),"
        f" count(*) FILTER (WHERE {QUALIFIED.sql}), count(*) FILTER (WHERE outcome = 'open')"
        f" FROM ({rows}) found WHERE {_PULLED.sql} AND jsonb_exists(%(zones)s::jsonb, pulled_by) GROUP BY 1, 2",
        state.values | {"zones": zones},
    )
    return {(rep, day): Tally(*counts) for rep, day, *counts in state.cursor.fetchall()}


def _count_left_out(selection: Selection, state: State, zones: str, days: Sequence[tuple[str, date]]) -> int:
    rows = rows_sql(selection, by=None, prefix=state.prefix, excluded=True)
    state.cursor.execute(
        f"SELECT count(*) FROM ({rows}) found WHERE {PULLS.population}", state.values | _values(zones, days)
    )
    ((number,),) = state.cursor.fetchall()
    return int(number)


def _values(zones: str, days: Sequence[tuple[str, date]]) -> dict[str, object]:
    return {"zones": zones, "pull_reps": [rep for rep, _ in days], "pull_days": [day for _, day in days]}


def _rep_day(
    puller: Puller, day: date, tally: Tally, selection: Selection, settings: ModelSettings, found: Users
) -> RepDay:
    kind = _kind(puller, day, selection.instant, settings, found, has_pulled=tally.pulls > 0)
    place = settings.pulls.place(tally.pulls) if kind is Day.WORKED else None
    return RepDay(puller.rep, day, kind, tally, place)


def _kind(
    puller: Puller, day: date, instant: datetime, settings: ModelSettings, found: Users, *, has_pulled: bool
) -> Day:
    """What a day is to a rep at an instant; who pulled on it was there."""
    start, end = (datetime.combine(at, time.min, puller.zone) for at in (day, day + A_DAY))
    if not has_pulled:
        if (puller.since is not None and day < puller.since) or (
            puller.until is not None and day > puller.until
        ):
            return Day.ELSEWHERE
        # asked at its end: whoever changes teams in the course of a day begins it as the new one
        if found.team_of(puller.rep, end) not in settings.paths.outbound_teams:
            return Day.ELSEWHERE
    if end > instant:
        return Day.RUNNING
    if puller.openings is not None and not puller.openings.seconds(start, end):
        return Day.OFF
    return Day.WORKED


@dataclass(frozen=True)
class Outside:
    """A rep whose pulls of the last day of work lay outside the band (R114)."""

    rep: str
    name: str
    day: date
    pulls: int
    place: Place


def outside_the_band(settings: ModelSettings, reps: frozenset[str] | None, *, at: datetime) -> list[Outside]:
    """Who of these reps pulled too few or too many on the last day their calendar opened, as of and as known by `at`.

    Whoever was away on that day is not told of, however long ago they last worked.
    """
    if not settings.paths.outbound_teams:
        return []
    today = at.astimezone(UTC).date()
    # somewhere it may still be yesterday
    calendars = [settings.business_time.of(team) for team in settings.paths.outbound_teams]
    lasts = [_last_open_day(calendar, today - A_DAY) for calendar in calendars]
    first, until = min((day for day in lasts if day is not None), default=today), today + A_DAY
    zone = settings.organisation.zone
    selection = around(first, until, zone, now=at, as_of=at, known_by=at, reps=reps)
    with derived(selection) as state:
        pulled = read_pulled(selection, first, until, settings=settings, state=state)
    told = []
    for puller in pulled.pullers:
        day = _last_open_day(puller.calendar, at.astimezone(puller.zone).date())
        own = next((one for one in pulled.days[puller.rep] if one.day == day), None)
        if own is not None and own.place in (Place.UNDER, Place.OVER):
            told.append(Outside(puller.rep, puller.name, own.day, own.tally.pulls, own.place))
    return told


def _last_open_day(calendar: Calendar, today: date) -> date | None:
    """The last day before `today` on which a calendar opens; None where it did not for long."""
    days = (today - A_DAY * number for number in range(1, _LONGEST_REST + 1))
    return next(
        (day for day in days if calendar.week.get(day.weekday()) and not calendar.is_closed(day)), None
    )
