"""Which stretch of time a read covers. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

OVERLAP = timedelta(minutes=10)
"""Rows may become visible minutes after their stamp, so every read begins this much before the last one's end."""
SHORTEST = timedelta(minutes=1)
"""A window of no more than this is not halved."""
FOUNDED = datetime(1999, 1, 1, tzinfo=UTC)
"""Nothing in Salesforce is older; where halving begins when a window has no start."""


class Window(NamedTuple):
    """Stamps `[start, end)`. No start: from the first row; no end: to now, whatever the clocks say."""

    start: datetime | None = None
    end: datetime | None = None

    def halves(self, now: datetime) -> tuple[Window, Window] | None:
        """The earlier and the later half; None for what is too short. The later half stays open where it was."""
        start = self.start or min(FOUNDED, now)
        length = (self.end or now) - start
        if length <= SHORTEST:
            return None
        middle = (start + length / 2).replace(microsecond=0)
        return Window(self.start, middle), Window(middle, self.end)


EVERYTHING = Window()


def start_of_read(cursor: datetime | None) -> datetime | None:
    """The first stamp to ask for; None asks for everything."""
    return None if cursor is None else cursor - OVERLAP


def cursor_after(cursor: datetime | None, latest: datetime | None, read_at: datetime) -> datetime | None:
    """How far an object is read, after a read that began at `read_at` and found stamps up to `latest`.

    Never later than the read began: a long read sees rows at different moments, and of what changes meanwhile it may
    show a late row and miss an earlier one.
    """
    reached = None if latest is None else min(latest, read_at)
    return max(filter(None, (cursor, reached)), default=None)


def soql_instant(at: datetime) -> str:
    """The instant as SOQL writes it, milliseconds included."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
