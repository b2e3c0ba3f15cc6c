"""Business time: how long a calendar was open between two instants (M17, R080). Pure.

A wall clock that jumps is taken at its word: in an hour that does not exist nobody works, one that comes twice counts
twice.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

Stretch = tuple[int, int]
"""`[from, to)` in seconds: of a day's wall clock, or since 1970 in UTC."""
_DAY = 86_400


class _Year(NamedTuple):
    """The open stretches of a year, and how long all before each were open."""

    starts: list[int]
    ends: list[int]
    before: list[int]
    total: int

    def until(self, at: float) -> float:
        """How long it was open from the year's start to `at`."""
        number = bisect_right(self.starts, at) - 1
        if number < 0:
            return 0
        return self.before[number] + min(at, self.ends[number]) - self.starts[number]

    def when(self, open_for: float, *, at_least: bool) -> float | None:
        """When it had been open for so long since the year's start: as soon as it had, or just before it is longer.

        None: not in this year.
        """
        number = (bisect_left if at_least else bisect_right)(self.before, open_for) - 1
        return self.starts[number] + open_for - self.before[number] if number < len(self.starts) else None

    def is_open(self, at: float) -> bool:
        """Whether an open stretch holds `at`."""
        number = bisect_right(self.starts, at) - 1
        return number >= 0 and at < self.ends[number]


class Openings:
    """When somebody works: a week of stretches of the wall clock in a zone, less closed days and absences.

    `week` gives each weekday's stretches (0 is Monday) in seconds after midnight, sorted and apart. `absences` are
    instants `[from, to)`.
    """

    def __init__(
        self,
        week: Mapping[int, Sequence[Stretch]],
        zone: ZoneInfo,
        *,
        is_closed: Callable[[date], bool] = lambda _: False,
        absences: Iterable[tuple[datetime, datetime]] = (),
    ) -> None:
        self._week = week
        self.zone = zone
        self._is_closed = is_closed
        self._absences = _joined((int(start.timestamp()), int(end.timestamp())) for start, end in absences)
        self._years: dict[int, _Year] = {}

    def seconds(self, start: datetime, end: datetime) -> float:
        """Business seconds in `[start, end)`; 0 where `end` is not after `start`."""
        if end <= start:
            return 0
        first, last = _year(start), _year(end)
        if first == last:  # mostly
            year = self._year(first)
            return year.until(end.timestamp()) - year.until(start.timestamp())
        between = sum(self._year(year).total for year in range(first, last))
        return between + self._year(last).until(end.timestamp()) - self._year(first).until(start.timestamp())

    def reached(self, start: datetime, seconds: float) -> datetime | None:
        """The first instant by which so many business seconds have passed since `start`; None: not in ten years."""
        return self._when(start, seconds, at_least=True) if seconds > 0 else start

    def used_up(self, start: datetime, seconds: float) -> datetime | None:
        """The last instant by which no more have passed: after closing time that is the next opening."""
        return self._when(start, seconds, at_least=False)

    def _when(self, start: datetime, seconds: float, *, at_least: bool) -> datetime | None:
        first = _year(start)
        left = self._year(first).until(start.timestamp()) + seconds
        for number in range(first, first + 10):
            year = self._year(number)
            at = year.when(left, at_least=at_least)
            if at is not None:
                return max(start, datetime.fromtimestamp(at, UTC))
            left -= year.total
        return None

    def is_open(self, at: datetime) -> bool:
        """Whether somebody works at an instant; they do when a stretch begins, and no longer when it ends."""
        return self._year(_year(at)).is_open(at.timestamp())

    def is_absent(self, at: datetime) -> bool:
        """Whether somebody is away at an instant, whatever hours they keep."""
        return any(gone <= at.timestamp() < back for gone, back in self._absences)

    def _year(self, year: int) -> _Year:
        """A year of UTC, made when first asked for."""
        found = self._years.get(year)
        if found is None:
            stretches = list(_without(_joined(self._open(year)), self._absences))
            lengths = [end - start for start, end in stretches]
            before = [0, *accumulate(lengths)]
            found = self._years[year] = _Year(
                [start for start, _ in stretches], [end for _, end in stretches], before, before[-1]
            )
        return found

    def _open(self, year: int) -> Iterator[Stretch]:
        """The open stretches of a year, beside some that are empty or end before they begin.

        In each stretch of one offset from UTC the wall clock runs evenly.
        """
        start, end = (int(datetime(y, 1, 1, tzinfo=UTC).timestamp()) for y in (year, year + 1))
        for since, until, offset in _offsets(self.zone, start, end):
            for day in range((since + offset) // _DAY, (until + offset - 1) // _DAY + 1):
                that_day = date(1970, 1, 1) + timedelta(days=day)
                if self._is_closed(that_day):
                    continue
                midnight = day * _DAY - offset
                for opens, closes in self._week.get(that_day.weekday(), ()):
                    yield max(since, midnight + opens), min(until, midnight + closes)


def _year(at: datetime) -> int:
    """The year in UTC."""
    return at.year if at.tzinfo is UTC else at.astimezone(UTC).year


def _offsets(zone: ZoneInfo, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """`[start, end)` in stretches of one offset from UTC, each with its offset, in seconds."""
    since, offset = start, _offset(zone, start)
    for day in range(start + _DAY, end + _DAY, _DAY):
        if _offset(zone, min(day, end - 1)) != offset:
            at = _change(zone, day - _DAY, min(day, end - 1), offset)
            yield since, at, offset
            since, offset = at, _offset(zone, at)
    yield since, end, offset


def _change(zone: ZoneInfo, before: int, after: int, offset: int) -> int:
    """The second at which the offset changes, between one that has it and one that has not."""
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(zone, middle) == offset else (before, middle)
    return after


def _offset(zone: ZoneInfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time in stretches that are sorted and apart, without those that end before they begin."""
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        elif start < end:
            joined.append((start, end))
    return joined


def _without(stretches: Iterable[Stretch], taken: Sequence[Stretch]) -> Iterator[Stretch]:
    """What is left of stretches when others are taken out of them; both sorted and apart."""
    for start, end in stretches:
        since = start
        for gone, back in taken[max(0, bisect_right(taken, (start, start)) - 1) :]:
            if gone >= end:
                break
            if since < gone:
                yield since, gone
            since = max(since, back)
        if since < end:
            yield since, end
