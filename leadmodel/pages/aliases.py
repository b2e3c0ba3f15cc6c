"""A person's cycles under the names that operations turned on beside the stages, with their dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from base.words import Instant, instant
from leadmodel.filling import array
from leadmodel.lifecycle.aliases import MEANINGS, Around, dates_of
from leadmodel.lifecycle.cycles import Person
from leadmodel.lifecycle.facts import Horizon
from leadmodel.lifecycle.settings import ModelSettings


@dataclass(frozen=True)
class AliasView:
    """One name: what it says, and when the cycle reached it; None: it did not."""

    name: str
    meaning: str
    at: Instant | None


@dataclass(frozen=True)
class CycleAliases:
    """The names of one cycle."""

    title: str
    aliases: list[AliasView]


def read_aliases(
    person: Person, settings: ModelSettings, horizon: Horizon, *, now: datetime, zone: ZoneInfo
) -> list[CycleAliases]:
    """Each cycle's aliases, latest first, as far as `horizon` shows what they rest on; none where none are shown."""
    shown = settings.aliases.show
    if not shown or not person.cycles:
        return []
    told = dates_of(person.cycles, _read_around(person, horizon), settings)
    views = [
        CycleAliases(
            f"Cycle {cycle.number}",
            [
                AliasView(
                    _name(alias.value, cycle.priority if alias is alias.AQL else None),
                    MEANINGS[alias],
                    instant(dates[alias], now=now, zone=zone) if alias in dates else None,
                )
                for alias in shown
            ],
        )
        for cycle, dates in zip(person.cycles, told, strict=True)
    ]
    return views[::-1]


def _name(alias: str, priority: str | None) -> str:
    """An AQL has its priority beside it (R141)."""
    return f"{alias} ({priority})" if priority else alias


def _read_around(person: Person, horizon: Horizon) -> Around:
    with connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        records = array(person.record_ids)
        cursor.execute(
            "SELECT created_at FROM sync_campaignmember WHERE created_at IS NOT NULL"
            " AND (lead_id = ANY(%(ids)s::text[]) OR contact_id = ANY(%(ids)s::text[]))",
            {"ids": records},
        )
        responses: Sequence[datetime] = [row[0] for row in cursor.fetchall() if horizon.shows(row[0], row[0])]
        cursor.execute(
            "SELECT min(created_at) FROM (SELECT created_at, email FROM sync_lead WHERE id = ANY(%(ids)s::text[])"
            " UNION ALL SELECT created_at, email FROM sync_contact WHERE id = ANY(%(ids)s::text[])) record"
            " WHERE email <> ''",
            {"ids": records},
        )
        row = cursor.fetchone()
    mailed_at = row[0] if row is not None and row[0] is not None and horizon.shows(row[0], row[0]) else None
    return Around(mailed_at, responses)
