"""M17: business hours beside those of the calendar, over nights, weekends, clock changes, holidays and absences."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadmodel.lifecycle.business_time import Openings
from leadmodel.lifecycle.calendars import Calendar, Calendars, Holidays, Weekday

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
OFFICE = Calendar()
HOUR = 3600
HOURS, DAY = timedelta(hours=1), timedelta(days=1)


def open_in(zone: ZoneInfo, calendar: Calendar = OFFICE, **more: object) -> Openings:
    return Openings(calendar.week, zone, is_closed=calendar.is_closed, **more)  # type: ignore[arg-type]


def test_m17_friday_afternoon_to_monday_morning() -> None:
    start = datetime(2026, 3, 6, 15, 5, tzinfo=NEW_YORK)
    end = datetime(2026, 3, 9, 9, 4, tzinfo=NEW_YORK)

    assert open_in(NEW_YORK).seconds(start, end) == HOUR + 59 * 60


def test_r080_the_calendar_counts_every_hour() -> None:
    start, end = datetime(2026, 3, 13, 15, 5, tzinfo=BERLIN), datetime(2026, 3, 16, 9, 4, tzinfo=BERLIN)

    assert (end - start, open_in(BERLIN).seconds(start, end)) == (
        timedelta(hours=65, minutes=59),
        HOUR + 59 * 60,
    )


def test_r081_it_is_open_from_the_first_second_to_before_the_last() -> None:
    openings, friday = open_in(BERLIN), datetime(2026, 3, 6, tzinfo=BERLIN)
    second = timedelta(seconds=1)

    told = [
        openings.is_open(friday + at)
        for at in (9 * HOURS - second, 9 * HOURS, 17 * HOURS - second, 17 * HOURS, DAY + 10 * HOURS)
    ]

    assert told == [False, True, True, False, False]


def test_nothing_passes_before_it_began() -> None:
    at = datetime(2026, 3, 9, 10, tzinfo=UTC)

    assert open_in(BERLIN).seconds(at, at) == open_in(BERLIN).seconds(at, at - timedelta(days=9)) == 0


def test_several_stretches_a_day_leave_lunch_out() -> None:
    calendar = Calendar(hours={Weekday.MONDAY: ("13:00-17:00", "09:00-12:00")})
    day = datetime(2026, 3, 9, tzinfo=BERLIN)

    assert open_in(BERLIN, calendar).seconds(day, day + timedelta(days=7)) == 7 * HOUR


@pytest.mark.parametrize(
    ("day", "hours"),
    [(29, 23), (28, 24)],  # on the 29th the clock jumps from 2 to 3
)
def test_a_night_that_is_an_hour_short(day: int, hours: int) -> None:
    whole = Calendar(hours=dict.fromkeys(Weekday, ("00:00-24:00",)))
    start = datetime(2026, 3, day, tzinfo=BERLIN)

    assert open_in(BERLIN, whole).seconds(start, start + timedelta(days=1)) == hours * HOUR


def test_an_hour_that_comes_twice_counts_twice() -> None:
    night = Calendar(hours={Weekday.SUNDAY: ("02:00-03:00",)})
    start = datetime(2026, 10, 25, tzinfo=BERLIN)

    assert open_in(BERLIN, night).seconds(start, start + timedelta(days=1)) == 2 * HOUR


def test_public_holidays_and_closed_days() -> None:
    calendar = Calendar(holidays=Holidays(country="DE", subdivision="BE"), closed=(date(2026, 3, 10),))
    monday = datetime(2026, 3, 9, tzinfo=BERLIN)
    # Sunday the 8th of March is Berlin's holiday; Good Friday is everybody's
    good_friday = datetime(2026, 4, 3, tzinfo=BERLIN)

    assert open_in(BERLIN, calendar).seconds(monday, monday + timedelta(days=2)) == 8 * HOUR
    assert open_in(BERLIN, calendar).seconds(good_friday, good_friday + timedelta(days=1)) == 0
    assert open_in(BERLIN).seconds(good_friday, good_friday + timedelta(days=1)) == 8 * HOUR


def test_absence_takes_hours_out() -> None:
    monday = datetime(2026, 3, 9, tzinfo=BERLIN)
    away = [(monday + timedelta(hours=12), monday + timedelta(days=1, hours=10))]

    assert open_in(BERLIN, absences=away).seconds(monday, monday + timedelta(days=2)) == (3 + 7) * HOUR
    assert open_in(BERLIN, absences=away * 2).seconds(monday, monday + timedelta(days=2)) == 10 * HOUR


def test_a_team_may_work_at_hours_of_its_own() -> None:
    nights = Calendar(hours={Weekday.SATURDAY: ("20:00-24:00",)})
    calendars = Calendars(teams={"Nights": nights})

    assert (calendars.of("Nights"), calendars.of("West"), calendars.of(None)) == (nights, OFFICE, OFFICE)


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ({"hours": {"monday": ["9-17"]}}, "write one like 09:00-17:30"),
        ({"hours": {"monday": ["17:00-09:00"]}}, "ends before it begins"),
        ({"hours": {"monday": ["22:00-24:30"]}}, "after 24:00"),
        ({"hours": {"monday": ["09:00-12:00", "11:00-17:00"]}}, "two stretches overlap"),
        ({"holidays": {"country": "Atlantis"}}, "write a code like"),
        ({"holidays": {"country": "DE", "subdivision": "XX"}}, "no part of DE"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(section: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Calendar.model_validate(section)


# -- against counting the minutes -----------------------------------------------------------------

# clock changes at night, at midnight, by half an hour, and none
ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
)
CHANGED = ((3, 8), (3, 29), (4, 5), (4, 24), (10, 4), (10, 25), (10, 30), (11, 1), (12, 31))
CHANGES = [datetime(2026, month, day, tzinfo=UTC) for month, day in CHANGED]
MINUTE = timedelta(minutes=1)


@st.composite
def weeks(draw: st.DrawFn) -> dict[int, list[tuple[int, int]]]:
    week = {}
    for day in range(7):
        edges = sorted(draw(st.lists(st.integers(0, 48), max_size=4, unique=True)))
        week[day] = [(1800 * a, 1800 * b) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    return week


@given(weeks(), ZONES, st.sampled_from(CHANGES), st.integers(-2000, 2000), st.integers(0, 3000), st.data())
@settings(max_examples=150, deadline=None)
def test_it_is_what_counting_minutes_gives(
    week: dict[int, list[tuple[int, int]]],
    name: str,
    near: datetime,
    offset: int,
    length: int,
    data: st.DataObject,
) -> None:
    zone = ZoneInfo(name)
    start = near + offset * MINUTE
    end = start + length * MINUTE
    away = [
        (near + a * MINUTE, near + (a + b) * MINUTE)
        for a, b in data.draw(st.lists(st.tuples(st.integers(-1500, 1500), st.integers(0, 900)), max_size=2))
    ]
    closed = near.date()

    counted = 0
    for number in range(length):
        at = start + number * MINUTE
        wall = at.astimezone(zone)
        second = wall.hour * 3600 + wall.minute * 60
        is_open = any(a <= second < b for a, b in week[wall.weekday()]) and wall.date() != closed
        counted += is_open and not any(a <= at < b for a, b in away)

    openings = Openings(week, zone, is_closed=closed.__eq__, absences=away)
    assert openings.seconds(start, end) == counted * 60
