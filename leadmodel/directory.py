"""Who is who, from the mirror's users and the settings: humans, machines, queues, teams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import connection

from base.zones import zone_called
from leadmodel.lifecycle.business_time import Openings
from leadmodel.lifecycle.calendars import Calendar
from leadmodel.lifecycle.facts import Since, Users
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.models import Absence, TeamMembership

QUEUE = "(queue)"
"""What all queues together are called in figures per rep (M12)."""


def read_directory(settings: ModelSettings, *, known_by: datetime | None = None) -> Users:
    """The directory the lead model is derived with; `known_by` chooses the absences entered by then (M3)."""
    rules = settings.touches
    automated = {name.casefold() for name in rules.automated_users}
    profiles, roles = set(rules.automated_profiles), set(rules.automated_roles)
    acts_for = {name.casefold(): rep.casefold() for name, rep in rules.acts_for.items()}
    humans: set[str] = set()
    ids: dict[str, set[str]] = defaultdict(set)
    teams: dict[str, list[Since]] = defaultdict(list)
    acting: dict[str, str] = {}
    zones: dict[str, str] = {}
    for row in _users():
        names = {row.user_id.casefold(), row.name.casefold(), row.username.casefold()}
        ids[row.name].add(row.user_id)
        for name in names & acts_for.keys():
            acting[row.user_id] = acts_for[name]
        if row.is_user:
            zones[row.user_id] = row.zone
        if (
            row.is_standard
            and not names & automated
            and row.profile not in profiles
            and row.role not in roles
        ):
            humans.add(row.user_id)
        team = {"role": row.role, "manager": row.manager_name, "app": None}[settings.teams.source]
        if team:
            teams[row.user_id].append((None, team))
    if settings.teams.source == "app":
        for membership in TeamMembership.objects.order_by("user_id", "since"):
            teams[membership.user_id].append((membership.since, membership.team))
    by_name = {name: next(iter(found)) if len(found) == 1 else None for name, found in ids.items()}
    folded = {name.casefold(): user_id for name, user_id in by_name.items()}
    acting_for = {machine: rep for machine, name in acting.items() if (rep := folded.get(name)) is not None}
    openings = _openings(settings, teams, zones, known_by=known_by)
    return Users(frozenset(humans), dict(teams), acting_for, by_name, openings)


def _openings(
    settings: ModelSettings,
    teams: Mapping[str, Sequence[Since]],
    zones: Mapping[str, str],
    *,
    known_by: datetime | None,
) -> dict[str | None, Openings]:
    """When each user of Salesforce works: by the team they are in now, in their own time zone (M17)."""
    away: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    absences = Absence.objects.order_by("starts_at", "ends_at")
    for absence in absences if known_by is None else absences.filter(entered_at__lte=known_by):
        away[absence.user_id].append((absence.starts_at, absence.ends_at))
    calendars, here = settings.business_time, settings.organisation.time_zone
    written = {team: calendar.model_dump_json() for team, calendar in calendars.teams.items()}
    everybody = calendars.everybody.model_dump_json()
    openings: dict[str | None, Openings] = {None: _open(everybody, here, ())}
    for user_id, zone in zones.items():
        team = teams[user_id][-1][1] if user_id in teams else ""
        openings[user_id] = _open(written.get(team, everybody), zone or here, tuple(away[user_id]))
    return openings


@lru_cache(maxsize=4096)
def _open(calendar: str, zone: str, absences: tuple[tuple[datetime, datetime], ...]) -> Openings:
    """One for all who work alike: its years are worked out once. A zone Python does not know is taken for UTC."""
    told = Calendar.model_validate_json(calendar)
    known = zone_called(zone)
    return Openings(told.week, known, is_closed=told.is_closed, absences=absences)


@dataclass(frozen=True)
class _UserRow:
    user_id: str
    name: str
    username: str
    is_standard: bool
    profile: str
    role: str
    manager_name: str
    is_user: bool
    zone: str


def _users() -> list[_UserRow]:
    """Users and queues; a queue is never standard, so never human."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT u.id, COALESCE(u.name, u.username, u.id), COALESCE(u.username, ''),
                   COALESCE(u.user_type, 'Standard') = 'Standard',
                   COALESCE(profile.name, ''), COALESCE(role.name, ''), COALESCE(manager.name, ''),
                   true, COALESCE(u.time_zone, '')
            FROM sync_user u
            LEFT JOIN sync_profile profile ON profile.id = u.profile_id
            LEFT JOIN sync_role role ON role.id = u.role_id
            LEFT JOIN sync_user manager ON manager.id = u.manager_id
            UNION ALL
            SELECT id, COALESCE(name, developer_name, id), '', false, '', '', '', false, '' FROM sync_group
            """
        )
        return [_UserRow(*row) for row in cursor.fetchall()]
