"""How much the organisation is used: calls of the last 24 hours, and calls under way."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

_MINUTES_A_DAY = 24 * 60


@dataclass(slots=True)
class Usage:
    """Calls by the minute of the organisation's clock, since the server started."""

    _minutes: Counter[int] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def used(self, now: datetime) -> int:
        """How many calls there were in the 24 hours before `now`."""
        with self._lock:
            return self._counted(_minute(now))

    def count(self, now: datetime, most: int) -> tuple[int, bool]:
        """Counts one call more, unless there were as many as may be: how many there are, and whether it was counted."""
        minute = _minute(now)
        with self._lock:
            used = self._counted(minute)
            if used >= most:
                return used, False
            self._minutes[minute] += 1
            return used + 1, True

    def _counted(self, minute: int) -> int:
        first = minute - _MINUTES_A_DAY + 1
        # the clock may be set back: what was counted later than now is kept, and not told
        return sum(count for at, count in self._minutes.items() if first <= at <= minute)


@dataclass(slots=True)
class UnderWay:
    """Calls that have not been answered yet, by when they came on the machine's clock."""

    _began: dict[int, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _last: int = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """A call is under way while the block runs."""
        with self._lock:
            self._last += 1
            number = self._last
            self._began[number] = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                del self._began[number]

    def longer_than(self, seconds: float) -> int:
        """How many calls have been under way for at least this long."""
        latest = time.monotonic() - seconds
        with self._lock:
            return sum(began <= latest for began in self._began.values())


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60
