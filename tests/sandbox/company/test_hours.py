from __future__ import annotations

from datetime import UTC, datetime

from sandbox.company.hours import DAY, HOUR, Arrivals, Office
from sandbox.company.stamps import Ids, instant
from sandbox.org.ids import make_id


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


START, END = at("2026-01-01T00:00:00+00:00"), at("2026-12-31T00:00:00+00:00")
BERLIN = Office("Europe/Berlin", START, END)


def test_a_minute_of_work_at_noon_is_a_minute_later() -> None:
    # a Wednesday
    assert BERLIN.after(at("2026-03-04T11:00:00+01:00"), 60) == at("2026-03-04T11:01:00+01:00")


def test_what_comes_in_the_evening_is_answered_in_the_morning() -> None:
    assert BERLIN.after(at("2026-03-04T21:00:00+01:00"), 600) == at("2026-03-05T08:40:00+01:00")


def test_work_goes_on_after_lunch_after_the_night_and_after_the_weekend() -> None:
    friday = at("2026-03-06T12:00:00+01:00")
    assert BERLIN.after(friday, 3600) == at("2026-03-06T13:45:00+01:00")
    assert BERLIN.after(friday, 5 * HOUR + 1800) == at("2026-03-09T09:00:00+01:00")


def test_summer_time_moves_the_office_hours() -> None:
    assert BERLIN.after(at("2026-07-01T00:00:00+00:00"), 0) == at("2026-07-01T06:30:00+00:00")


def test_nobody_answers_from_a_holiday() -> None:
    away = (at("2026-03-02T00:00:00+01:00"), at("2026-03-09T00:00:00+01:00"))
    office = Office("Europe/Berlin", START, END, (away,))
    assert office.after(at("2026-03-03T10:00:00+01:00"), 0) == at("2026-03-09T08:30:00+01:00")


def test_arrivals_fill_the_span_in_order() -> None:
    arrivals = Arrivals(START, START + 30 * DAY)
    instants = [arrivals.at(share / 1000) for share in range(1000)]
    assert instants == sorted(instants)
    assert instants[0] >= START
    assert arrivals.at(0.999999) < START + 30 * DAY


def test_instants_and_ids_are_those_of_the_organisation() -> None:
    assert instant(at("2026-02-28T23:59:59+00:00")) == "2026-02-28T23:59:59.000Z"
    assert datetime.fromtimestamp(at("2026-02-28T23:59:59+00:00"), UTC).day == 28
    ids = Ids("00T", 3840)
    assert [ids.next() for _ in range(10)] == [make_id("00T", number) for number in range(3840, 3850)]
