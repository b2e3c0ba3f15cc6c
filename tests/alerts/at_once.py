"""The same work by several at once, as several processes would do it: each on a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection, connections

T = TypeVar("T")


def beside(work: Callable[[], T]) -> T:
    """Do it in this thread, and leave no connection behind."""
    try:
        return work()
    finally:
        connections.close_all()


def waiting() -> int:
    """How many sessions wait for a lock in this database, also seen from within a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT pid) FROM pg_locks waits JOIN pg_locks held USING (pid)"
            " JOIN pg_database ON pg_database.oid = held.database AND datname = current_database()"
            " WHERE NOT waits.granted"
        )
        [count] = cursor.fetchone() or (0,)
    return int(count)


def at_once(work: Callable[[], T], *, times: int) -> list[T]:
    """What comes of it each of so many times."""
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(beside, [work] * times))
