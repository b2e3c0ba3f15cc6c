"""Numbers on top of pages of operations."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from sync.quota import Usage


@dataclass(frozen=True)
class Tile:
    """One number on top."""

    label: str
    value: str
    about: str
    tone: str


def calls_tile(calls: Usage | None) -> Tile:
    """How many of the organisation's calls are used up, by all its clients."""
    stop_at: int = settings.SALESFORCE_READS_STOP_AT
    if calls is None:
        return Tile("API calls used", "unknown", "told with the first read", "")
    percent = round(calls.percent)
    about = f"{calls.used:,} of {calls.allowed:,} in 24 hours; reading stops at {stop_at} %"
    return Tile("API calls used", f"{percent} %", about, "bad" if percent >= stop_at else "")
