"""Which stretch of time a read covers. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

OVERLAP = timedelta(minutes=10)
"""Rows may become visible minutes after their stamp, so every read begins this much before the last one's end."""


def start_of_read(cursor: datetime | None) -> datetime | None:
    """The first stamp to ask for; None asks for everything."""
    return None if cursor is None else cursor - OVERLAP


def soql_instant(at: datetime) -> str:
    """The instant as SOQL writes it, milliseconds included."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
