"""What faults do to a page of rows and to the counts that go with it."""

from __future__ import annotations

from random import Random
from typing import TypeVar

from sandbox.org.errors import ApiError
from sandbox.server.faults import Effect

T = TypeVar("T")


def page_size(effect: Effect, asked: int) -> int:
    """How many rows a page has at most."""
    return asked if effect.page_rows is None else min(asked, effect.page_rows)


def spoilt(effect: Effect, rows: list[T]) -> list[T]:
    """The rows of a page as they are sent."""
    kept = rows[: max(0, len(rows) - (effect.lose_rows or 0))]
    if effect.shuffle is not None:
        Random(effect.shuffle).shuffle(kept)
    return kept


def declared(effect: Effect, count: int) -> int:
    """The count that an answer declares."""
    return max(0, count + (effect.count_by or 0))


def start_of(effect: Effect, first: int, length: int) -> int:
    """Where the rows are read that stand on the page from `first`: the page before where pages repeat."""
    return max(0, first - length) if effect.repeat_page else first


def refuse_long(limit: int | None, found: int) -> None:
    """Raises QUERY_TIMEOUT for a query that finds more rows than a fault lets it."""
    if limit is not None and found > limit:
        raise ApiError(400, "QUERY_TIMEOUT", "Your query request was running for too long.")
