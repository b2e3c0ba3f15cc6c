"""Authorization codes: what a user's consent gives a client, to be exchanged once and soon."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LIFE = timedelta(minutes=15)


class UnknownCode(Exception):
    """No such code was given out."""


class SpentCode(Exception):
    """The code is too old, or was used before."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Who let which client do what, and how the client must prove that it is the one that asked."""

    user_id: str
    client: str
    redirect_uri: str
    scope: str
    challenge: str | None
    nonce: str | None


@dataclass(slots=True)
class Codes:
    """The codes given out since the server started. Times are the organisation's clock's."""

    _given: dict[str, tuple[Consent, datetime]] = field(default_factory=dict)
    _spent: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def give(self, consent: Consent, *, now: datetime) -> str:
        """A new code."""
        code = f"aPrx{secrets.token_urlsafe(48)}=="
        with self._lock:
            self._given[code] = (consent, now)
        return code

    def take(self, code: str, *, now: datetime) -> Consent:
        """What the code stands for; it is spent by that. Raises UnknownCode or SpentCode."""
        with self._lock:
            if code in self._spent:
                raise SpentCode
            found = self._given.pop(code, None)
            if found is None:
                raise UnknownCode
            self._spent.add(code)
        consent, given_at = found
        if now - given_at > LIFE:
            raise SpentCode
        return consent
