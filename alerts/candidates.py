"""Who might take over from a rep: users as they are now, with what they hold and were given. Read in whole sets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection

from base.models import Effect
from leadmodel.lifecycle.facts import Directory
from leadmodel.lifecycle.reassignment import Reassignment
from leadmodel.lifecycle.routing import Candidate, Rota, Turn
from sync.models import Group
from sync.models import User as SalesforceUser

DAY = timedelta(days=1)
_STATE = Effect.State
REAL = (_STATE.READY, _STATE.LEASED, _STATE.DONE)
"""How a write stands that gives a rep somebody; one that lost to a newer change, was refused or cancelled does not."""
_LOOKED_BACK = timedelta(days=30)
"""What was given before is in Salesforce, or will be in nobody's hands by it."""


def counting(*, is_dry: bool) -> list[str]:
    """Which lines of the ledger count as a turn and as held: real ones; while this is rehearsed, rehearsals too."""
    return [*REAL, _STATE.DRY] if is_dry else [*REAL]


def read_candidates(
    teams: Collection[str], rules: Reassignment, directory: Directory, *, states: list[str], now: datetime
) -> list[Candidate]:
    """The humans of these teams (the holders') and of those that the rules name, active or not, by Id."""
    manners = [rules, *rules.rules]
    wanted = {*teams, *(team for manner in manners for team in manner.to_teams)}
    named = [name for manner in manners for name in manner.reps]
    found = []
    for pk, name, username, is_active in SalesforceUser.objects.values_list(
        "pk", "name", "username", "is_active"
    ):
        one = Candidate(
            pk,
            frozenset(told.casefold() for told in (pk, name, username) if told),
            name=name or pk,
            team=directory.team_of(pk, now),
            is_active=bool(is_active),
        )
        is_rep = directory.is_human(pk) and directory.named(pk) == pk  # no machine that acts for one
        if is_rep and (one.team in wanted or any(map(one.is_called, named))):
            found.append(_at_work(one, directory, now))
    held = _held([one.rep_id for one in found], states=states, now=now)
    return sorted(
        (replace(one, open_cycles=held[one.rep_id][0], given_today=held[one.rep_id][1]) for one in found),
        key=lambda one: one.rep_id,
    )


def _at_work(one: Candidate, directory: Directory, now: datetime) -> Candidate:
    openings = directory.openings_of(one.rep_id)
    if openings is None:
        return one
    return replace(one, is_absent=openings.is_absent(now), is_at_work=openings.is_open(now))


_HELD = """
    SELECT rep.id,
        (SELECT count(*) FROM leadmodel_cycle cycle WHERE cycle.holder_id = rep.id AND cycle.outcome = 'open')
        + (SELECT count(*) FROM alerts_assignment given
           JOIN base_effect effect ON effect.id = given.effect_id AND effect.state = ANY(%(states)s)
           JOIN leadmodel_cycle cycle USING (person_id, number)
           WHERE given.to_id = rep.id AND given.decided_at > %(lately)s AND cycle.outcome = 'open'
             AND NOT EXISTS (SELECT FROM leadmodel_span after
                             WHERE after.person_id = given.person_id AND after.number = given.number
                               AND after.ordinal > given.span)),
        (SELECT count(*) FROM alerts_assignment given
         JOIN base_effect effect ON effect.id = given.effect_id AND effect.state = ANY(%(states)s)
         WHERE given.to_id = rep.id AND given.decided_at > %(lately)s
           AND (effect.ended_at IS NULL OR effect.ended_at > %(yesterday)s))
    FROM unnest(%(reps)s::text[]) AS rep (id)
"""
"""How many open cycles each holds, those on the way to them too; and how many they were given within a day."""


def _held(reps: list[str], *, states: list[str], now: datetime) -> Mapping[str, tuple[int, int]]:
    asked: dict[str, list[str] | datetime] = {
        "reps": reps,
        "states": states,
        "lately": now - _LOOKED_BACK,
        "yesterday": now - DAY,
    }
    with connection.cursor() as cursor:
        cursor.execute(_HELD, asked)
        return {rep_id: (held, given) for rep_id, held, given in cursor.fetchall()}


_TURNS = """
    SELECT rule.name, rep.id, latest.place, latest.id
    FROM unnest(%(rules)s::text[]) AS rule (name) CROSS JOIN unnest(%(reps)s::text[]) AS rep (id)
    CROSS JOIN LATERAL (
        SELECT given.place, given.id FROM alerts_assignment given
        JOIN base_effect effect ON effect.id = given.effect_id AND effect.state = ANY(%(states)s)
        WHERE given.rule = rule.name AND given.to_id = rep.id AND given.place IS NOT NULL
        ORDER BY given.id DESC LIMIT 1
    ) latest
"""


def read_rota(rules: Collection[str], reps: Collection[str], *, states: list[str]) -> Rota:
    """Whose turn it is by the ledger."""
    with connection.cursor() as cursor:
        cursor.execute(_TURNS, {"rules": sorted(rules), "reps": sorted(reps), "states": states})
        return Rota({(rule, rep): Turn(place, number) for rule, rep, place, number in cursor.fetchall()})


def queue_called(name: str) -> Group | None:
    """The queue the settings mean; of several of that name, the one of the lowest Id."""
    wanted = name.casefold()
    for queue in Group.objects.filter(type="Queue").order_by("pk"):
        if wanted in {(told or "").casefold() for told in (queue.pk, queue.name, queue.developer_name)}:
            return queue
    return None
