"""Who looks at a page of figures, and whose rows they see."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import connection

from base.models import Role, User
from base.pages import viewer_zone
from base.words import Instant, instant
from leadmodel.access import visible_reps
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.settings_store import settings_in_force
from metrics.pages.address import Asked
from metrics.selection import Selection


@dataclass(frozen=True)
class Scope:
    """Who looks, by which rules, and whose rows they may see (None: everybody's)."""

    user: User
    reps: frozenset[str] | None
    settings: ModelSettings
    zone: ZoneInfo

    @property
    def sees_nobodys(self) -> bool:
        """Whether people whom nobody holds are theirs to look after."""
        return self.user.role != Role.REP

    @property
    def is_nobody(self) -> bool:
        """Whether nothing can be theirs: a log-in of no Salesforce user."""
        return self.reps is not None and not self.reps

    def may_see(self, rep: str) -> bool:
        """Whether there is such a user, and their rows may be seen."""
        if self.reps is not None:
            return rep in self.reps
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM sync_user WHERE id = %s)", [rep])
            return bool(cursor.fetchone() == (True,))


def read_scope(user: User) -> Scope:
    """What this user may see."""
    settings = settings_in_force()
    return Scope(user, visible_reps(user, settings=settings), settings, viewer_zone(user))


def total_name(scope: Scope, asked: Asked) -> str:
    """What the total is of."""
    if asked.team:
        return asked.team
    if scope.reps is None:
        return "Everybody"
    return "Me" if scope.user.role == Role.REP else "My team"


def read_choices(selection: Selection) -> tuple[list[str], list[str]]:
    """Teams and sources to choose from: those of the period's cycles the viewer may see, and what is chosen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT team, source FROM leadmodel_cycle"
            " WHERE assigned_at >= %(start)s AND assigned_at < %(end)s"
            " AND (%(reps)s::text[] IS NULL OR first_rep = ANY(%(reps)s))",
            {
                "start": selection.start,
                "end": selection.end,
                "reps": sorted(selection.reps) if selection.reps is not None else None,
            },
        )
        rows = cursor.fetchall()
    teams = {selection.team, *(row[0] for row in rows)}
    sources = {selection.source, *(row[1] for row in rows)}
    return sorted(filter(None, teams)), sorted(filter(None, sources))


def told_at(asked: Asked, scope: Scope) -> Instant:
    """The instant the page speaks of, in the viewer's zone."""
    return instant(asked.as_of or asked.now, now=asked.now, zone=scope.zone)


def known_at(asked: Asked, scope: Scope) -> Instant | None:
    """By when what the page tells was known, in the viewer's zone; None where it is all that is known now."""
    return instant(asked.known_by, now=asked.now, zone=scope.zone) if asked.known_by is not None else None
