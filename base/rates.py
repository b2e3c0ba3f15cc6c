"""How often somebody asks: counted in Redis, by all processes together.

A convenience, never a condition: without Redis everything is let through, and the log says so once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from redis import Redis, RedisError
from structlog import get_logger

log = get_logger(__name__)

WINDOW_SECONDS = 60
"""A minute of the clock: counting anew then costs one number for each who asks."""
_SECONDS_TO_ANSWER = 0.5
_REST = timedelta(seconds=10)
"""For so long nobody waits again for a Redis that did not answer."""


@dataclass
class Counter:
    """Counts by names, in a Redis; a process keeps one for all its threads."""

    url: str
    _resting_until: datetime | None = None
    _redis: Redis = field(init=False)

    def __post_init__(self) -> None:
        self._redis = Redis.from_url(
            self.url, socket_timeout=_SECONDS_TO_ANSWER, socket_connect_timeout=_SECONDS_TO_ANSWER
        )

    def wait(self, name: str, *, most: int, now: datetime) -> int:
        """Count one more under this name; how many seconds it is too early for it, 0 if it may be.

        `most` are allowed in each minute of the clock.
        """
        if self._resting_until is not None and now < self._resting_until:
            return 0
        minute, second = divmod(int(now.timestamp()), WINDOW_SECONDS)
        key = f"leadmodel:rate:{name}:{minute}"
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                pipe.incr(key)
                pipe.expire(key, 2 * WINDOW_SECONDS)
                count, _ = pipe.execute()
        except RedisError as error:
            if self._resting_until is None:
                log.warning("rates_not_counted", error=type(error).__name__)
            self._resting_until = now + _REST
            return 0
        self._resting_until = None
        return WINDOW_SECONDS - second if count > most else 0


def counter() -> Counter:
    """The counter of this process."""
    return _of(settings.REDIS_URL)


_of = cache(Counter)
