"""How often one may ask the API: each token, each user of a browser, each address nobody is logged in at."""

from __future__ import annotations

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from base import clock
from base.client import address_of
from base.models import ApiToken, User
from base.past import too_early
from base.rates import counter


class Throttle(BaseThrottle):
    """So many requests a minute of `settings.API_RATES[kind]`, for each token, else for each user."""

    kind = "requests"

    def __init__(self) -> None:
        self._wait = 0

    def allow_request(self, request: Request, view: object) -> bool:
        """Count the request; whether it may be answered."""
        del view
        who = f"token:{request.auth.pk}" if isinstance(request.auth, ApiToken) else f"user:{request.user.pk}"
        self._wait = _count(self.kind, who)
        return self._wait == 0

    def wait(self) -> float:
        """Seconds until the next may be."""
        return self._wait


class FigureThrottle(Throttle):
    """Questions for figures besides: each may read every cycle of a period, and as of an instant derives it anew."""

    kind = "figures"

    def allow_request(self, request: Request, view: object) -> bool:
        """Count the question, and one for another instant with those of pages; whether it may be answered."""
        is_allowed = super().allow_request(request, view)
        if is_allowed and isinstance(request.user, User):
            self._wait = too_early(request.user, request.query_params)
        return self._wait == 0


def too_many_refused(request: Request) -> int:
    """Count a request that was not logged in; seconds to wait where its address made too many of them, else 0.

    Only what was refused counts, so an office behind one address is not shut out by a program gone wrong in it.
    """
    return _count("refused", f"address:{address_of(request)}")


def _count(kind: str, who: str) -> int:
    return counter().wait(f"api:{kind}:{who}", most=settings.API_RATES[kind], now=clock.now())
