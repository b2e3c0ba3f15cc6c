"""When things happen: the curve by which leads arrive, and the hours in which people work."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

HOUR = 3600
DAY = 86_400
YEAR = 365 * DAY

_BY_LOCAL_HOUR = (
    0.15, 0.12, 0.10, 0.10, 0.12, 0.15, 0.25, 0.50, 1.10, 1.80, 2.00, 1.90,
    1.50, 1.80, 2.00, 2.00, 1.80, 1.30, 0.90, 0.75, 0.65, 0.55, 0.40, 0.25,
)  # fmt: skip
_BY_WEEKDAY = (1.10, 1.20, 1.15, 1.10, 0.90, 0.30, 0.35)
_HOURS_FROM_UTC = {"West": -8, "East": -5, "EMEA": 1}
TERRITORIES = tuple(_HOURS_FROM_UTC)
SHARES = {"West": 0.44, "East": 0.29, "EMEA": 0.27}
"""How much of a year's leads each territory brings."""


def territory_weights(utc_hour: int) -> tuple[float, ...]:
    """How busy this hour of the day is in each of TERRITORIES."""
    return tuple(
        SHARES[territory] * _BY_LOCAL_HOUR[(utc_hour + offset) % 24]
        for territory, offset in _HOURS_FROM_UTC.items()
    )


def arrival_weight(at: int) -> float:
    """How busy the hour of this instant (seconds since 1970) is with arrivals; 1 is an average hour."""
    moment = datetime.fromtimestamp(at, UTC)
    date_in_year = moment.month, moment.day
    quiet = 0.45 if date_in_year >= (12, 23) or date_in_year <= (1, 2) else 1.0
    return sum(territory_weights(moment.hour)) * _BY_WEEKDAY[moment.weekday()] * quiet


class Arrivals:
    """Spreads arrivals over [start, end) as people come: more by day, and a little more every month."""

    def __init__(self, start: int, end: int) -> None:
        self._start = start
        self._step = HOUR
        hours = max(1, (end - start) // HOUR)
        growth = 0.35 / hours
        weights = [arrival_weight(start + hour * HOUR) * (0.85 + growth * hour) for hour in range(hours)]
        self._sums = list(accumulate(weights, initial=0.0))

    def at(self, share: float) -> int:
        """The instant by which this share (0 to 1) of all arrivals has come."""
        target = share * self._sums[-1]
        hour = min(bisect_right(self._sums, target) - 1, len(self._sums) - 2)
        within = (target - self._sums[hour]) / (self._sums[hour + 1] - self._sums[hour])
        return self._start + int((hour + within) * self._step)


class Office:
    """The working hours of one person: seconds at work map to instants and back.

    Work outside [start, end) is unknown; ask for instants within, give a margin when making one.
    """

    def __init__(self, zone: str, start: int, end: int, absences: tuple[tuple[int, int], ...] = ()) -> None:
        self._opens = array("q")
        self._closes = array("q")
        tz = ZoneInfo(zone)
        day = datetime.fromtimestamp(start, tz).date()
        last = datetime.fromtimestamp(end, tz).date()
        while day <= last:
            if day.weekday() < 5:
                for opens, closes in _day_at_work(day, tz):
                    if not any(gone < closes and opens < back for gone, back in absences):
                        self._opens.append(opens)
                        self._closes.append(closes)
            day += timedelta(days=1)
        lengths = [closes - opens for opens, closes in zip(self._opens, self._closes, strict=True)]
        self._worked = array("q", accumulate(lengths, initial=0))

    def after(self, at: int, seconds: float) -> int:
        """The instant at which a person who starts at `at` has worked this many seconds."""
        index = bisect_right(self._opens, at) - 1
        done = 0
        if index >= 0:
            done = self._worked[index] + min(at, self._closes[index]) - self._opens[index]
        target = done + int(seconds)
        index = bisect_right(self._worked, target) - 1
        if index >= len(self._opens):
            return self._closes[-1] + target - self._worked[-1] + 1
        return self._opens[index] + target - self._worked[index]


def _day_at_work(day: date, tz: ZoneInfo) -> list[tuple[int, int]]:
    pairs = ((time(8, 30), time(12, 30)), (time(13, 15), time(17, 45)))
    return [
        (
            int(datetime.combine(day, opens, tz).timestamp()),
            int(datetime.combine(day, closes, tz).timestamp()),
        )
        for opens, closes in pairs
    ]
