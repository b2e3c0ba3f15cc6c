"""On which mornings Mona is due a mail: by her own clock, on her working days, each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.mails.days import MOST_DAYS_BACK, Recipient, due, may_be_due, why_none
from leadmodel.lifecycle.calendars import Calendar, Holidays

MONA = Recipient(7, "mona@desk.example", True, ZoneInfo("Europe/Berlin"), time(7, 30))
MONDAY = date(2025, 3, 3)


def at(day: date, hours: int, minutes: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hours, minutes, tzinfo=UTC)


def due_day(recipient: Recipient, now: datetime) -> date | None:
    today = due(recipient, now).today
    assert may_be_due(recipient, now) or today is None
    return today.day if today else None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(MONDAY, 6, 29), None),
        (at(MONDAY, 6, 30), MONDAY),
        (at(MONDAY, 22, 59), MONDAY),
        (at(MONDAY, 23, 0), None),  # Tuesday begins in Berlin
        (at(MONDAY + timedelta(days=5), 12), None),  # Saturday
    ],
)
def test_from_half_past_seven_by_her_own_clock(now: datetime, expected: date | None) -> None:
    assert due_day(MONA, now) == expected


def test_once_a_day() -> None:
    now = at(MONDAY, 7)
    assert due_day(replace(MONA, latest=MONDAY), now) is None
    assert due_day(replace(MONA, latest=MONDAY - timedelta(days=3)), now) == MONDAY


def test_not_on_holidays_closed_days_or_absences() -> None:
    labour_day, now = date(2025, 5, 1), at(date(2025, 5, 1), 9)
    assert due_day(MONA, now) == labour_day
    assert due_day(replace(MONA, calendar=Calendar(holidays=Holidays(country="DE"))), now) is None
    assert due_day(replace(MONA, calendar=Calendar(closed=(labour_day,))), now) is None
    away = ((at(labour_day, 0), at(labour_day, 12)),)
    assert due_day(replace(MONA, absences=away), now) is None
    assert due_day(replace(MONA, absences=away), at(date(2025, 5, 2), 9)) == date(2025, 5, 2)


def test_who_works_on_sundays_gets_it_on_sundays() -> None:
    sunday = MONDAY - timedelta(days=1)
    shop = replace(MONA, calendar=Calendar.model_validate({"hours": {"sunday": ["10:00-16:00"]}}))
    assert due_day(shop, at(sunday, 9)) == sunday
    assert due_day(shop, at(MONDAY, 9)) is None


@pytest.mark.parametrize(("day", "hour"), [(date(2025, 3, 30), 1), (date(2025, 10, 26), 0)])
def test_on_the_nights_clocks_change_it_comes_once(day: date, hour: int) -> None:
    """At 02:30, which in March never comes and in October comes twice."""
    owl = replace(
        MONA, at=time(2, 30), calendar=Calendar.model_validate({"hours": {"sunday": ["00:00-24:00"]}})
    )
    morning = due(owl, at(day, 12)).today
    assert morning is not None
    assert morning.due_at == at(day, hour, 30)
    assert due_day(replace(owl, latest=day), at(day, 12)) is None
    length = timedelta(hours=23 if day.month == 3 else 25)
    assert morning.ends_at - datetime.combine(day, time.min, owl.zone).astimezone(UTC) == length


def test_after_a_week_in_which_nothing_ran_each_missed_morning_is_told_of() -> None:
    told = due(replace(MONA, latest=MONDAY - timedelta(days=6)), at(MONDAY, 5))
    assert told.today is None
    assert [morning.day.day for morning in told.missed] == [26, 27, 28]
    long_ago = due(replace(MONA, latest=MONDAY - timedelta(days=90)), at(MONDAY, 9))
    assert [morning.day.day for morning in long_ago.missed] == [24, 25, 26, 27, 28]
    assert MOST_DAYS_BACK == 7
    assert due(MONA, at(MONDAY, 9)).missed == ()  # who never got one missed none


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, ""),
        ({"wants_it": False}, "switched off"),
        ({"address": ""}, "an address"),
        ({"address": "mona@desk.example.invalid"}, "ends with .invalid"),
    ],
)
def test_why_none_is_sent(change: dict[str, Any], why: str) -> None:
    recipient = replace(MONA, **change)
    told = why_none(recipient, ends_at=at(MONDAY, 23), now=at(MONDAY, 9))
    assert bool(told) == bool(why)
    assert why in told
    assert "its day was over" in why_none(recipient, ends_at=at(MONDAY, 23), now=at(MONDAY, 23))
