"""What reps ask of their managers: whose requests a user answers."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet
from django.http import Http404

from base.models import Role, User
from leadmodel.access import visible_reps
from leadmodel.models import Request

ANSWERED_SHOWN = 20


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
