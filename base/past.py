"""Looks at another instant: much is derived anew for whoever asks, so each may ask for only so many a minute."""

from __future__ import annotations

from django.conf import settings
from django.http import QueryDict

from base import clock
from base.models import User
from base.rates import counter

INSTANTS = frozenset({"as_of", "known_by", "since"})
"""The parameters of addresses that say another instant."""


def too_early(user: User, asked: QueryDict) -> int:
    """Count a look at another instant; seconds to wait where its user took too many of them, else 0."""
    if not any(asked.get(name) for name in INSTANTS):
        return 0
    return counter().wait(f"past:{user.pk}", most=settings.PAST_LOOKS_A_MINUTE, now=clock.now())
