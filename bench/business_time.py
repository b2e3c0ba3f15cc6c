"""`business_time`: the working hours of a million clocks, against subtracting their instants (M17)."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice
from random import Random
from zoneinfo import ZoneInfo

from bench.measure import Line, best, line
from leadmodel.lifecycle.business_time import Openings

CLOCKS = 1_000_000
REPS = 300
ZONES = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata")
FROM, DAYS = datetime(2024, 1, 1, tzinfo=UTC), 730
DIFFERENT = 100_000
"""Pairs of instants that are made; each is taken ten times, with another rep's hours."""
HOLIDAYS = frozenset(
    date(year, month, day) for year in range(2024, 2028) for month, day in ((1, 1), (12, 25))
)
HOUR = 3600


def run(leads: int) -> list[Line]:
    """A rep's hours are made when they are first asked for, and that is counted."""
    del leads
    random = Random(1)
    clocks = [
        (at := _at(random), at + timedelta(seconds=random.randrange(7 * 86_400))) for _ in range(DIFFERENT)
    ]
    floor = best(lambda: sum((end - start).total_seconds() for start, end in islice(cycle(clocks), CLOCKS)))
    value = best(lambda: _all(clocks))
    floor_is = f"plain subtraction; the hours of {REPS} reps take {_memory_mb():.0f} MB"
    return [line("business_time", CLOCKS, value, floor, floor_is)]


def _at(random: Random) -> datetime:
    return FROM + timedelta(seconds=random.randrange(DAYS * 86_400))


def _reps() -> list[Openings]:
    week = {weekday: [(9 * HOUR, 12 * HOUR), (13 * HOUR, 17 * HOUR)] for weekday in range(5)}
    return [
        Openings(week, ZoneInfo(ZONES[number % len(ZONES)]), is_closed=HOLIDAYS.__contains__)
        for number in range(REPS)
    ]


def _all(clocks: list[tuple[datetime, datetime]]) -> float:
    return sum(
        rep.seconds(start, end)
        for rep, (start, end) in zip(cycle(_reps()), islice(cycle(clocks), CLOCKS), strict=False)
    )


def _memory_mb() -> float:
    """What the hours of all reps take in three years, the last of which clocks run into."""
    tracemalloc.start()
    reps = _reps()
    for rep in reps:
        rep.seconds(FROM, FROM + timedelta(days=DAYS + 7))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return taken / 1e6
