"""The ledger of re-assignments as it stands: whom automation gave to whom, how that write stands, whom nobody takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from json import loads

from alerts.lines import Ledger, Narrowed, called, read_told
from base.models import User
from leadmodel.lifecycle.routing import Skip, Skipped
from metrics.now import Tile

_UNTAKEN = """
    line.to_id IS NULL
    AND NOT EXISTS (SELECT FROM alerts_assignment later
                    WHERE later.person_id = line.person_id AND later.number = line.number AND later.id > line.id
                      AND {decided})
    AND EXISTS (SELECT FROM {cycle} cycle
                WHERE cycle.person_id = line.person_id AND cycle.number = line.number
                  AND cycle.outcome = 'open' AND cycle.first_touch_at IS NULL)
    AND NOT EXISTS (SELECT FROM {span} after
                    WHERE after.person_id = line.person_id AND after.number = line.number
                      AND after.ordinal > line.span)
"""
"""Whether nobody could take over and still nobody has: no answer, no other holder, nothing decided since."""
_STILL = _UNTAKEN.format(decided="true", cycle="leadmodel_cycle", span="leadmodel_span")
_BY_THEN = "decided_at <= LEAST(%(now)s, %(known_by)s)"
COULD_NOT = Tile(
    "could_not_assign",
    "Could not assign",
    "inbound people without a counted touch whom somebody else is to take over, and nobody may",
    # few lines say so: found once for all open cycles, not looked up for each
    "(person_id, number) IN (SELECT line.person_id, line.number FROM alerts_assignment line"
    f" WHERE line.{_BY_THEN} AND {_UNTAKEN.replace('{decided}', f'later.{_BY_THEN}')})",
    "bad",
)
"""The tile of the Now strip: whom the ledger says so of, as of and as known by its moment."""

STATES = ("could_not", "waiting", "written", "dry", "conflict", "refused", "undone", "cancelled", "over")
"""How a line may stand; `over`: nobody could take over then, and that is settled."""
_STATE = f"""
    CASE WHEN {_STILL} THEN 'could_not' WHEN line.to_id IS NULL THEN 'over'
         WHEN effect.state IN ('ready', 'leased') THEN 'waiting'
         WHEN effect.state = 'done' AND EXISTS (SELECT FROM base_effect undoing
              WHERE undoing.key = 'undo:' || effect.id AND undoing.state = 'done') THEN 'undone'
         WHEN effect.state = 'done' THEN 'written' ELSE effect.state END
"""


@dataclass(frozen=True)
class Line:
    """A line. `holder` and `to` are names; `effect` is the number of its write."""

    number: int
    person_id: str
    name: str
    cycle: int
    holder: str
    to: str | None
    rule: str
    state: str
    said: str
    decided_at: datetime
    due_at: datetime
    step: str
    effect: int | None
    skipped: tuple[Skipped, ...]


LEDGER = Ledger(
    table="alerts_assignment",
    columns=f"""
        line.id, line.to_id, line.rule, {_STATE} AS state, COALESCE(NULLIF(line.said, ''), effect.said, '') AS said,
        line.decided_at, line.due_at, line.step, line.effect_id, line.skipped
    """,
    choice="rule",
    reps=("holder_id", "to_id"),
    joins="LEFT JOIN base_effect effect ON effect.id = line.effect_id",
)
"""Narrowed to a rule; to a rep who had or gets somebody."""
_COLUMNS = f"""
    id, person_id, name, cycle, COALESCE({called("holder_id")}, 'nobody'), {called("to_id")}, rule, state, said,
    decided_at, due_at, step, effect_id, skipped
"""


def read_lines(
    user: User, narrowed: Narrowed, *, after: int | None = None, limit: int | None = None
) -> Iterator[Line]:
    """The lines about people this user may see, the latest first, from the one before line `after` on."""
    within = "true" if after is None else "line.id < %(after)s"
    rest = "ORDER BY id DESC LIMIT %(limit)s"
    for *told, skipped in read_told(
        user, LEDGER, narrowed, _COLUMNS, rest, within=within, values={"after": after, "limit": limit}
    ):
        yield Line(*[*told, skipped_of(skipped)])


def skipped_of(kept: object) -> tuple[Skipped, ...]:
    """Who was skipped and why, out of a line's JSON."""
    rows = loads(kept) if isinstance(kept, str) else kept
    assert isinstance(rows, list)
    return tuple(Skipped(rep_id, Skip(why), has, most) for rep_id, why, has, most in rows)
