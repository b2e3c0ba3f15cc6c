"""Whom our own assignments leave alone (M13): for a time after nurture; for good, who is unqualified or opted out."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import Stage
from leadmodel.models import Person


def held_back(person: Person, settings: ModelSettings, now: datetime) -> str:
    """Why this person is not to begin another cycle, in a sentence; empty where nothing forbids it or one is open."""
    if person.stage in {Stage.ASSIGNED, Stage.WORKING}:
        return ""
    if _has_opted_out(person.person_id):
        return "The person has opted out."
    if person.stage == Stage.UNQUALIFIED:
        return "The person is unqualified."
    until = person.stage_since + timedelta(days=settings.recycling.nurture_hold_days)
    if person.stage == Stage.NURTURE and now < until:
        day = until.astimezone(settings.organisation.zone)
        return f"The person is left in nurture until {day:%d %B %Y}."
    return ""


def _has_opted_out(person_id: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM sync_lead WHERE id = %(id)s AND has_opted_out"
            " UNION ALL SELECT FROM sync_contact WHERE id = %(id)s AND has_opted_out)",
            {"id": person_id},
        )
        row = cursor.fetchone()
    return bool(row and row[0])
