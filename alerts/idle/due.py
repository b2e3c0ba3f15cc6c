"""Which words about idle accounts are due: by the indexes of their due moments (M19)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from alerts.ladder.due import UpTo
from leadmodel.lifecycle.policies import Act


class DueWord(NamedTuple):
    """A word that is due about an account: to its owner, or to their manager. `attempts`: how often it failed before.

    `started_at`: since when it goes untouched, which makes the idle stretch this one; `due_at`: of the word.
    """

    account_id: str
    owner_id: str
    act: Act
    started_at: datetime
    due_at: datetime
    last_touch_at: datetime | None
    attempts: int

    @property
    def key(self) -> str:
        """What makes it this one word, however often it is found."""
        return f"{self.account_id}/{self.owner_id}/{self.started_at:%Y%m%dT%H%M%S}/{self.act}"


def _due(place: str, act: Act) -> str:
    return f"""
        SELECT account_id, owner_id, '{act}' AS act, started_at, {place} AS due_at, last_touch_at
        FROM leadmodel_accountclock WHERE {place} <= %(due)s AND {place} > %(stale)s
    """


_WORDS = f"""
    WITH word AS MATERIALIZED ({_due("due_at", Act.REMIND_REP)} UNION ALL {_due("manager_due_at", Act.TELL_MANAGER)})
    SELECT word.*, COALESCE(done.attempts, 0) FROM word
    JOIN sync_user owner ON owner.id = word.owner_id AND owner.is_active
    LEFT JOIN alerts_accountword done ON done.account_id = word.account_id AND done.owner_id = word.owner_id
        AND done.act = word.act AND done.due_at = word.due_at
    WHERE (done.id IS NULL OR (done.state = 'waiting' AND done.again_at <= %(now)s))
      AND word.act <> ALL(%(stopped)s) AND (%(accounts)s IS NULL OR word.account_id = ANY(%(accounts)s))
      AND word.account_id <> ALL(%(but)s)
    ORDER BY word.due_at, word.account_id, word.act LIMIT %(limit)s
"""
"""What is due is found before anything is joined. Of a word that comes too late nothing is kept: on the first day many
accounts may be idle, and they stay so for long."""
_LOCK = """
    SELECT account_id FROM leadmodel_accountclock WHERE account_id = ANY(%(accounts)s)
    ORDER BY account_id FOR UPDATE SKIP LOCKED
"""
_STANDS = """
    EXISTS (SELECT FROM leadmodel_accountclock clock WHERE clock.account_id = word.account_id
        AND clock.owner_id = word.owner_id AND word.due_at IN (clock.due_at, clock.manager_due_at))
"""
_STALE = f"""
    UPDATE alerts_accountword word
    SET state = CASE WHEN {_STANDS} THEN 'stale' ELSE 'moot' END,
        said = CASE WHEN {_STANDS} THEN %(said)s ELSE %(over)s END, again_at = NULL, decided_at = %(now)s
    WHERE state = 'waiting' AND due_at <= %(stale)s
"""


def find_due(
    upto: UpTo,
    *,
    stopped: Collection[str],
    limit: int,
    accounts: Collection[str] | None = None,
    but: Collection[str] = (),
) -> list[DueWord]:
    """Words that are due and not stale, the longest due first, without acts that are `stopped`; of these accounts.

    None of those of `but`.
    """
    values = {**asdict(upto), "stopped": list(stopped), "limit": limit, "but": list(but)}
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, values | {"accounts": None if accounts is None else sorted(accounts)})
        return [DueWord._make(row)._replace(act=Act(row[2])) for row in cursor.fetchall()]


def take_due(upto: UpTo, accounts: Collection[str], *, stopped: Collection[str], limit: int) -> list[DueWord]:
    """The same of these accounts, locked until the transaction ends; what somebody else holds is left to them.

    Read once they are locked: what somebody else decided before is seen.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, {"accounts": sorted(accounts)})
        held = {account_id for (account_id,) in cursor.fetchall()}
    return find_due(upto, stopped=stopped, limit=limit, accounts=held) if held else []


def skip_stale(upto: UpTo, *, said: str, over: str) -> int:
    """Say of what waited until it was too late that it is, or that nothing is due any more; how many words that are."""
    with connection.cursor() as cursor:
        cursor.execute(_STALE, {**asdict(upto), "said": said, "over": over})
        return int(cursor.rowcount)
