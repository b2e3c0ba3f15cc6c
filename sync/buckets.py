"""Stretches of CreatedDate small enough to compare one by one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sync.windows import Window


def buckets(months: Sequence[tuple[datetime, int]], *, until: datetime, most: int) -> list[Window]:
    """Windows that cover everything before `until`, of about `most` records at most where months allow.

    `months` are the starts of the months in which records were created, in order, and how many were. The first window
    begins with the first record there is.
    """
    found: list[Window] = []
    start: datetime | None = None
    held = 0
    for month, count in months:
        if held and held + count > most and month < until:
            found.append(Window(start, month))
            start, held = month, 0
        held += count
    return [*found, Window(start, until)]
