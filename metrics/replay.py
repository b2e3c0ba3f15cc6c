"""What promises would have done in a period, by rep: gathered from the spans, worked out by the pure replay (M18)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

from leadmodel.lifecycle.derive import derive
from leadmodel.lifecycle.lead_types import Priority
from leadmodel.lifecycle.policies import AutoAbandon
from leadmodel.lifecycle.replay import Deed, Wait, given_up_at, of_wait
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import Path
from leadmodel.rebuild import Model, families_in_batches, read_model
from metrics.compile import EXCLUDED, tables
from metrics.query import State
from metrics.selection import Selection

DEEDS = {
    Deed.MISSED_TARGET: "Target missed",
    Deed.MISSED_MAXIMUM: "Maximum missed",
    Deed.REMIND_REP: "Reminders",
    Deed.TELL_MANAGER: "Manager told",
    Deed.REASSIGN: "Re-assigned",
    Deed.TELL_THEIR_MANAGER: "Above told",
    Deed.GIVEN_UP: "Given up",
}
"""What each is called, in the order of tables."""


class Happened(NamedTuple):
    """One thing that would have happened about a person. `rep` None: nobody's, a queue held them."""

    at: datetime
    person_id: str
    number: int
    deed: Deed
    rep: str | None


_WAITS = """
    SELECT span.person_id, span.number, span.rep,
           CASE WHEN span.rep IS NULL THEN span.assigned_at ELSE span.started_at END,
           span.started_at, LEAST(cycle.first_touch_at, cycle.closed_at, span.ended_at),
           span.priority
    FROM {span} span
    JOIN {cycle} cycle USING (person_id, number)
    JOIN {person} person USING (person_id)
    WHERE span.path = 'inbound' AND span.owes_response AND NOT person.is_deleted
      AND span.started_at < %(end)s AND span.started_at >= %(since)s
      AND (%(reps)s::text[] IS NULL OR span.rep = ANY(%(reps)s)) AND {looked_at}
      AND span.person_id NOT IN ({excluded})
"""
_WORKED = """
    SELECT cycle.person_id, cycle.number, cycle.path, cycle.priority, cycle.is_target_account,
           cycle.first_touch_at, cycle.last_touch_at, cycle.closed_at,
           cycle.last_touch_at > %(start)s AND cycle.touch_count > 2
    FROM {cycle} cycle JOIN {person} person USING (person_id)
    WHERE cycle.first_touch_at < %(worked)s AND (cycle.closed_at IS NULL OR cycle.closed_at > %(start)s)
      AND NOT person.is_deleted AND {looked_at} AND cycle.person_id NOT IN ({excluded})
      AND (%(reps)s::text[] IS NULL OR EXISTS (
          SELECT FROM {span} span WHERE span.rep = ANY(%(reps)s)
          AND span.person_id = cycle.person_id AND span.number = cycle.number
      ))
"""
"""Who was worked for long enough, by these reps or whomever; the last column: whether it takes every touch to tell when
they were left alone."""
_HELD = """
    SELECT given.person_id, given.number, given.at, held.rep
    FROM unnest(%(persons)s::text[], %(numbers)s::int[], %(moments)s::timestamptz[]) AS given (person_id, number, at)
    LEFT JOIN LATERAL (
        SELECT rep FROM {span} span
        WHERE span.person_id = given.person_id AND span.number = given.number AND span.started_at <= given.at
        ORDER BY span.ordinal DESC LIMIT 1
    ) held ON true
"""
_Cycle = tuple[str, int]
"""A person's Id, and the cycle's number."""


def replay(
    selection: Selection, settings: ModelSettings, state: State, *, among: State | None = None
) -> list[Happened]:
    """What these settings would have done in the selection's period, the latest first; of its reps, where it has any.

    `state` is where the cycles and spans stand: stored, or derived under settings that are tried. With `among`, only to
    the people who stand there too.
    """
    looked_at = "true"
    if among is not None:
        looked_at = "EXISTS (SELECT FROM {person} there WHERE there.person_id = person.person_id)".format(
            **tables(among.prefix)
        )
    end = min(selection.end, selection.instant)
    model = read_model(settings=settings)
    found = [
        *_of_waits(selection, model, state, end, looked_at),
        *_given_up(selection, model, state, end, looked_at),
    ]
    if selection.reps is not None:
        found = [one for one in found if one.rep in selection.reps]
    return sorted(found, key=place, reverse=True)


