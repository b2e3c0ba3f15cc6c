"""Whether an automatic write is still meant just before it goes out, whatever changed since it was decided (M16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from alerts.kept import excepted
from alerts.models import Assignment
from base.models import Effect
from leadmodel.directory import read_directory
from leadmodel.may_act import REASSIGN
from leadmodel.settings_store import settings_in_force
from sync.models import User as SalesforceUser

_EXCEPTED = f"""
    SELECT asked.number FROM (
        SELECT given.number, record.person_id
        FROM unnest(%(numbers)s::bigint[], %(subjects)s::text[]) AS given (number, subject)
        JOIN leadmodel_personrecord record ON record.record_id = given.subject
    ) asked
    WHERE {excepted("asked")}
"""


def why_not(effects: Sequence[Effect], now: datetime) -> Mapping[int, str]:
    """An exception is in force, or whoever was to take the person over is away or gone."""
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
    return _not_there([one for one in effects if one.kind == REASSIGN], now) | found


def _not_there(effects: Sequence[Effect], now: datetime) -> dict[int, str]:
    """Of re-assignments those whose taker does not work now."""
    takers = dict(
        Assignment.objects.filter(effect__in=[one.pk for one in effects]).values_list("effect_id", "to_id")
    )
    if not takers:
        return {}
    gone = set(
        SalesforceUser.objects.filter(pk__in=takers.values(), is_active=False).values_list("pk", flat=True)
    )
    directory = read_directory(settings_in_force())
    found = {}
    for number, taker in takers.items():
        openings = directory.openings_of(taker)
        if taker in gone:
            found[number] = "Whoever was to take them over is not active in Salesforce any more."
        elif openings is not None and openings.is_absent(now):
            found[number] = "Whoever was to take them over is away."
    return found
