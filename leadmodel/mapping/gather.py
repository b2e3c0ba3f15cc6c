"""Read out of the mirror what proposals rest on."""

from __future__ import annotations

from typing import Any

from django.db import connection

from leadmodel.mapping.evidence import Actor, Counted, Evidence
from sync.models import ObjectState

MOST = 200
"""Values of one kind that are looked at, the most frequent first."""


def gather() -> Evidence:
    """Read the mirror."""
    fields = dict(ObjectState.objects.filter(name__in=("Lead", "Contact")).values_list("name", "fields"))
    with_manager, with_role = _shares()
    return Evidence(
        statuses=_counted(_STATUSES),
        sources=_counted(_SOURCES),
        fields=fields,
        actors=tuple(map(_actor, _rows(_ACTORS))),
        subjects=_counted(_SUBJECTS),
        with_manager=with_manager,
        with_role=with_role,
    )


_STATUSES = """
    SELECT status, count(DISTINCT id) FROM (
        SELECT status, id FROM sync_lead WHERE is_deleted IS NOT TRUE
        UNION ALL SELECT new_value, lead_id FROM sync_leadhistory WHERE field = 'Status'
    ) told WHERE status <> '' GROUP BY status ORDER BY 2 DESC, 1 LIMIT %(most)s
"""
_SOURCES = """
    SELECT lead_source, count(*) FROM sync_lead WHERE lead_source <> '' AND is_deleted IS NOT TRUE
    GROUP BY lead_source ORDER BY 2 DESC, 1 LIMIT %(most)s
"""
_SUBJECTS = """
    SELECT CASE WHEN starts_with(subject, '[') THEN split_part(subject, ']', 1) || '] *'
                ELSE split_part(subject, ':', 1) || ': *' END AS pattern, count(*)
    FROM sync_task WHERE strpos(left(subject, 40), ':') > 2 OR starts_with(subject, '[')
    GROUP BY pattern ORDER BY 2 DESC, 1 LIMIT %(most)s
"""
_ACTORS = """
    WITH hours AS (
        SELECT owner_id AS user_id, extract(hour FROM created_at)::int AS hour, count(*) AS activities
        FROM sync_task GROUP BY 1, 2
    ), logged AS (
        SELECT user_id, sum(activities)::int AS activities, json_object_agg(hour, activities) AS by_hour
        FROM hours WHERE hour IS NOT NULL GROUP BY user_id
    ), changed AS (
        SELECT created_by_id AS user_id, count(*) AS changes FROM sync_leadhistory GROUP BY created_by_id
    ), held AS (
        SELECT owner_id AS user_id, count(*) AS people FROM sync_lead WHERE is_deleted IS NOT TRUE GROUP BY owner_id
    )
    SELECT u.id, COALESCE(u.name, u.username, u.id), COALESCE(u.username, ''), COALESCE(profile.name, ''),
           COALESCE(u.user_type, 'Standard') = 'Standard', COALESCE(logged.activities, 0), COALESCE(held.people, 0),
           COALESCE(changed.changes, 0), COALESCE(logged.by_hour, '{}')
    FROM sync_user u LEFT JOIN sync_profile profile ON profile.id = u.profile_id
    LEFT JOIN logged ON logged.user_id = u.id LEFT JOIN held ON held.user_id = u.id
    LEFT JOIN changed ON changed.user_id = u.id
    WHERE logged.user_id IS NOT NULL OR held.user_id IS NOT NULL OR changed.user_id IS NOT NULL
    ORDER BY COALESCE(logged.activities, 0) + COALESCE(changed.changes, 0) DESC, u.id LIMIT 1000
"""


def _actor(row: tuple[Any, ...]) -> Actor:
    user_id, name, username, profile, is_standard, activities, people, changes, hours = row
    by_hour = tuple(hours.get(str(hour), 0) for hour in range(24))
    return Actor(user_id, name, username, profile, is_standard, activities, people, changes, by_hour)


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"most": MOST})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _counted(query: str) -> tuple[Counted, ...]:
    return tuple(Counted(*row) for row in _rows(query))


def _shares() -> tuple[float, float]:
    ((managers, roles),) = _rows(
        """
        SELECT COALESCE(avg((u.manager_id IS NOT NULL)::int), 0)::float8,
               COALESCE(avg((u.role_id IS NOT NULL)::int), 0)::float8
        FROM sync_user u WHERE u.is_active AND EXISTS (SELECT FROM sync_lead WHERE owner_id = u.id)
        """
    )
    return managers, roles
