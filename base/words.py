"""How durations and instants are written for people."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

RECENT_S = 6 * 24 * 3600
"""Up to this old, an instant is told by its weekday."""


@dataclass(frozen=True)
class Instant:
    """An instant for a page: machine-readable, in short words, and exactly. All but `iso` in the viewer's zone."""

    iso: str
    short: str
    exact: str


def duration(seconds: float) -> str:
    """Seconds as people say them: 45 s, 24 min, 2 h 21 min, 31 h, 4 days. Half a unit counts as one."""
    if seconds < 60:
        return f"{_nearest(seconds)} s"
    minutes = _nearest(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 10 * 60:
        return f"{minutes // 60} h {minutes % 60:02} min"
    if minutes < 96 * 60:
        return f"{_nearest(minutes / 60)} h"
    return f"{_nearest(minutes / 1440)} days"


def _nearest(value: float) -> int:
    """As browsers round, which go on ticking what was written here."""
    return math.floor(value + 0.5)


def instant(at: datetime, *, now: datetime, zone: ZoneInfo) -> Instant:
    """An instant as seen from `now`: the time today, the weekday this week, else the date."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    age = (now - at).total_seconds()
    if local.date() == today.date():
        short = f"{local:%H:%M}"
    elif 0 <= age < RECENT_S:
        short = f"{local:%a %H:%M}"
    elif local.year == today.year:
        short = f"{local.day} {local:%b %H:%M}"
    else:
        short = f"{local:%Y-%m-%d}"
    iso = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Instant(iso, short, f"{local:%a} {local:%Y-%m-%d %H:%M:%S} {zone.key}")


def ago(seconds: float) -> str:
    """How long ago: "14 s ago"."""
    return f"{duration(max(seconds, 0))} ago"


def counted(number: int, one: str, many: str) -> str:
    """A number with its noun: "1 person", "1,204 people"."""
    return f"{number:,} {one if number == 1 else many}"
