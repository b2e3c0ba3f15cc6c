"""The same work by several at once, as several processes would do it: each on a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def beside(work: Callable[[], T]) -> T:
    """Do it in this thread, and leave no connection behind."""
    try:
        return work()
    finally:
        connections.close_all()


def at_once(work: Callable[[], T], *, times: int) -> list[T]:
    """What comes of it each of so many times."""
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(beside, [work] * times))