place = itemgetter(slice(4))
"""Where something stands in the order of time: instant, person, cycle, what."""


def count(found: Iterable[Happened]) -> dict[str | None, Counter[Deed]]:
    """Rep → how often each thing would have happened."""
    told: dict[str | None, Counter[Deed]] = {}
    for one in found:
        told.setdefault(one.rep, Counter())[one.deed] += 1
    return told


def _of_waits(
    selection: Selection, model: Model, state: State, end: datetime, looked_at: str
) -> Iterator[Happened]:
    response = model.settings.response
    # a wait that began before can still break a promise, or come to a step, within the period
    longest = response.maximum + timedelta(
        minutes=max((step.minutes for step in response.ladder), default=0.0)
    )
    if response.hours == "business":
        longest = longest * 8 + timedelta(days=30)  # few hours a day, and weeks off
    names = tables(state.prefix)
    query = _WAITS.format(**names, looked_at=looked_at, excluded=EXCLUDED.format(**names))
    asked = {"end": end, "since": selection.start - longest, "reps": _reps(selection)}
    state.cursor.execute(query, state.values | asked)
    for person_id, number, rep, since, got_at, until, priority in state.cursor.fetchall():
        urgency = Priority(priority) if priority else None
        wait = Wait(
            since, got_at, until, urgency, is_reps=rep is not None, openings=model.directory.openings_of(rep)
        )
        for deed, at in of_wait(wait, response, selection.start, end):
            yield Happened(at, person_id, number, deed, rep)


def _given_up(
    selection: Selection, model: Model, state: State, end: datetime, looked_at: str
) -> Iterator[Happened]:
    limits = model.settings.auto_abandon
    names = tables(state.prefix)
    query = _WORKED.format(**names, looked_at=looked_at, excluded=EXCLUDED.format(**names))
    state.cursor.execute(query, state.values | {"worked": end - _shortest(limits), "reps": _reps(selection)})
    worked = state.cursor.fetchall()
    touches = _touches(state, model, {(row[0], row[1]) for row in worked if row[-1]})
    given: list[tuple[str, int, datetime]] = []
    for person_id, number, path, priority, is_target, first, last, closed_at, _ in worked:
        touched = touches.get((person_id, number), [first, last])
        of_type = (Path(path), Priority(priority) if priority else None)
        limit = limits.limit_of(*of_type, is_target_account=is_target)
        at = given_up_at(touched, closed_at, limit, selection.start, end)
        if at is not None:
            given.append((person_id, number, at))
    persons, numbers, moments = ([one[place] for one in given] for place in range(3))
    asked = {"persons": persons, "numbers": numbers, "moments": moments}
    state.cursor.execute(_HELD.format(**names), asked)
    for person_id, number, at, rep in state.cursor.fetchall():
        yield Happened(at, person_id, number, Deed.GIVEN_UP, rep)


def _reps(selection: Selection) -> list[str] | None:
    """Whose people are asked for; None: everybody's."""
    return None if selection.reps is None else sorted(selection.reps)


def _touches(state: State, model: Model, cycles: Collection[_Cycle]) -> dict[_Cycle, list[datetime]]:
    """When each of these cycles was touched, in order: no table keeps it, so their people are derived."""
    found: dict[_Cycle, list[datetime]] = {}
    for families in families_in_batches(state.cursor, model, sorted({one[0] for one in cycles})):
        for family in families:
            persons = derive(family, settings=model.settings, directory=model.directory, with_loose=False)
            for person in persons:
                for cycle in person.cycles:
                    touched = sorted(touch.counts_at or touch.at for touch in cycle.touches)
                    found[person.person_id, cycle.number] = touched
    return {key: touched for key, touched in found.items() if key in cycles and touched}


def _shortest(limits: AutoAbandon) -> timedelta:
    """Nobody is given up who was worked for less."""
    return timedelta(days=min(limit.working_days for limit in (limits, *limits.types)))
