"""Gather what is planned with a batch of people (M18): Tasks with a day that are not done."""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.filling import Filling, any_of
from leadmodel.lifecycle.facts import FollowUp

_TASKS = f"""
    SELECT who_id, id, owner_id, created_at, activity_date, completed_at FROM sync_task
    WHERE who_id = {any_of("batch")} AND activity_date IS NOT NULL AND is_deleted IS NOT TRUE AND created_at IS NOT NULL
"""
_PLANNED = f"{_TASKS} AND NOT is_closed"
"""By an index that has these alone: most Tasks are of the past."""
_EVER = f"{_TASKS} AND (NOT is_closed OR completed_at IS NOT NULL)"


def put_follow_ups(filling: Filling, cursor: Cursor, batch: str, *, with_done: bool) -> None:
    """With the person first named in it, for it is done once.

    `with_done`: those too that are done by now, for an instant at which they were not.
    """
    cursor.execute(_EVER if with_done else _PLANNED, {"batch": batch})
    for row in cursor.fetchall():
        if (family := filling.get(row[0])) is not None:
            family.follow_ups.append(FollowUp._make(row))
