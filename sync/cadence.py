"""When an object is read next: often where people wait for it, less often the longer nothing happens. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from sync.salesforce.objects import MirroredObject

HOT, COLD = timedelta(minutes=1), timedelta(minutes=5)
SLOWEST_HOT, SLOWEST_COLD = timedelta(minutes=5), timedelta(minutes=30)
PAST = timedelta(hours=6)
"""The past comes with its parent's changes; this often we look all the same."""
SLOWER = 10
"""After an idle hour, look every sixth minute: the pause is this part of the quiet time."""
DESCRIBE_EVERY = timedelta(hours=1)
"""A field that vanishes is noticed at once, by the refusal; one that comes, at the next description."""
DELETIONS_EVERY = timedelta(hours=6)
"""Of objects with a recycle bin; those without are asked at each read."""
COMPARE_EVERY = timedelta(hours=20)
"""With the time a turn takes to come, within 24 hours."""


def next_read(spec: MirroredObject, *, now: datetime, changed_at: datetime) -> datetime:
    """When to read again, after a read at `now`; `changed_at` is when something new was last found."""
    if spec.parent:
        return now + PAST
    usual, slowest = (HOT, SLOWEST_HOT) if spec.is_hot else (COLD, SLOWEST_COLD)
    # a beat that comes a little early must not cost a whole turn
    return now + min(max((now - changed_at) / SLOWER, usual), slowest) - timedelta(seconds=5)
