"""Deletions that no query shows, as Salesforce tells of them: of the last 15 days at most, and fewer in a busy one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from psycopg2 import sql

from sync.cadence import DELETIONS_EVERY
from sync.models import ObjectState, Run
from sync.reading import Reading
from sync.removal import remove
from sync.runs import Logbook, Step
from sync.salesforce.client import Organisation
from sync.salesforce.objects import MirroredObject
from sync.salesforce.outcomes import TooManyIds
from sync.salesforce.soql import IDS_A_QUERY, Selection, ids_among
from sync.salesforce.spool import spooling
from sync.windows import OVERLAP

log = structlog.get_logger(__name__)

KEPT = timedelta(days=15)
SHORTEST = timedelta(minutes=2)
"""Salesforce ignores seconds, and refuses periods shorter than a minute."""

_DOUBTED = "Salesforce does not tell of all deletions since we last asked; every Id is compared instead."


def is_asking_due(spec: MirroredObject, state: ObjectState, *, now: datetime) -> bool:
    """Whether to ask what was deleted: a read of everything tells it too, and history outlives whatever it tells of."""
    every = SHORTEST if spec.skips_bin else DELETIONS_EVERY
    was_read_whole = state.compared_at == now
    return not spec.parent and not was_read_whole and now - _asked_to(state, now) >= every


def _asked_to(state: ObjectState, now: datetime) -> datetime:
    return state.deletions_read_to or now - OVERLAP


def follow_deletions(
    organisation: Organisation, spec: MirroredObject, runs: Logbook, state: ObjectState, *, now: datetime
) -> int:
    """Have what was deleted for good as gone in the mirror, which stands at `state`; answers how many rows that were.

    Where Salesforce has forgotten some deletions since we last asked, every Id is doubted until it was compared.
    """
    start = _asked_to(state, now)
    with runs.step(Run.Kind.DELETIONS) as step:
        if now - start >= KEPT:
            _doubt(spec, step, now)
            return 0
        try:
            told = organisation.deletions(spec.name, start, now)
        except TooManyIds:
            _doubt(spec, step, now)
            return 0
        gone = _gone(organisation, spec, _not_told_yet(spec, list(told.deleted_at)), now)
        values: dict[str, object] = {"deletions_read_to": min(told.covered_to, now)}
        if told.known_from > start:
            values["is_doubted"] = True
            log.warning("deletions_forgotten", object=spec.name, since=start, known_from=told.known_from)
        with transaction.atomic():
            removed = remove(spec, {one: told.deleted_at[one] for one in gone}, is_told=True)
            ObjectState.objects.filter(pk=spec.name).update(**values)
            step.done(
                rows=len(told.deleted_at), changed=removed, said=_DOUBTED if "is_doubted" in values else ""
            )
    return removed


def _doubt(spec: MirroredObject, step: Step, now: datetime) -> None:
    log.warning("deletions_not_told", object=spec.name)
    with transaction.atomic():
        ObjectState.objects.filter(pk=spec.name).update(is_doubted=True, deletions_read_to=now - OVERLAP)
        step.done(rows=0, changed=0, said=_DOUBTED)


def _not_told_yet(spec: MirroredObject, ids: Sequence[str]) -> list[str]:
    """Those that the mirror has as not deleted, or of which it was only found that they are."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT id FROM {} WHERE id = ANY(%s) AND (is_deleted IS NOT TRUE"
                " OR id IN (SELECT record_id FROM sync_gone WHERE NOT is_told))"
            ).format(sql.Identifier(spec.table)),
            [list(ids)],
        )
        return [row[0] for row in cursor.fetchall()]


def _gone(organisation: Organisation, spec: MirroredObject, ids: Sequence[str], now: datetime) -> set[str]:
    """Those that Salesforce does not have any more, not even in the recycle bin: it is asked before it is believed."""
    return set(ids) - found_among(organisation, spec, ids, now=now)


def found_among(
    organisation: Organisation, spec: MirroredObject, ids: Sequence[str], *, now: datetime
) -> set[str]:
    """Which of these records Salesforce has, deleted ones too."""
    found: set[str] = set()
    for first in range(0, len(ids), IDS_A_QUERY):
        some = ids[first : first + IDS_A_QUERY]
        with spooling(spec.name) as spool:
            selection = Selection(spec.name, ("Id", spec.stamp), spec.stamp, conditions=(ids_among(some),))
            Reading(organisation, {}, spool, now).read(selection)
            found |= spool.ids()
    return found
