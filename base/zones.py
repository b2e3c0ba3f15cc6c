"""Time zones by name. The machine's list is made of hundreds of files, so it is read once."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, available_timezones


@cache
def zone_names() -> frozenset[str]:
    """The names of all time zones this machine knows."""
    return frozenset(available_timezones())


def zone_called(name: str | None) -> ZoneInfo:
    """The zone of this name; UTC where there is none."""
    return ZoneInfo(name if name in zone_names() and name is not None else "UTC")
