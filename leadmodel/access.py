"""The one door to people: whose rows a user may see, whether a person is among them, and lists of them.

A rep sees the people they hold, held, or pulled while somebody else held them. A manager sees the team's, and those
nobody holds. Ops sees all. Who is matched to no Salesforce user sees nobody, unless they are ops.
Everything else does not exist for them (404).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.http import Http404

from base.models import Role, User
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.models import Cycle, Person, PersonRecord, Span, TeamMembership
from leadmodel.settings_store import settings_in_force

_BELOW = {
    "manager": """
        WITH RECURSIVE below (id) AS (
            SELECT id FROM sync_user WHERE manager_id = %(me)s
            UNION SELECT u.id FROM sync_user u JOIN below ON u.manager_id = below.id
        ) SELECT id FROM below
    """,
    "role": """
        WITH RECURSIVE below (id) AS (
            SELECT role_id FROM sync_user WHERE id = %(me)s AND role_id IS NOT NULL
            UNION SELECT role.id FROM sync_role role JOIN below ON role.parent_id = below.id
        ) SELECT u.id FROM sync_user u JOIN below ON u.role_id = below.id
    """,
}
IN_OTHER_NAME = "(rep IS NULL OR rep < holder_id OR rep > holder_id)"
"""Of a span: whoever holds the person is no rep, or acts for one. Those alone are in the index `span_holder`."""
_HELD = f"""
    person.person_id IN (
        SELECT person_id FROM leadmodel_person WHERE holder_id = ANY(%(seen_reps)s)
        UNION SELECT person_id FROM leadmodel_span WHERE rep = ANY(%(seen_reps)s)
        UNION SELECT person_id FROM leadmodel_span WHERE holder_id = ANY(%(seen_reps)s) AND {IN_OTHER_NAME}
        UNION SELECT person_id FROM leadmodel_cycle WHERE pulled_by = ANY(%(seen_reps)s)
    )
"""
"""A rep's people are few among all: they are gathered by their indexes, and the list is made of them."""
_NOBODYS = "NOT EXISTS (SELECT FROM sync_user holder WHERE holder.id = person.holder_id AND holder.is_active)"
_HELD_OR_NOBODYS = f"""
    (person.holder_id = ANY(%(seen_reps)s)
     OR person.person_id IN (SELECT person_id FROM leadmodel_span
                             WHERE rep = ANY(%(seen_reps)s)
                                OR (holder_id = ANY(%(seen_reps)s) AND {IN_OTHER_NAME}))
     OR person.person_id IN (SELECT person_id FROM leadmodel_cycle WHERE pulled_by = ANY(%(seen_reps)s))
     OR {_NOBODYS})
"""
"""A manager sees whatever nobody holds, which may be most: the list is walked in its order, each row asked."""
_HELD_EACH = """
    person.holder_id = ANY(%(seen_reps)s)
    OR EXISTS (SELECT FROM leadmodel_span held WHERE held.person_id = person.person_id
               AND (held.rep = ANY(%(seen_reps)s) OR held.holder_id = ANY(%(seen_reps)s)))
    OR EXISTS (SELECT FROM leadmodel_cycle pulled WHERE pulled.person_id = person.person_id
               AND pulled.pulled_by = ANY(%(seen_reps)s))
"""
"""The same asked of each row, for a search: those who fit are few, and all that were ever held may be most."""


@dataclass(frozen=True)
class Sight:
    """Whom a user may see, as a condition of SQL on rows of `leadmodel_person person`, and its parameters."""

    condition: str
    values: dict[str, list[str]]


def sight(user: User) -> Sight:
    """The condition for lists; it lets through exactly those whom `access_person` finds."""
    reps = visible_reps(user)
    if reps is None:
        return Sight("true", {})
    condition = _HELD_OR_NOBODYS if has_nobodys(user) else _HELD
    return Sight(condition, {"seen_reps": sorted(reps)})


def sight_of_few(user: User) -> Sight:
    """The same condition, for where few rows are asked: it lets through the same people."""
    reps = visible_reps(user)
    if reps is None:
        return Sight("true", {})
    condition = f"{_HELD_EACH} OR {_NOBODYS}" if has_nobodys(user) else _HELD_EACH
    return Sight(f"({condition})", {"seen_reps": sorted(reps)})


def sees_all(user: User) -> bool:
    """Whether everybody's people are this user's to see and to act on: operations'."""
    return user.role == Role.OPS


def has_nobodys(user: User) -> bool:
    """Whether this user answers for those whom nobody holds: a manager does who has a place in Salesforce."""
    return user.role == Role.MANAGER and user.salesforce_id is not None


def visible_reps(user: User, *, settings: ModelSettings | None = None) -> frozenset[str] | None:
    """The Salesforce user Ids whose people this user sees; None for everybody's."""
    if sees_all(user):
        return None
    me = user.salesforce_id
    if me is None:
        return frozenset()
    if user.role == Role.REP:
        return frozenset({me})
    source = (settings or settings_in_force()).teams.source
    if source == "app":
        return frozenset({me}) | _in_my_teams(me)
    with connection.cursor() as cursor:
        cursor.execute(_BELOW[source], {"me": me})
        return frozenset({me}) | {row[0] for row in cursor.fetchall()}


def _in_my_teams(me: str) -> frozenset[str]:
    """Those whose latest membership is in my latest team."""
    latest: dict[str, str] = {}
    for membership in TeamMembership.objects.order_by("since"):
        latest[membership.user_id] = membership.team
    mine = latest.get(me)
    return frozenset(user_id for user_id, team in latest.items() if mine and team == mine)


def access_person(user: User, record_id: str) -> Person:
    """The person a Lead's or Contact's Id stands for. Raises Http404 where there is none this user may see."""
    record = PersonRecord.objects.filter(record_id=record_id).first()
    person = Person.objects.filter(person_id=record.person_id).first() if record is not None else None
    if person is None or not _may_see(user, person):
        raise Http404(f"There is no person {record_id} among those you may see.")
    return person


def _may_see(user: User, person: Person) -> bool:
    reps = visible_reps(user)
    if reps is None:
        return True
    if person.holder_id in reps:
        return True
    if Span.objects.filter(Q(rep__in=reps) | Q(holder_id__in=reps), person_id=person.person_id).exists():
        return True
    if Cycle.objects.filter(pulled_by__in=reps, person_id=person.person_id).exists():
        return True
    return has_nobodys(user) and is_nobodys(person.holder_id)


def is_nobodys(holder_id: str | None) -> bool:
    """Whether no active user holds: a queue, a leaver, or none (K13)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM sync_user WHERE id = %s AND is_active)", [holder_id])
        row = cursor.fetchone()
    return row is None or not row[0]
