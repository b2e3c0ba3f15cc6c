"""How open cycles stand that are to be re-assigned, and what was decided about them before. Read in whole sets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from alerts.kept import excepted, has_news
from leadmodel.lifecycle.lead_types import Priority
from leadmodel.lifecycle.stages import Path

Cycle = tuple[str, int]
"""A person's Id and the number of a cycle."""
_Parameter = list[str] | list[int] | datetime


class Standing(NamedTuple):
    """An open cycle that nobody touched. `span` is its latest, `had` all who held it, `has_news` not derived yet."""

    span: int
    holder_id: str | None
    held_since: datetime
    had: frozenset[str]
    path: Path
    priority: Priority | None
    is_target_account: bool
    source: str | None
    is_excepted: bool
    has_news: bool


class Earlier(NamedTuple):
    """A line of the ledger about a cycle, and how its write stands; `state` None where nobody could take over.

    `person_id` and `number` are those the cycle had when it was written.
    """

    person_id: str
    number: int
    span: int
    ordinal: int
    due_at: datetime
    step: str
    digest: str
    state: str | None
    ended_at: datetime | None


_STANDING = f"""
    SELECT cycle.person_id, cycle.number, latest.ordinal, latest.holder_id, latest.started_at,
        (SELECT COALESCE(array_agg(held.holder_id), '{{}}') FROM leadmodel_span held
         WHERE held.person_id = cycle.person_id AND held.number = cycle.number AND held.holder_id IS NOT NULL),
        cycle.path, cycle.priority, cycle.is_target_account, cycle.source,
        {excepted("cycle")}, {has_news("cycle")}
    FROM unnest(%(persons)s::text[], %(numbers)s::int[]) AS asked (person_id, number)
    JOIN leadmodel_cycle cycle ON cycle.person_id = asked.person_id AND cycle.number = asked.number
    JOIN leadmodel_person person ON person.person_id = cycle.person_id
    CROSS JOIN LATERAL (SELECT ordinal, holder_id, started_at FROM leadmodel_span held
                        WHERE held.person_id = cycle.person_id AND held.number = cycle.number
                        ORDER BY ordinal DESC LIMIT 1) latest
    WHERE cycle.outcome = 'open' AND cycle.first_touch_at IS NULL AND NOT person.is_deleted
"""


def read_standing(cycles: Collection[Cycle], *, now: datetime) -> Mapping[Cycle, Standing]:
    """Those of the cycles that are open and untouched."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, _asked(cycles) | {"now": now})
        return {
            (person_id, number): Standing(
                span,
                holder_id,
                since,
                frozenset(had),
                Path(path),
                Priority(priority) if priority else None,
                *rest,
            )
            for person_id, number, span, holder_id, since, had, path, priority, *rest in cursor.fetchall()
        }


_EARLIER = """
    SELECT cycle.person_id, cycle.number,
           line.person_id, line.number, line.span, line.ordinal, line.due_at, line.step, line.digest,
           effect.state, effect.ended_at
    FROM unnest(%(persons)s::text[], %(numbers)s::int[]) AS asked (person_id, number)
    JOIN leadmodel_cycle cycle ON cycle.person_id = asked.person_id AND cycle.number = asked.number
    JOIN leadmodel_personrecord record ON record.person_id = cycle.person_id
    JOIN alerts_assignment line ON line.person_id = record.record_id AND line.due_at >= cycle.assigned_at
    LEFT JOIN base_effect effect ON effect.id = line.effect_id
    ORDER BY line.id
"""
"""Under whichever record of the person: a conversion or merge changes their Id and the numbers of their cycles, and not
when something was due in one."""


def read_earlier(cycles: Collection[Cycle]) -> Mapping[Cycle, list[Earlier]]:
    """The lines of the ledger about each open cycle, oldest first."""
    found: dict[Cycle, list[Earlier]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, _asked(cycles))
        for person_id, number, *told in cursor.fetchall():
            found.setdefault((person_id, number), []).append(Earlier(*told))
    return found


def _asked(cycles: Collection[Cycle]) -> dict[str, _Parameter]:
    asked = sorted(cycles)
    return {"persons": [person_id for person_id, _ in asked], "numbers": [number for _, number in asked]}
