"""What would move under settings that are tried: people of the last days, and the figures before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any

from base.models import User
from leadmodel.access import sight
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.pages.links import person_href
from leadmodel.pages.people import NAME, WITH_NAMES
from leadmodel.settings_store import fields_of, settings_in_force
from metrics.compile import STORED
from metrics.definitions import BY_NAME
from metrics.query import State, ask, derived
from metrics.replay import DEEDS, Happened, count, replay
from metrics.report import written
from metrics.selection import Selection, last_days, period
from metrics.spec import Figure, Unit
from sync.fields import column_of

DAYS_TRIED = 30
TRIED = (
    "assigned", "picked_up", "pick_up_rate", "response_median_s", "sla_attainment", "qualified", "qualified_rate",
    "bypassed", "open",
)  # fmt: skip
"""The figures that are told before and after."""
BY_NAME_AT_MOST = 5
"""So many people of one move are named; the others are counted."""


@dataclass(frozen=True)
class Compared:
    """A figure under the settings in force and as it would be."""

    label: str
    before: str
    after: str
    is_moved: bool


@dataclass(frozen=True)
class Named:
    """A person, and the way to their page."""

    href: str
    name: str


@dataclass(frozen=True)
class Move:
    """How many people would go from one value of `what` to another, some of them by name."""

    what: str
    before: str
    after: str
    people: int
    some: list[Named]

    @property
    def others(self) -> int:
        """How many are not named."""
        return self.people - len(self.some)


@dataclass(frozen=True)
class WouldMove:
    """What settings would change. `looked_at`: the people of the last days; `took_s`: how long it took to tell.

    `unread`: fields that these settings name and that are not mirrored, so that nothing rests on them yet.
    """

    figures: list[Compared]
    moves: list[Move]
    looked_at: int
    took_s: float
    unread: list[str]


def would_move(user: User, settings: ModelSettings, *, now: datetime) -> WouldMove:
    """Derive the people of the last days under `settings`, keep nothing, and tell what differs from what is stored."""
    began = monotonic()
    first, until = last_days(DAYS_TRIED, now, settings.organisation.zone)
    start, end = period(first, until, settings.organisation.zone)
    selection = Selection(start, end, now)
    figures = tuple(BY_NAME[name] for name in TRIED)
    with derived(selection, under=settings) as state:
        # asked inside, so that both sides are told from one snapshot
        before = ask(selection, figures=figures).overall
        after = ask(selection, figures=figures, state=state).overall
        acts = _acts(
            # of the same people: whom nothing happened to lately is not derived
            replay(selection, settings_in_force(), replace(state, prefix=STORED), among=state),
            replay(selection, settings, state),
        )
        moves, looked_at = _moves(user, state)
    compared = [_compared(figure, before, after) for figure in figures]
    return WouldMove([*compared, *acts], moves, looked_at, monotonic() - began, unread_fields(settings))


def _acts(before: Sequence[Happened], after: Sequence[Happened]) -> list[Compared]:
    """How often automation would have done what in those days, by the promises in force and by those tried."""
    was, would = (sum(count(found).values(), Counter()) for found in (before, after))
    return [
        Compared(words, f"{was[deed]:,}", f"{would[deed]:,}", is_moved=was[deed] != would[deed])
        for deed, words in DEEDS.items()
    ]


def unread_fields(settings: ModelSettings) -> list[str]:
    """The fields these settings name that no read has brought so far, as "Lead.Score__c"."""
    return sorted(f"{name}.{field}" for name, field in fields_of(settings) if column_of(name, field) is None)


def _compared(
    figure: Figure, before: Mapping[str, float | int | None], after: Mapping[str, float | int | None]
) -> Compared:
    words = [written(told[figure.name], figure.unit) for told in (before, after)]
    label = f"{figure.label}, rate" if figure.unit is Unit.SHARE else figure.label
    return Compared(label, words[0], words[1], is_moved=words[0] != words[1])


# of a cycle that only one of the two has, the outcome tells it all
_MOVES = """
    SELECT told.what, told.before, told.after, count(*),
           (array_agg(pair.person_id ORDER BY pair.person_id))[:{most}]
    FROM (
        SELECT person.person_id, person.stage AS stage, new.stage AS new_stage,
               was.person_id IS NOT NULL AND would.person_id IS NOT NULL AS has_both, was.path, would.path AS new_path,
               was.priority, would.priority AS new_priority, was.outcome, would.outcome AS new_outcome
        FROM {prefix}person new JOIN leadmodel_person person ON person.person_id = new.person_id
        LEFT JOIN leadmodel_cycle was ON was.person_id = person.person_id AND was.number = person.cycle_count
        LEFT JOIN {prefix}cycle would ON would.person_id = new.person_id AND would.number = new.cycle_count
        WHERE NOT new.is_deleted AND {seen}
    ) pair CROSS JOIN LATERAL (VALUES
        (1, 'Stage', stage, new_stage),
        (2, 'Path', CASE WHEN has_both THEN path END, CASE WHEN has_both THEN new_path END),
        (3, 'Priority', CASE WHEN has_both THEN COALESCE(priority, 'none') END,
                        CASE WHEN has_both THEN COALESCE(new_priority, 'none') END),
        (4, 'Outcome of the latest cycle', COALESCE(outcome, 'no cycle'), COALESCE(new_outcome, 'no cycle'))
    ) told (place, what, before, after)
    WHERE told.before IS DISTINCT FROM told.after
    GROUP BY told.place, told.what, told.before, told.after
    ORDER BY told.place, count(*) DESC, told.before, told.after
"""


def _moves(user: User, state: State) -> tuple[list[Move], int]:
    """Who would move among those the user may see, and how many were looked at."""
    seen = sight(user)
    statement = _MOVES.format(most=BY_NAME_AT_MOST, prefix=state.prefix, seen=seen.condition)
    state.cursor.execute(statement, seen.values)
    rows = state.cursor.fetchall()
    names = _names(user, state, [person_id for row in rows for person_id in row[4]])
    state.cursor.execute(f"SELECT count(*) FROM {state.prefix}person")
    (looked_at,) = state.cursor.fetchone() or (0,)
    moves = [
        Move(what, before, after, people, [names[one] for one in some if one in names])
        for what, before, after, people, some in rows
    ]
    return moves, looked_at


def _names(user: User, state: State, ids: Sequence[str]) -> dict[str, Named]:
    seen = sight(user)
    values: dict[str, Any] = {**seen.values, "ids": list(ids)}
    state.cursor.execute(
        f"SELECT person.person_id, {NAME} FROM leadmodel_person person {WITH_NAMES}"
        f" WHERE person.person_id = ANY(%(ids)s::text[]) AND {seen.condition}",
        values,
    )
    return {person_id: Named(person_href(person_id), name) for person_id, name in state.cursor.fetchall()}
