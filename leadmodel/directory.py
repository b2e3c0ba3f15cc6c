"""Who is who, from the mirror's users and the settings: humans, machines, queues, teams."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db import connection

from leadmodel.lifecycle.facts import Since, Users
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.models import TeamMembership

QUEUE = "(queue)"
"""What all queues together are called in figures per rep (M12)."""


def read_directory(settings: ModelSettings) -> Users:
    """The directory the lead model is derived with."""
    rules = settings.touches
    automated = {name.casefold() for name in rules.automated_users}
    profiles, roles = set(rules.automated_profiles), set(rules.automated_roles)
    acts_for = {name.casefold(): rep.casefold() for name, rep in rules.acts_for.items()}
    humans: set[str] = set()
    ids: dict[str, set[str]] = defaultdict(set)
    teams: dict[str, list[Since]] = defaultdict(list)
    acting: dict[str, str] = {}
    for row in _users():
        names = {row.user_id.casefold(), row.name.casefold(), row.username.casefold()}
        ids[row.name].add(row.user_id)
        for name in names & acts_for.keys():
            acting[row.user_id] = acts_for[name]
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
    return Users(frozenset(humans), dict(teams), acting_for, by_name)


@dataclass(frozen=True)
class _UserRow:
    user_id: str
    name: str
    username: str
    is_standard: bool
    profile: str
    role: str
    manager_name: str


def _users() -> list[_UserRow]:
    """Users and queues; a queue is never standard, so never human."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT u.id, COALESCE(u.name, u.username, u.id), COALESCE(u.username, ''),
                   COALESCE(u.user_type, 'Standard') = 'Standard',
                   COALESCE(profile.name, ''), COALESCE(role.name, ''), COALESCE(manager.name, '')
            FROM sync_user u
            LEFT JOIN sync_profile profile ON profile.id = u.profile_id
            LEFT JOIN sync_role role ON role.id = u.role_id
            LEFT JOIN sync_user manager ON manager.id = u.manager_id
            UNION ALL
            SELECT id, COALESCE(name, developer_name, id), '', false, '', '', '' FROM sync_group
            """
        )
        return [_UserRow(*row) for row in cursor.fetchall()]
