"""The audit log: saying who acts, and noting what changes no watched table (log-ins, files that were taken).

What changes a watched table is noted by the database (`base.watching`). Entries hold Ids, no words of people.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import connection
from django.http import HttpRequest, HttpResponse

from base import clock
from base.models import AuditEntry, User

LOG_IN = "log_in"
LOG_OUT = "log_out"
EXPORT = "export"
UNKNOWN_EVERY = timedelta(minutes=1)
"""So often a try at a name that is nobody's is noted."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_WORDS = frozenset({"q"})
"""Parameters of addresses that hold words people typed."""


@dataclass(frozen=True)
class Noted:
    """An act that changes no watched table. `by` None: nobody who is known; `about`: the user it is about."""

    what: str
    became: str
    by: int | None
    about: int | None = None
    cause: str = ""


def note(acts: Sequence[Noted], *, now: datetime) -> None:
    """Add entries, in one statement and in the caller's transaction."""
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=now,
            actor_id=one.by,
            what=one.what,
            became=one.became,
            user_id=one.about,
            cause=one.cause[:200],
        )
        for one in acts
    )


def act_as(user_id: int | None) -> None:
    """Say whose acts those of this database connection are from now on; None: nobody's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('leadmodel.actor', %s, false)", [str(user_id or "")])


class Audited:
    """Says whose acts a request's are, and notes files that were taken. After the log-in's middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Called once by Django."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request. The next one on this connection is somebody else's."""
        if request.method in _SAFE:
            response = self._get_response(request)
            _note_file(request, response)
            return response
        if request.user.is_authenticated:
            act_as(request.user.pk)
        try:
            return self._get_response(request)
        finally:
            act_as(None)


def _note_file(request: HttpRequest, response: HttpResponse) -> None:
    """Who took which list with them. Its words may be a person's name, so they are left out."""
    is_file = response.get("Content-Disposition", "").startswith("attachment")
    if not is_file or request.method != "GET" or not isinstance(request.user, User):
        return
    asked = sorted((name, value) for name, value in request.GET.items() if value and name not in _WORDS)
    match = request.resolver_match
    cause = f"{match.view_name if match else ''} {urlencode(asked)}".strip()
    note([Noted(EXPORT, "taken", request.user.pk, cause=cause)], now=clock.now())


def _logged_in(user: User, **_: Any) -> None:
    note([Noted(LOG_IN, "done", user.pk, user.pk)], now=clock.now())


def _logged_out(user: User | None, **_: Any) -> None:
    if user is not None:
        note([Noted(LOG_OUT, "done", user.pk, user.pk)], now=clock.now())


def _refused(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """What was typed is not kept: it may be a password in the wrong field. Only whose account it would have been.

    Anybody could fill the log, which is only added to: while a name is shut nothing is tried, and nothing noted, and of
    names that are nobody's one try a minute is.
    """
    if getattr(request, "axes_locked_out", False):
        return
    now = clock.now()
    named = User.objects.filter(username=str(credentials.get("username", ""))).first()
    if named is None and _is_noted(now):
        return
    note([Noted(LOG_IN, "refused", None, named.pk if named is not None else None)], now=now)


def _is_noted(now: datetime) -> bool:
    """Whether somebody else's try at a name of nobody's is in the log of the last minute."""
    tries = AuditEntry.objects.filter(what=LOG_IN, became="refused", user_id=None)
    return tries.filter(at__gt=now - UNKNOWN_EVERY, at__lte=now).exists()


def listen() -> None:
    """Note log-ins from now on."""
    user_logged_in.connect(_logged_in, dispatch_uid="audit")
    user_logged_out.connect(_logged_out, dispatch_uid="audit")
    user_login_failed.connect(_refused, dispatch_uid="audit")
