"""What reps ask of their managers: whose requests a user answers, and whom a person may go to."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.http import Http404

from base.models import Role, User
from leadmodel.access import visible_reps
from leadmodel.models import Request
from sync.models import Group
from sync.models import User as SalesforceUser

ANSWERED_SHOWN = 20


@dataclass(frozen=True)
class Taker:
    """A user or queue that may hold people."""

    record_id: str
    name: str


def to_answer(user: User) -> QuerySet[Request]:
    """The requests this user answers or answered: their reps', for ops everybody's, never their own; a rep's none."""
    requests = Request.objects.exclude(asked_by=user).select_related("asked_by", "answered_by")
    if user.role == Role.REP:
        return requests.none()
    reps = visible_reps(user)
    return requests if reps is None else requests.filter(asked_by__salesforce_id__in=reps)


def seen(user: User) -> QuerySet[Request]:
    """The requests this user asked or answers."""
    mine = Q(asked_by=user) | Q(pk__in=to_answer(user).values("pk"))
    return Request.objects.filter(mine).select_related("asked_by", "answered_by")


def waiting(user: User) -> QuerySet[Request]:
    """Those that wait, the longest waiting first."""
    return to_answer(user).filter(state=Request.State.WAITING).order_by("asked_at", "pk")


def answered(user: User) -> list[Request]:
    """The latest answers."""
    told = to_answer(user).exclude(state=Request.State.WAITING)
    return list(told.order_by(F("answered_at").desc(nulls_last=True), "-pk")[:ANSWERED_SHOWN])


def access_request(user: User, number: int) -> Request:
    """A request this user answers. Raises Http404 where it is none of theirs."""
    request = to_answer(user).filter(pk=number).first()
    if request is None:
        raise Http404(f"There is no request {number} for you to answer.")
    return request


def takers(user: User) -> list[Taker]:
    """Whom this user may give people to: their active reps, for ops all, and every queue."""
    reps = visible_reps(user)
    users = SalesforceUser.objects.filter(is_active=True, user_type="Standard")
    if reps is not None:
        users = users.filter(pk__in=reps)
    queues = Group.objects.filter(type="Queue")
    named = [*users.values_list("pk", "name"), *queues.values_list("pk", "name")]
    return sorted(
        (Taker(record_id, name or record_id) for record_id, name in named),
        key=lambda taker: (taker.name.casefold(), taker.record_id),
    )
