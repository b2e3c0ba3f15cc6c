"""Asking for a check-up, and making those that were asked for."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from base.models import User
from sync.checkup.estimate import estimate
from sync.checkup.findings import findings
from sync.checkup.look import look
from sync.models import CheckUp
from sync.salesforce.client import connect
from sync.salesforce.http import OrganisationError


def ask(by: User, *, now: datetime) -> None:
    """Have a worker make one. While one waits, asking again changes nothing."""
    if not CheckUp.objects.filter(done_at__isnull=True).exists():
        CheckUp.objects.create(asked_at=now, asked_by=by)


def latest() -> CheckUp | None:
    """The one that was asked for last."""
    return CheckUp.objects.order_by("asked_at", "pk").last()


def make_waiting(*, now: datetime) -> bool:
    """Make the check-up that waits, unless another process is at it; whether one was made."""
    waiting = CheckUp.objects.filter(done_at__isnull=True).order_by("pk").first()
    if waiting is None:
        return False
    with connection.cursor() as cursor:
        # held by the connection: who is killed lets go, and the next one makes it
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('checkup'), %s)", [waiting.pk])
        row = cursor.fetchone()
        if not row or not row[0]:
            return False
        try:
            _make(waiting, now=now)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('checkup'), %s)", [waiting.pk])
    return True


def _make(waiting: CheckUp, *, now: datetime) -> None:
    try:
        seen = look(connect())
    except OrganisationError as error:
        waiting.said, waiting.done_at = str(error), now
        waiting.save(update_fields=("said", "done_at"))
        return
    cost = estimate(seen)
    waiting.findings = [finding.told() for finding in findings(seen)]
    waiting.objects_seen = [[one.name, one.is_readable, one.rows] for one in seen.objects]
    waiting.rows, waiting.calls, waiting.seconds = cost.rows, cost.calls, cost.seconds
    waiting.calls_left, waiting.calls_allowed = seen.calls_left, seen.calls_allowed
    waiting.done_at = now
    waiting.save()
