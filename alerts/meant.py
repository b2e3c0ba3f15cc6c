"""Whether an automatic write is still meant just before it goes out, whatever changed since it was decided (M16)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from alerts.candidates import queue_called, read_candidates
from alerts.kept import excepted
from alerts.models import Assignment
from base.models import Effect
from leadmodel.directory import read_directory
from leadmodel.lifecycle.reassignment import How, Manner
from leadmodel.lifecycle.routing import Skip, why_no_more
from leadmodel.may_act import REASSIGN
from leadmodel.settings_store import settings_in_force

_EXCEPTED = f"""
    SELECT asked.number FROM (
        SELECT given.number, record.person_id
        FROM unnest(%(numbers)s::bigint[], %(subjects)s::text[]) AS given (number, subject)
        JOIN leadmodel_personrecord record ON record.record_id = given.subject
    ) asked
    WHERE {excepted("asked")}
"""


def why_not(effects: Sequence[Effect], now: datetime) -> Mapping[int, str]:
    """An exception is in force, or whoever was to take the person over may not any more."""
    if not effects:
        return {}
    with connection.cursor() as cursor:
        asked: dict[str, list[int] | list[str] | datetime] = {
            "numbers": [one.pk for one in effects],
            "subjects": [one.subject for one in effects],
            "now": now,
        }
        cursor.execute(_EXCEPTED, asked)
        found = {number: "An exception is in force." for (number,) in cursor.fetchall()}
    return _may_not([one for one in effects if one.kind == REASSIGN], now) | found


_WHY = {
    Skip.NOT_LISTED: "Whoever was to take them over is not among those any more who may.",
    Skip.INACTIVE: "Whoever was to take them over is not active in Salesforce any more.",
    Skip.ABSENT: "Whoever was to take them over is away.",
    Skip.FULL: "Whoever was to take them over holds as many by now as they may.",
    Skip.DAY_FULL: "Whoever was to take them over was given as many within a day as they may.",
}


def _may_not(effects: Sequence[Effect], now: datetime) -> dict[int, str]:
    """Of re-assignments those whose taker would not be chosen any more; who was decided first goes first."""
    found: dict[int, str] = {}
    by_rep: list[tuple[int, str, str | None, Manner]] = []
    settings = settings_in_force()
    lines = Assignment.objects.filter(effect__in=[one.pk for one in effects]).order_by("pk")
    for number, taker, holder, rule in lines.values_list("effect_id", "to_id", "holder_id", "rule"):
        manner = settings.reassignment.called(rule)
        if manner is None:
            found[number] = f"The settings have no rule “{rule}” any more."
        elif manner.how is How.QUEUE:
            queue = queue_called(manner.queue or "")
            if queue is None or queue.pk != taker:
                found[number] = _WHY[Skip.NOT_LISTED]
        elif taker is not None:
            by_rep.append((number, taker, holder, manner))
    if not by_rep:
        return found
    directory = read_directory(settings)
    teams = {holder: directory.team_of(holder, now) for _, _, holder, _ in by_rep if holder is not None}
    candidates = {
        one.rep_id: one
        for one in read_candidates(
            {team for team in teams.values() if team is not None},
            settings.reassignment,
            directory,
            states=[Effect.State.DONE],  # what waits to be written comes by here, too
            now=now,
        )
    }
    given: Counter[str] = Counter()
    for number, taker, holder, manner in by_rep:
        why: Skip | None = Skip.NOT_LISTED
        if taker in candidates:
            why = why_no_more(candidates[taker], manner, teams.get(holder or ""), given[taker])
        if why is None:
            given[taker] += 1
        else:
            found[number] = _WHY[why]
    return found
