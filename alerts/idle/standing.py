"""What became of the words about accounts as they go untouched now, for lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from leadmodel.lifecycle.policies import Act

_WORDS = """
    SELECT clock.account_id, done.act, done.state, done.said, done.decided_at
    FROM leadmodel_accountclock clock
    JOIN alerts_accountword done ON done.account_id = clock.account_id AND done.owner_id = clock.owner_id
        AND ((done.act = %(owner)s AND done.due_at = clock.due_at)
             OR (done.act = %(manager)s AND done.due_at = clock.manager_due_at))
    WHERE clock.account_id = ANY(%(accounts)s) ORDER BY done.due_at, done.id
"""


class Decided(NamedTuple):
    """A word that was decided about."""

    act: str
    state: str
    said: str
    at: datetime


def read_words(accounts: Sequence[str]) -> Mapping[str, Sequence[Decided]]:
    """Account → what was decided of its present stretch, in order."""
    found: defaultdict[str, list[Decided]] = defaultdict(list)
    values: dict[str, list[str] | str] = {
        "accounts": list(accounts),
        "owner": Act.REMIND_REP.value,
        "manager": Act.TELL_MANAGER.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, values)
        for account_id, *told in cursor.fetchall():
            found[account_id].append(Decided(*told))
    return found
