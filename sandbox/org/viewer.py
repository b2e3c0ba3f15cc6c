"""Whose eyes the organisation is seen with, while a request is answered or a job runs.

Field-level security is the user's: the same query means something else to someone else. What describe, SOQL and writing
read is the visible schema, and that follows whoever is named here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_VIEWER: ContextVar[str | None] = ContextVar("viewer", default=None)


def viewer() -> str | None:
    """The user who looks; None where nobody in particular does."""
    return _VIEWER.get()


@contextmanager
def seen_by(user_id: str) -> Iterator[None]:
    """While the block runs, the organisation is what this user sees of it."""
    token = _VIEWER.set(user_id)
    try:
        yield
    finally:
        _VIEWER.reset(token)
