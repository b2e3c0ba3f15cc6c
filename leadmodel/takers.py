"""Whom people may go to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from base.models import User
from leadmodel.access import visible_reps
from leadmodel.directory import read_directory
from leadmodel.settings_store import settings_in_force
from sync.models import Group
from sync.models import User as SalesforceUser


@dataclass(frozen=True)
class Taker:
    """A user or queue that may hold people."""

    record_id: str
    name: str


def reps_to_give_to(user: User) -> list[Taker]:
    """The active humans this user may give people to: their reps, for ops all."""
    reps = visible_reps(user)
    users = SalesforceUser.objects.filter(is_active=True)
    if reps is not None:
        users = users.filter(pk__in=reps)
    is_human = read_directory(settings_in_force()).is_human
    return _sorted(Taker(pk, name or pk) for pk, name in users.values_list("pk", "name") if is_human(pk))


def takers(user: User) -> list[Taker]:
    """The reps this user may give people to, and every queue."""
    queues = Group.objects.filter(type="Queue").values_list("pk", "name")
    return _sorted([*reps_to_give_to(user), *(Taker(pk, name or pk) for pk, name in queues)])


def _sorted(found: Iterable[Taker]) -> list[Taker]:
    return sorted(found, key=lambda taker: (taker.name.casefold(), taker.record_id))
