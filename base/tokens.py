"""Tokens by which programs act as a user: made and shown once, found by their hash, taken back."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.signals import post_save

from base import clock
from base.models import ApiToken, User

PREFIX = "lead_"
"""What every token begins with, so that scanners for leaked secrets can know it."""
LONGEST = timedelta(days=366)
_TO_THE_HOUR = timedelta(hours=1)


def make_token(
    user: User, *, label: str, can_write: bool, expires_at: datetime, now: datetime
) -> tuple[ApiToken, str]:
    """A new token and its text, which nobody can tell again."""
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        label=label,
        digest=_digest(text),
        can_write=can_write,
        created_at=now,
        expires_at=expires_at,
    )
    return token, text


def find_token(text: str, *, now: datetime) -> ApiToken | None:
    """The token of this text, if it and its user still may act."""
    token = ApiToken.objects.select_related("user").filter(digest=_digest(text)).first()
    return token if token is not None and token.is_valid(now) and token.user.is_active else None


def note_use(token: ApiToken, *, now: datetime) -> None:
    """Remember that it is used, at most once an hour: reading must not cost a write each time."""
    before = now - _TO_THE_HOUR
    if token.used_at is None or token.used_at < before:
        stale = ApiToken.objects.filter(Q(used_at=None) | Q(used_at__lt=before), pk=token.pk)
        stale.update(used_at=now)


def revoke_token(token: ApiToken, *, now: datetime) -> None:
    """Let it act no more, from now on."""
    revoke_tokens(ApiToken.objects.filter(pk=token.pk), now=now)


def revoke_tokens(tokens: QuerySet[ApiToken], *, now: datetime) -> int:
    """Let these act no more, from now on; how many still did."""
    return tokens.filter(revoked_at=None).update(revoked_at=now)


def listen() -> None:
    """Revoke tokens from now on whose user is shut out: whoever had the password may have made some."""
    post_save.connect(_shut_out, sender=User, dispatch_uid="tokens")


def _shut_out(instance: User, **_: Any) -> None:
    if instance.is_shut_out:
        revoke_tokens(ApiToken.objects.filter(user=instance), now=clock.now())


def _digest(text: str) -> str:
    """A plain hash is enough: the text is random, and too long to be guessed."""
    return hashlib.sha256(text.encode()).hexdigest()
