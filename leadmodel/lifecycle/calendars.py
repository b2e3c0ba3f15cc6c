"""Calendars as the settings write them: hours of the week, holidays, closed days (M17)."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Annotated

import holidays
from pydantic import AfterValidator, Field, model_validator

from leadmodel.lifecycle.business_time import Stretch
from leadmodel.lifecycle.section import Section

_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


class Weekday(StrEnum):
    """The days of a week, Monday first."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


def _stretch(hours: str) -> Stretch:
    found = _HOURS.fullmatch(hours)
    if found is None:
        raise ValueError(f"“{hours}” is no stretch of a day; write one like 09:00-17:30")
    opens, closes = (60 * (60 * int(found[n]) + int(found[n + 1])) for n in (1, 3))
    if not opens < closes <= 24 * 3600:
        raise ValueError(f"“{hours}” ends before it begins, or after 24:00; cut it at midnight")
    return opens, closes


def _apart(hours: tuple[str, ...]) -> tuple[str, ...]:
    stretches = sorted(map(_stretch, hours))
    for before, after in pairwise(stretches):
        if after[0] < before[1]:
            raise ValueError(f"{', '.join(hours)}: two stretches overlap; write each hour once")
    return hours


Hours = Annotated[tuple[str, ...], AfterValidator(_apart)]
"""The stretches of a day, such as 09:00-12:00 and 13:00-17:00."""


class Holidays(Section):
    """Whose public holidays are kept: a country's ISO code, and a part of it."""

    country: str
    subdivision: str | None = None

    @model_validator(mode="after")
    def _known(self) -> Holidays:
        parts = holidays.list_supported_countries(include_aliases=False)
        if self.country not in parts:
            raise ValueError(f"holidays of “{self.country}” are not known; write a code like DE, US or GB")
        if self.subdivision is not None and self.subdivision not in parts[self.country]:
            known = ", ".join(parts[self.country]) or "none"
            raise ValueError(f"“{self.subdivision}” is no part of {self.country} we know; known are: {known}")
        return self

    @cached_property
    def _days(self) -> holidays.HolidayBase:
        return holidays.country_holidays(self.country, subdiv=self.subdivision)

    def has(self, day: date) -> bool:
        """Whether a day is one of them."""
        return day in self._days


def office_hours() -> dict[Weekday, Hours]:
    """Monday to Friday, nine to five."""
    return dict.fromkeys(list(Weekday)[:5], ("09:00-17:00",))


class Calendar(Section):
    """When a team works, in each rep's own time zone."""

    hours: dict[Weekday, Hours] = Field(default_factory=office_hours)
    holidays: Holidays | None = None
    closed: tuple[date, ...] = ()

    @cached_property
    def week(self) -> dict[int, tuple[Stretch, ...]]:
        """The weekdays' stretches as `business_time.Openings` takes them."""
        days = list(Weekday)
        return {days.index(day): tuple(sorted(map(_stretch, hours))) for day, hours in self.hours.items()}

    def is_closed(self, day: date) -> bool:
        """Whether nobody works on this day, whatever weekday it is."""
        return day in self.closed or (self.holidays is not None and self.holidays.has(day))


class Calendars(Section):
    """Everybody's calendar, and those of teams that work otherwise."""

    everybody: Calendar = Calendar()
    teams: dict[str, Calendar] = Field(default_factory=dict)

    def of(self, team: str | None) -> Calendar:
        """The calendar of a team's reps."""
        return self.teams.get(team or "", self.everybody)
