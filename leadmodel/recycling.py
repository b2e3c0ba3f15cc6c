"""Whom our own assignments leave alone (M13): for a time after nurture; for good, who is unqualified or opted out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import Stage
from leadmodel.models import Person


def held_back(person: Person, settings: ModelSettings, now: datetime) -> str:
    """Why this person is not to begin another cycle, in a sentence; empty where nothing forbids it or one is open."""
    if person.stage in {Stage.ASSIGNED, Stage.WORKING}:
        return ""
    if read_opted_out([person.person_id]):
        return "The person has opted out."
    if person.stage == Stage.UNQUALIFIED:
        return "The person is unqualified."
    until = person.stage_since + settings.recycling.nurture_hold
    if person.stage == Stage.NURTURE and now < until:
        day = until.astimezone(settings.organisation.zone)
        return f"The person is left in nurture until {day:%d %B %Y}."
    return ""


def opted_out(row: str) -> str:
    """Whether a person has opted out, as a condition of SQL: of the table or row called so, by its `person_id`.

    It is told as Salesforce says now: when somebody did is not known.
    """
    return f"""
        EXISTS (
            SELECT FROM sync_lead WHERE id = {row}.person_id AND has_opted_out
            UNION ALL SELECT FROM sync_contact WHERE id = {row}.person_id AND has_opted_out
        )
    """


def read_opted_out(persons: Collection[str]) -> set[str]:
    """Those of these people who have opted out."""
    if not persons:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT person_id FROM unnest(%s::text[]) AS asked (person_id) WHERE {opted_out('asked')}",
            [sorted(persons)],
        )
        return {person_id for (person_id,) in cursor.fetchall()}
