"""What automation did between two instants: one query for the page, its file, and the mails of the morning.

A line stands under the instant at which it ended: what was given up, given on, told, rehearsed, or came to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from alerts.lines import Ledger, Narrowed, Value, called, read_told
from base.models import User
from leadmodel.access import sees_all
from leadmodel.may_act import ABANDON, REASSIGN

PEOPLE = ("given_up", "reassigned", "could_not", "escalated", "not_written", "dry")
"""What is done about people, the most telling first."""
OPERATIONS = ("people_not_written", "letters")
"""What only operations are told of: writes that people decided and that came to nothing, and messages that failed."""
_ABOUT_PEOPLE = f"""
    SELECT effect.id, effect.subject AS person_id, assignment.number, assignment.holder_id, assignment.to_id,
           CASE WHEN effect.state = 'dry' THEN 'dry' WHEN effect.state <> 'done' THEN 'not_written'
                WHEN effect.kind = '{ABANDON}' THEN 'given_up' ELSE 'reassigned' END AS what,
           COALESCE(NULLIF(effect.said, ''), effect.why) AS said,
           effect.ended_at AS at, effect.id AS effect, NULL AS about
    FROM base_effect effect LEFT JOIN alerts_assignment assignment ON assignment.effect_id = effect.id
    WHERE effect.kind IN ('{ABANDON}', '{REASSIGN}')
      AND (effect.state IN ('dry', 'conflict', 'refused') OR effect.state = 'done' AND effect.result ? 'values')
    UNION ALL
    SELECT id, person_id, number, holder_id, NULL, 'could_not', said, decided_at, NULL, NULL
    FROM alerts_assignment WHERE to_id IS NULL
    UNION ALL
    SELECT id, person_id, number, holder_id, NULL, 'escalated', said, decided_at, NULL, act
    FROM alerts_escalation WHERE state = 'done' AND act <> 'reassign'
"""
_OF_OPERATIONS = f"""
    UNION ALL
    SELECT id, subject, NULL, NULL, NULL, 'people_not_written', said, ended_at, id, why FROM base_effect
    WHERE state IN ('conflict', 'refused') AND starts_with(kind, 'salesforce.')
      AND kind NOT IN ('{ABANDON}', '{REASSIGN}')
    UNION ALL
    SELECT id, '', NULL, NULL, NULL, 'letters', said, ended_at, id,
           COALESCE((SELECT username FROM base_user WHERE id = (payload ->> 'user')::bigint), '')
           || COALESCE(': ' || COALESCE(payload ->> 'subject', payload ->> 'topic'), '')
    FROM base_effect WHERE state = 'refused' AND (starts_with(kind, 'mail.') OR starts_with(kind, 'notice.'))
"""
_WITHIN = "line.at > %(since)s AND line.at <= %(until)s"
_COLUMNS = f"""
    id, person_id, COALESCE(NULLIF(name, ''), about, ''), {called("rep_id")}, {called("to_id")}, what, said, at, effect,
    COALESCE(about, '')
"""
_ALL = Narrowed()
_IN_ORDER = "ORDER BY at DESC, what DESC, id DESC LIMIT %(limit)s"


@dataclass(frozen=True)
class Between:
    """From `since` on, exclusive, up to `until`."""

    since: datetime
    until: datetime

    @property
    def values(self) -> dict[str, Value]:
        """As parameters of SQL."""
        return {"since": self.since, "until": self.until}


class Place(NamedTuple):
    """The keys of a line in the list: when, what, and its number."""

    at: datetime
    what: str
    number: int


@dataclass(frozen=True)
class Line:
    """One thing. `rep` and `to` are names; `effect` is the number of its write; `about`: what a step or write was."""

    number: int
    person_id: str
    name: str
    rep: str | None
    to: str | None
    what: str
    said: str
    at: datetime
    effect: int | None
    about: str

    @property
    def place(self) -> Place:
        """Where the list goes on after it."""
        return Place(self.at, self.what, self.number)


def kinds_for(user: User) -> tuple[str, ...]:
    """What this user is told of."""
    return (*PEOPLE, *OPERATIONS) if sees_all(user) else PEOPLE


def count_did(user: User, between: Between, narrowed: Narrowed = _ALL) -> Mapping[str, int]:
    """How many lines there are of each kind, whichever kind it is narrowed to."""
    every = Narrowed(rep=narrowed.rep, words=narrowed.words)
    counted = read_told(
        user,
        _ledger(user),
        every,
        "state, count(*)",
        "GROUP BY 1",
        within=_WITHIN,
        values=between.values,
        few=True,
    )
    return dict.fromkeys(kinds_for(user), 0) | dict(counted)


def read_did(
    user: User,
    between: Between,
    narrowed: Narrowed = _ALL,
    *,
    after: Place | None = None,
    limit: int | None = None,
) -> Iterator[Line]:
    """The lines about people this user may see, the latest first, from the one after a place on."""
    within, values = _WITHIN, {**between.values, "limit": limit}
    if after is not None:
        within += " AND (line.at, line.what, line.id) < (%(at)s, %(what)s, %(number)s)"
        values |= {"at": after.at, "what": after.what, "number": after.number}
    for row in read_told(
        user, _ledger(user), narrowed, _COLUMNS, _IN_ORDER, within=within, values=values, few=True
    ):
        yield Line(*row)


def _ledger(user: User) -> Ledger:
    lines = _ABOUT_PEOPLE + (_OF_OPERATIONS if sees_all(user) else "")
    return Ledger(
        table=f"({lines})",
        columns="""
            line.id, COALESCE(line.holder_id, person.holder_id) AS rep_id, line.to_id, line.what, line.what AS state,
            line.said, line.at, line.effect, line.about
        """,
        reps=("rep_id", "to_id"),
    )
