"""Access and refresh tokens. They live in the organisation's file, so a restart ends no session."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time

from sandbox.org.ids import make_id
from sandbox.org.org import Org

SESSION_SECONDS = "session_seconds"
"""The setting for how long an access token lives, in real seconds; two hours unless set."""
ROTATE = "rotate_refresh_tokens"
"""The setting that makes every refresh token good for one use; using it twice revokes its whole family."""

_DEFAULT_SESSION_SECONDS = 7200


class RefusedToken(Exception):
    """A refresh token that does not work: unknown, revoked or used before."""


class Tokens:
    """`fixed` is an access token that always works, for the API's own user."""

    def __init__(self, org: Org, fixed: str | None = None) -> None:
        self._org = org
        self._fixed = fixed

    def user_of(self, token: str) -> str | None:
        """Whose session this is; None when there is none or it has expired."""
        if self._fixed is not None and hmac.compare_digest(token.encode(), self._fixed.encode()):
            return self._org.api_user_id()
        found = self._org.store.connection.execute(
            "SELECT user_id FROM _access_token WHERE token = ? AND expires_at > ?", (token, time.time())
        ).fetchone()
        return None if found is None else str(found[0])

    def open_session(self, user_id: str, family: str = "") -> str:
        """A new access token for this user."""
        token = f"{organization_id(self._org)[:15]}!{secrets.token_urlsafe(72)}"
        seconds = self._org.store.setting(SESSION_SECONDS, _DEFAULT_SESSION_SECONDS)
        with self._org.store.transaction():
            self._org.store.connection.execute(
                "DELETE FROM _access_token WHERE expires_at < ?", (time.time(),)
            )
            self._org.store.connection.execute(
                "INSERT INTO _access_token VALUES (?, ?, ?, ?)",
                (token, user_id, family, time.time() + seconds),
            )
        return token

    def grant(self, user_id: str, family: str | None = None) -> str:
        """A new refresh token: what a user's consent in a browser would have given."""
        token = f"5Aep{secrets.token_urlsafe(60)}"
        with self._org.store.transaction():
            self._org.store.connection.execute(
                "INSERT INTO _refresh_token (token, user_id, family) VALUES (?, ?, ?)",
                (token, user_id, family or secrets.token_hex(8)),
            )
        return token

    def refresh(self, token: str) -> tuple[str, str, str | None]:
        """User, new access token, and the new refresh token where tokens rotate. Raises RefusedToken."""
        reused = None
        with self._org.store.transaction():
            found = self._org.store.connection.execute(
                "SELECT user_id, family, used FROM _refresh_token WHERE token = ?", (token,)
            ).fetchone()
            if found is None:
                raise RefusedToken
            user_id, family, used = found
            if used:
                # the revocation must stay when the refusal leaves
                self._revoke_family(family)
                reused = family
            elif self._org.store.setting(ROTATE):
                self._org.store.connection.execute(
                    "UPDATE _refresh_token SET used = 1 WHERE token = ?", (token,)
                )
                return user_id, self.open_session(user_id, family), self.grant(user_id, family)
        if reused is not None:
            raise RefusedToken
        return user_id, self.open_session(user_id, family), None

    def revoke(self, token: str) -> bool:
        """Ends a session, or a refresh token's whole family. Answers whether there was one."""
        with self._org.store.transaction():
            connection = self._org.store.connection
            family = connection.execute(
                "SELECT family FROM _refresh_token WHERE token = ?", (token,)
            ).fetchone()
            if family is not None:
                self._revoke_family(family[0])
                return True
            return connection.execute("DELETE FROM _access_token WHERE token = ?", (token,)).rowcount > 0

    def expire_all(self) -> None:
        """Ends every session; refresh tokens stay good."""
        with self._org.store.transaction():
            self._org.store.connection.execute("DELETE FROM _access_token")

    def _revoke_family(self, family: str) -> None:
        self._org.store.connection.execute("DELETE FROM _refresh_token WHERE family = ?", (family,))
        self._org.store.connection.execute("DELETE FROM _access_token WHERE family = ?", (family,))


def organization_id(org: Org) -> str:
    """The organisation's own Id."""
    found = org.store.connection.execute('SELECT "Id" FROM "Organization" LIMIT 1').fetchone()
    return str(found[0]) if found is not None else make_id("00D", 0)


def signature(identity: str, issued_at: str, secret: str) -> str:
    """What proves to a client that the identity address was not changed."""
    digest = hmac.new(secret.encode(), (identity + issued_at).encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
