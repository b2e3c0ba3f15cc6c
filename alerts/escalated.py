"""The steps of the ladder as they stand: what was done about whoever waited, and what is to come within the hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.kept import excepted
from alerts.ladder.due import decided, stands
from alerts.lines import Ledger, Narrowed, Value, called, read_told
from base.models import User

STATES = ("waiting", "done", "untold", "moot", "over", "stale")
"""How what was decided may stand; `over`: it waited, and is not to be done any more."""
COMING = ("excepted", "due", "soon")
"""How a step may stand about which nothing was decided."""
SOON = timedelta(hours=1)

LEDGER = Ledger(
    table="alerts_escalation",
    columns=f"""
        line.id, line.step, line.act, line.due_at, line.said, line.attempts, line.again_at, line.decided_at,
        CASE WHEN line.state = 'waiting' AND NOT {stands("line")} THEN 'over' ELSE line.state END AS state
    """,
    choice="act",
    reps=("holder_id",),
)
"""Narrowed to an act; to a rep who kept somebody waiting."""
_NUMBER = "line.step - 1000 * LEAST(line.ordinal, 0)"
"""Tells apart the steps of a person that are due at once: two meetings may end at one instant."""
_COMING = Ledger(
    table="leadmodel_rung",
    columns=f"""
        {_NUMBER} AS id, line.step, line.act, line.due_at,
        CASE line.clock WHEN 'acceptance' THEN 'Of a hand-off.' WHEN 'nurture_return' THEN 'Of a return from Nurture.'
             WHEN 'follow_up' THEN 'Of a follow-up.'
             WHEN 'meeting_outcome' THEN 'Of a meeting.' WHEN 'no_show' THEN 'Of a no-show.' ELSE '' END AS said,
        0 AS attempts, NULL::timestamptz AS again_at,
        NULL::timestamptz AS decided_at,
        CASE WHEN {excepted("line")} THEN 'excepted' WHEN line.due_at <= %(now)s THEN 'due' ELSE 'soon' END AS state
    """,
    choice="act",
    reps=("holder_id",),
    joins=decided("line"),
)
_WITHIN = "done.id IS NULL AND line.due_at > %(stale)s AND line.due_at <= %(until)s"
_COLUMNS = f"""
    id, person_id, name, cycle, step, act, COALESCE({called("holder_id")}, 'nobody'), due_at, state, said, attempts,
    again_at, decided_at
"""


@dataclass(frozen=True)
class Line:
    """A step. `holder`: the name of who keeps them waiting; `decided_at` None: nothing was decided yet.

    `attempts`: how often it failed; `again_at`: when one that waits is looked at again.
    """

    number: int
    person_id: str
    name: str
    cycle: int
    step: int
    act: str
    holder: str
    due_at: datetime
    state: str
    said: str
    attempts: int
    again_at: datetime | None
    decided_at: datetime | None


@dataclass(frozen=True)
class Place:
    """A place in either list: of decisions the instant of one and its number, else when whose step is due."""

    at: datetime
    person_id: str
    number: int


def read_decided(
    user: User, narrowed: Narrowed, *, after: Place | None = None, limit: int | None = None
) -> list[Line]:
    """What was decided about people this user may see, the latest first, from the one after a place on."""
    within = "true" if after is None else "(line.decided_at, line.id) < (%(at)s, %(number)s)"
    rest = "ORDER BY decided_at DESC, id DESC LIMIT %(limit)s"
    values: dict[str, Value] = {"limit": limit}
    if after is not None:
        values |= {"at": after.at, "number": after.number}
    return [
        Line(*row) for row in read_told(user, LEDGER, narrowed, _COLUMNS, rest, within=within, values=values)
    ]


def read_coming(
    user: User,
    narrowed: Narrowed,
    *,
    now: datetime,
    stale: timedelta,
    after: Place | None = None,
    limit: int | None = None,
) -> list[Line]:
    """What is due within the hour, or was and was not decided about, the first due first.

    `stale`: what is due for longer is not done any more, and so not to come.
    """
    within, rest = _WITHIN, "ORDER BY due_at, person_id, id LIMIT %(limit)s"
    values: dict[str, Value] = {"now": now, "stale": now - stale, "until": now + SOON, "limit": limit}
    if after is not None:
        within += f" AND (line.due_at, line.person_id, {_NUMBER}) > (%(at)s, %(person)s, %(number)s)"
        values |= {"at": after.at, "person": after.person_id, "number": after.number}
    return [
        Line(*row) for row in read_told(user, _COMING, narrowed, _COLUMNS, rest, within=within, values=values)
    ]


def count_coming(user: User, *, now: datetime, stale: timedelta) -> int:
    """How many steps that list has."""
    values = {"now": now, "stale": now - stale, "until": now + SOON}
    ((count,),) = read_told(user, _COMING, Narrowed(), "count(*)", within=_WITHIN, values=values)
    return int(count)
