"""The page of a user's own API tokens: made, shown once, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from base import clock
from base.address import given, one_of
from base.models import ApiToken, User
from base.pages import action, page, viewer, viewer_zone
from base.tokens import LONGEST, make_token, revoke_token
from base.words import Instant, instant
from leadmodel.pages.shell import read_shell

DAYS = {"30": "30 days", "90": "90 days", "365": "a year"}
LONGEST_LABEL = 80


@dataclass(frozen=True)
class TokenView:
    """A token on the page."""

    number: int
    label: str
    may: str
    made: Instant
    used: Instant | None
    ends: Instant
    is_valid: bool
    state: str


@page
def tokens(request: HttpRequest) -> HttpResponseBase:
    """The viewer's tokens."""
    return _shown(request)


@action
def make(request: HttpRequest) -> HttpResponseBase:
    """A new token, its text shown this once."""
    form, user, now = request.POST, viewer(request), clock.now()
    label = given(form, "label") or ""
    days = one_of(form, "days", DAYS, "length of time") or "90"
    if not label or len(label) > LONGEST_LABEL:
        return _shown(request, problem=f"Say what it is for, in at most {LONGEST_LABEL} letters.", status=422)
    ends = now + min(timedelta(days=int(days)), LONGEST)
    _, text = make_token(
        user, label=label, can_write=given(form, "can_write") is not None, expires_at=ends, now=now
    )
    return _shown(request, text=text)


@action
def revoke(request: HttpRequest, number: int) -> HttpResponseBase:
    """Take one of the viewer's own tokens back. Raises Http404."""
    token = ApiToken.objects.filter(pk=number, user=viewer(request)).first()
    if token is None:
        raise Http404(f"There is no token {number} of yours.")
    revoke_token(token, now=clock.now())
    return redirect("tokens")


def _shown(request: HttpRequest, *, text: str = "", problem: str = "", status: int = 200) -> HttpResponseBase:
    user, now = viewer(request), clock.now()
    context = {
        "shell": read_shell(user, current="tokens", now=now),
        "tokens": _read(user, now=now),
        "days": DAYS,
        "text": text,
        "problem": problem,
        "longest": LONGEST_LABEL,
    }
    return render(request, "account/tokens.html", context, status=status)


def _read(user: User, *, now: datetime) -> list[TokenView]:
    zone = viewer_zone(user)
    found = ApiToken.objects.filter(user=user).order_by("-pk")
    return [_view(token, now=now, zone=zone) for token in found]


def _view(token: ApiToken, *, now: datetime, zone: ZoneInfo) -> TokenView:
    is_valid = token.is_valid(now)
    return TokenView(
        number=token.pk,
        label=token.label,
        may="read and act" if token.can_write else "read",
        made=instant(token.created_at, now=now, zone=zone),
        used=instant(token.used_at, now=now, zone=zone) if token.used_at is not None else None,
        ends=instant(token.expires_at, now=now, zone=zone),
        is_valid=is_valid,
        state="valid" if is_valid else "revoked" if token.revoked_at is not None else "expired",
    )
