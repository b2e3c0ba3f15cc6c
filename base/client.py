"""From which address a client asks, so that too much from one can be told from much by many."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """The client's IP address; None where nothing tells it, as over a socket without a proxy.

    Behind a proxy it is what that proxy appended to `X-Forwarded-For`; whatever stands before it, the client may
    have made up. Without one the header is not looked at.
    """
    forwarded = (
        request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2] if settings.BEHIND_PROXY else ""
    )
    return _read(forwarded) or _read(request.META.get("REMOTE_ADDR", ""))


def _read(told: str) -> str | None:
    try:
        return str(ip_address(told.strip()))
    except ValueError:
        return None
