"""Durations and instants as pages write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from base.words import duration, instant

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (150, "3 min"),
        (3600, "1 h 00 min"),
        (8460, "2 h 21 min"),
        (36_000, "10 h"),
        (5400 * 24, "36 h"),
        (86_400 * 4, "4 days"),
    ],
)
def test_durations_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("at", "short"),
    [
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "03:30"),  # an hour after the clocks went forward
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), "Sat 23:59"),
        (datetime(2026, 3, 1, 9, tzinfo=UTC), "1 Mar 10:00"),
        (datetime(2025, 3, 1, 9, tzinfo=UTC), "2025-03-01"),
    ],
)
def test_instants_are_short_and_exact_in_the_viewers_zone(at: datetime, short: str) -> None:
    told = instant(at, now=NOW, zone=BERLIN)

    assert told.short == short
    assert told.exact.endswith("Europe/Berlin")
    assert told.iso.endswith("Z")
