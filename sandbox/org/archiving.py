"""Archived activities: those over for a year are shown by queryAll only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.org.tables import quoted

if TYPE_CHECKING:
    from sandbox.org.org import Org

_AFTER = timedelta(days=365)
# a task without a due date counts from its creation, and only a closed one is over
_IS_OVER = {
    "Task": '"IsClosed" AND coalesce("ActivityDate", substr("CreatedDate", 1, 10)) < ?',
    "Event": 'coalesce("EndDate", "ActivityDate", substr("CreatedDate", 1, 10)) < ?',
}


def archive(org: Org, now: datetime) -> dict[str, int]:
    """What Org.archive promises. No stamp moves. Call inside a transaction."""
    before = (now - _AFTER).date().isoformat()
    return {
        name: org.store.connection.execute(
            f'UPDATE {quoted(name)} SET "IsArchived" = 1 WHERE NOT "IsArchived" AND {is_over}', (before,)
        ).rowcount
        for name, is_over in _IS_OVER.items()
    }
