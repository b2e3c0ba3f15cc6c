"""M17: business hours beside those of the calendar, over nights, weekends, clock changes, holidays and absences."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadmodel.lifecycle.business_time import Openings
from leadmodel.lifecycle.calendars import Calendar, Calendars, Holidays, Weekday
from tests.lifecycle.desk import ALICE, BOB, DIRECTORY, QUEUE, ROUTER, Desk, assigned

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
OFFICE = Calendar()
HOUR = 3600
HOURS, DAY = timedelta(hours=1), timedelta(days=1)


def open_in(zone: ZoneInfo, calendar: Calendar = OFFICE, **more: Any) -> Openings:
    return Openings(calendar.week, zone, is_closed=calendar.is_closed, **more)


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


def test_the_first_hours_of_a_year_are_its_first() -> None:
    """New Year's Day 2026 is a Thursday."""
    openings, year = open_in(BERLIN), datetime(2026, 1, 1, tzinfo=BERLIN)

    assert [openings.is_open(year + hours * HOURS) for hours in (8, 9, 17)] == [False, True, False]
    assert not open_in(ZoneInfo("UTC")).is_open(datetime(2026, 1, 1, 8, tzinfo=UTC))
    assert openings.seconds(year + 8 * HOURS, year + 10 * HOURS) == HOUR
    assert open_in(ZoneInfo("UTC")).seconds(datetime(2026, 1, 1, tzinfo=UTC), year + 11 * HOURS) == HOUR


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati"])
def test_no_hour_is_lost_at_the_turn_of_the_year(zone: str) -> None:
    whole = Calendar(hours=dict.fromkeys(Weekday, ("00:00-24:00",)))
    start = datetime(2026, 12, 30, tzinfo=UTC)

    assert open_in(ZoneInfo(zone), whole).seconds(start, start + 4 * DAY) == 4 * 24 * HOUR
    thursday = datetime(2026, 12, 31, tzinfo=ZoneInfo(zone))
    assert open_in(ZoneInfo(zone)).seconds(thursday, thursday + 4 * DAY) == 16 * HOUR


def test_no_time_at_all_has_passed_at_once() -> None:
    for at in (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 9, 12, tzinfo=UTC)):
        assert open_in(BERLIN).reached(at, 0) == open_in(BERLIN).reached(at, -60) == at


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


def test_several_absences_may_lie_in_a_day_or_in_one_another() -> None:
    monday = datetime(2026, 3, 9, tzinfo=BERLIN)

    def away(*hours: tuple[float, float]) -> Openings:
        return open_in(BERLIN, absences=[(monday + a * HOURS, monday + b * HOURS) for a, b in hours])

    twice = away((14, 15), (10, 11))
    assert twice.seconds(monday, monday + DAY) == 6 * HOUR
    assert [twice.is_absent(monday + hour * HOURS) for hour in (10, 12, 14)] == [True, False, True]
    for hours in ([(9, 65), (10, 11)], [(10, 11), (9, 65)], [(0, 1), (9, 65), (10, 11)]):
        assert away(*hours).seconds(monday + DAY, monday + 3 * DAY) == 0, "away until Wednesday evening"


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
        ({"hours": {"monday": ["09:00-09:00"]}}, "ends before it begins"),
        ({"holidays": {"country": "Atlantis"}}, "write a code like"),
        (
            {"holidays": {"country": "DE", "subdivision": "XX"}},
            "“XX” is no part of DE we know; known are: BB, BE",
        ),
        ({"holidays": {"country": "SG", "subdivision": "XX"}}, "known are: none"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(section: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Calendar.model_validate(section)


def test_stretches_may_touch_and_a_country_needs_no_part() -> None:
    calendar = Calendar(
        hours={Weekday.MONDAY: ("09:00-12:00", "12:00-17:00")}, holidays=Holidays(country="DE")
    )
    monday = datetime(2026, 3, 9, tzinfo=BERLIN)

    assert open_in(BERLIN, calendar).seconds(monday, monday + 7 * DAY) == 8 * HOUR
    assert calendar.is_closed(date(2026, 5, 1))
    assert not calendar.is_closed(date(2026, 3, 8)), "Berlin's holiday is not all of Germany's"


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


def test_absent_is_whoever_is_away_whatever_the_hour() -> None:
    week, zone = {0: [(9 * 3600, 17 * 3600)]}, ZoneInfo("Europe/Berlin")
    leaves, returns = datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC)
    openings = Openings(week, zone, absences=[(leaves, returns)])
    second = timedelta(seconds=1)
    assert not openings.is_absent(leaves - second)
    assert openings.is_absent(leaves)
    assert openings.is_absent(returns - second), "at night too"
    assert not openings.is_absent(returns)


def test_m17_a_cycle_tells_the_answer_in_its_reps_hours_and_whether_it_came_off_hours() -> None:
    """Assigned to Alice Friday at 16:00, handed to Bob Saturday at 10:00, answered by Bob on Monday at 9:30."""
    utc = ZoneInfo("UTC")
    week = open_in(utc)
    directory = DIRECTORY._replace(openings={ALICE: week, BOB: open_in(utc)})
    friday, saturday, monday = 4 * 1440 + 420, 5 * 1440 + 60, 7 * 1440 + 30
    desk = Desk(directory=directory).record(status="Assigned", owner_id=BOB)
    desk.status(friday, "New", "Assigned", ROUTER).owner(friday, QUEUE, ALICE).owner(saturday, ALICE, BOB)

    cycle = desk.call(monday, BOB).cycle()

    assert (cycle.response_business_s, cycle.is_off_hours) == (HOUR + HOUR / 2, False)
    alice, bob = cycle.spans
    assert (alice.response_business_s, alice.is_off_hours) == (None, False)
    assert (bob.response_business_s, bob.is_off_hours) == (HOUR / 2, True)
    desk.owner(friday + 20, ALICE, BOB).owner(friday + 40, BOB, ALICE)
    assert [span.is_off_hours for span in desk.cycle().spans] == [False, False, False, True]


def test_m17_where_no_hours_are_known_none_are_told() -> None:
    cycle = assigned(0).call(10).cycle()

    assert (cycle.response_business_s, cycle.is_off_hours) == (None, False)
