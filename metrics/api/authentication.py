"""Who asks: the token a program sends, or the session of a browser."""

from __future__ import annotations

from rest_framework import authentication
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from base import clock
from base.audit import act_as
from base.models import ApiToken, User
from base.tokens import find_token, note_use
from metrics.api.errors import Refused, Wrong


class TokenAuthentication(authentication.TokenAuthentication):
    """`Authorization: Bearer` and a token: the program acts as the token's user."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The user and the token; what the request does is the user's act. Raises Refused."""
        found: tuple[User, ApiToken] | None = super().authenticate(request)
        if found is not None and request.method not in SAFE_METHODS:
            act_as(found[0].pk)
        return found

    def authenticate_credentials(self, key: str) -> tuple[User, ApiToken]:
        """The user and the token. Raises Refused for one that does not act (any more)."""
        now = clock.now()
        token = find_token(key, now=now)
        if token is None:
            raise Refused(
                Wrong(
                    "header.Authorization",
                    "The token is unknown, expired or revoked.",
                    "Make another on the page API tokens.",
                ),
                status=401,
            )
        note_use(token, now=now)
        return token.user, token


def may_write(request: Request) -> bool:
    """Whether the log-in may do more than read."""
    return not isinstance(request.auth, ApiToken) or request.auth.can_write
