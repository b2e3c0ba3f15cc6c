"""A page's address: read into what is asked for, and written again with something changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict

from base.address import WrongAddress, given, one_of, read_day, read_instant, written_instant
from base.zones import zone_names
from leadmodel.lifecycle.lead_types import Priority, Relation
from leadmodel.lifecycle.stages import Path
from metrics import definitions
from metrics.now import BY_NAME as TILES
from metrics.selection import Selection, last_days, period

PERIODS = {
    "today": ("Today", 1),
    "7": ("Last 7 days", 7),
    "30": ("Last 30 days", 30),
    "90": ("Last 90 days", 90),
}
DEFAULT = "30"
CUSTOM = "custom"
QUEUES = "queue"
"""In an address: the owing spans of all queues together."""
LONGEST_DAYS = 3660
YES = "yes"
PRIORITIES = [priority.value for priority in Priority]
RELATIONS = {relation.value: relation.value.replace("_", " ").capitalize() for relation in Relation}
"""What an address says, and how it is shown."""


@dataclass(frozen=True)
class Asked:
    """What an address of the Team page asks for. Days are `[first, until)` in `zone`."""

    period: str
    first: date
    until: date
    zone: ZoneInfo
    now: datetime
    named_zone: str | None = None
    team: str | None = None
    path: str | None = None
    source: str | None = None
    priority: str | None = None
    relation: str | None = None
    as_of: datetime | None = None
    known_by: datetime | None = None
    figure: str | None = None
    rep: str | None = None
    tile: str | None = None
    left_out: str | None = None
    sort: str | None = None
    after: str | None = None

    def selection(self, reps: frozenset[str] | None) -> Selection:
        """What figures are asked over, for a viewer who may see these reps' rows."""
        start, end = period(self.first, self.until, self.zone)
        return Selection(
            start=start,
            end=end,
            now=self.now,
            as_of=self.as_of,
            known_by=self.known_by,
            path=self.path,
            source=self.source,
            priority=self.priority,
            relation=self.relation,
            team=self.team,
            reps=reps,
        )

    @property
    def through(self) -> date:
        """The last day of the period."""
        return self.until - timedelta(days=1)

    @property
    def local_as_of(self) -> str:
        """The instant as the form's field has it, in `zone`."""
        return self._local(self.as_of)

    @property
    def local_known_by(self) -> str:
        """The instant of what was known as the form's field has it, in `zone`."""
        return self._local(self.known_by)

    def _local(self, at: datetime | None) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%dT%H:%M:%S}" if at is not None else ""

    @property
    def is_past(self) -> bool:
        """Whether the state of another instant, or as it was known by one, is asked for: it is derived anew (M3)."""
        return self.as_of is not None or self.known_by is not None

    @property
    def words(self) -> str:
        """The period in words."""
        if self.period in PERIODS:
            return PERIODS[self.period][0].lower()
        return f"{self.first} through {self.through}"

    def filters(self) -> dict[str, str]:
        """The parameters of the filter form; those that say nothing are left out."""
        found: dict[str, str | None] = {"period": self.period if self.period != DEFAULT else None}
        if self.period == CUSTOM:
            found |= {"from": self.first.isoformat(), "through": self.through.isoformat()}
        found |= {"tz": self.named_zone, "team": self.team, "path": self.path, "source": self.source}
        found |= {"priority": self.priority, "relation": self.relation}
        return {name: value for name, value in found.items() if value} | self.past()

    def past(self) -> dict[str, str]:
        """The parameters that say which past is asked for: those a link to a person takes along."""
        found = {"as_of": written_instant(self.as_of), "known_by": written_instant(self.known_by)}
        return {name: value for name, value in found.items() if value}

    def kept(self) -> dict[str, str]:
        """The other parameters: what is selected and how it is sorted."""
        found = {
            "tile": self.tile,
            "figure": self.figure,
            "left_out": self.left_out,
            "rep": self.rep,
            "sort": self.sort,
        }
        return {name: value for name, value in found.items() if value}

    def left_out_query(self, rep: str | None = None, **filters: str | None) -> str:
        """The parameters of the list of what exceptions left out, of this selection or a part of it."""
        narrowed = {name: value for name, value in filters.items() if value}
        parameters = self.filters() | narrowed | {"left_out": YES} | ({"rep": rep} if rep else {})
        return "?" + urlencode(parameters)

    def query(self, **changes: Any) -> str:
        """This address's parameters with some changed, as `?…`; a new selection begins at its list's start."""
        asked = replace(self, **({"after": None} | changes))
        parameters = asked.filters() | asked.kept()
        if asked.after:
            parameters["after"] = asked.after
        return "?" + urlencode(parameters)


def read_address(parameters: QueryDict, *, zone: ZoneInfo, now: datetime) -> Asked:
    """Read the parameters; `zone` is the organisation's. Raises WrongAddress."""
    named = given(parameters, "tz")
    if named is not None:
        if named not in zone_names():
            raise WrongAddress(f"“{named}” is no time zone: write one like Europe/Berlin.")
        zone = ZoneInfo(named)
    name, first, until = _read_period(parameters, zone, now)
    if given(parameters, "left_out") and (given(parameters, "figure") or given(parameters, "tile")):
        raise WrongAddress("The address names a number and what is left out of it: write one of them.")
    return Asked(
        period=name,
        first=first,
        until=until,
        zone=zone,
        now=now,
        named_zone=named,
        team=given(parameters, "team"),
        path=one_of(parameters, "path", [path.value for path in Path], "path"),
        source=given(parameters, "source"),
        priority=one_of(parameters, "priority", PRIORITIES, "priority"),
        relation=one_of(parameters, "relation", RELATIONS, "relation"),
        as_of=read_instant(parameters, "as_of", zone=zone, now=now),
        known_by=read_instant(parameters, "known_by", zone=zone, now=now),
        figure=one_of(parameters, "figure", list(definitions.BY_NAME), "figure"),
        rep=given(parameters, "rep"),
        tile=one_of(parameters, "tile", list(TILES), "tile of the Now strip"),
        left_out=one_of(parameters, "left_out", [YES], "answer to whether those left out are listed"),
        sort=_read_sort(parameters),
        after=given(parameters, "after"),
    )


def _read_sort(parameters: QueryDict) -> str | None:
    value = given(parameters, "sort")
    if value is not None and value.removeprefix("-") not in {"name", *definitions.BY_NAME}:
        raise WrongAddress(f"“{value[:60]}” is no column to sort by: choose a figure of the table.")
    return value


def _read_period(parameters: QueryDict, zone: ZoneInfo, now: datetime) -> tuple[str, date, date]:
    has_days = bool(given(parameters, "from") or given(parameters, "through"))
    name = one_of(parameters, "period", [*PERIODS, CUSTOM], "period") or (CUSTOM if has_days else DEFAULT)
    if name != CUSTOM or not has_days:
        # days of one's own begin as the usual ones, to be changed
        return name, *last_days(PERIODS.get(name, PERIODS[DEFAULT])[1], now, zone)
    first, through = read_day(parameters, "from"), read_day(parameters, "through")
    if through < first:
        raise WrongAddress(
            f"The period ends ({through}) before it begins ({first}): turn the two days round."
        )
    if (through - first).days > LONGEST_DAYS:
        raise WrongAddress(f"The period from {first} through {through} is longer than ten years: shorten it.")
    return name, first, through + timedelta(days=1)
