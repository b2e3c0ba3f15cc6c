"""The ledger of exceptions (M16): what was asked, granted, refused, ended and has expired, one line each.

A granted request and its exception are one line. A user sees the exceptions about people they may see, and the
requests they asked or answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from base.models import User
from leadmodel import requests
from leadmodel.access import sight
from leadmodel.models import Request
from leadmodel.pages.people import FITS, NAME, WITH_NAMES, fitting

STATES = {
    "waiting": "Requested",
    "in_force": "In force",
    "to_come": "To come",
    "refused": "Refused",
    "ended": "Ended",
    "expired": "Expired",
}
"""What became of a line, by its word in an address."""


@dataclass(frozen=True)
class Entry:
    """A line. `number` is the exception's, or the request's where none was granted (`is_request`).

    `at`: when it was asked for, else granted. `cycles`: how many of the person's every figure leaves out.
    """

    is_request: bool
    number: int
    state: str
    person_id: str
    name: str
    cycles: int
    why: str
    at: datetime
    asked_by: str | None
    answered_by: str | None
    answered_at: datetime | None
    answer: str
    starts_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    ended_why: str


@dataclass(frozen=True)
class Narrowed:
    """What the ledger is narrowed by: a state, words that fit the person, a log-in that asked, answered or ended."""

    state: str | None = None
    words: str | None = None
    who: str | None = None


_TOLD = f"""
    WITH entry AS (
        SELECT false AS is_request, exclusion.id AS number,
               CASE WHEN exclusion.ended_at <= %(now)s THEN 'ended' WHEN exclusion.expires_at <= %(now)s THEN 'expired'
                    WHEN exclusion.starts_at > %(now)s THEN 'to_come' ELSE 'in_force' END AS state,
               exclusion.record_id, exclusion.reason AS why, COALESCE(request.asked_at, exclusion.entered_at) AS at,
               request.asked_by_id, exclusion.owner_id AS answered_by_id, exclusion.entered_at AS answered_at,
               COALESCE(request.answer, '') AS answer, exclusion.starts_at, exclusion.expires_at,
               exclusion.ended_at, exclusion.ended_by_id, exclusion.ended_why
        FROM leadmodel_exclusion exclusion LEFT JOIN leadmodel_request request ON request.id = exclusion.request_id
        UNION ALL
        SELECT true, id, state, record_id, why, asked_at, asked_by_id, answered_by_id, answered_at, answer,
               NULL, NULL, NULL, NULL, ''
        FROM leadmodel_request WHERE kind = 'exception' AND state <> 'granted' AND id = ANY(%(requests)s)
    ), told AS (
        SELECT entry.*, COALESCE(person.person_id, entry.record_id) AS person_id,
               COALESCE({NAME}, entry.record_id) AS name, COALESCE(person.cycle_count, 0) AS cycles,
               asking.username AS asked_by, answering.username AS answered_by, ending.username AS ended_by
        FROM entry
        LEFT JOIN leadmodel_personrecord record ON record.record_id = entry.record_id
        LEFT JOIN leadmodel_person person ON person.person_id = record.person_id {WITH_NAMES}
        LEFT JOIN base_user asking ON asking.id = entry.asked_by_id
        LEFT JOIN base_user answering ON answering.id = entry.answered_by_id
        LEFT JOIN base_user ending ON ending.id = entry.ended_by_id
        WHERE (entry.is_request OR {{seen}}) AND {{fits}}
    )
"""
_ENTRIES = """
    SELECT is_request, number, state, person_id, name, cycles, why, at, asked_by, answered_by, answered_at, answer,
           starts_at, expires_at, ended_at, ended_by, ended_why
    FROM told WHERE {where} ORDER BY at DESC, is_request DESC, number DESC LIMIT %(limit)s
"""
_WHO = "%(who)s IN (asked_by, answered_by, ended_by)"
_AFTER = """(at, is_request, number) <
    (SELECT last.at, last.is_request, last.number FROM told last
     WHERE last.is_request = %(after_request)s AND last.number = %(after_number)s)"""


def read_ledger(
    user: User,
    narrowed: Narrowed,
    *,
    now: datetime,
    after: tuple[bool, int] | None = None,
    limit: int | None = None,
) -> Iterator[Entry]:
    """The lines this user may see, the latest first; `after` the line of a request or exception of that number."""
    conditions, values = ["true"], {"limit": limit, "state": narrowed.state, "who": narrowed.who}
    if narrowed.state is not None:
        conditions.append("state = %(state)s")
    if narrowed.who is not None:
        conditions.append(_WHO)
    if after is not None:
        conditions.append(_AFTER)
        values |= {"after_request": after[0], "after_number": after[1]}
    statement = _ENTRIES.format(where=" AND ".join(conditions))
    with connection.cursor() as cursor:
        _ask(cursor, user, statement, values, now=now, words=narrowed.words)
        for row in cursor.fetchall():
            yield Entry(*row)


def count_states(user: User, *, now: datetime) -> Mapping[str, int]:
    """How many lines of each state this user may see."""
    with connection.cursor() as cursor:
        _ask(cursor, user, "SELECT state, count(*) FROM told GROUP BY 1", {}, now=now, words=None)
        return dict.fromkeys(STATES, 0) | dict(cursor.fetchall())


def _ask(
    cursor: CursorWrapper,
    user: User,
    statement: str,
    values: Mapping[str, Any],
    *,
    now: datetime,
    words: str | None,
) -> None:
    """Ask something of the lines this user may see, of people whom `words` fit."""
    seen = sight(user)
    asked = requests.seen(user).filter(kind=Request.Kind.EXCEPTION).exclude(state=Request.State.GRANTED)
    told = _TOLD.format(seen=seen.condition, fits="true" if words is None else FITS)
    cursor.execute(
        told + statement,
        {"now": now, "requests": list(asked.values_list("pk", flat=True)), **seen.values, **values}
        | ({} if words is None else fitting(words)),
    )
