"""Access and refresh tokens. They live in the organisation's file, so a restart ends no session."""

from __future__ import annotations

import hmac
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.org.org import Org
from sandbox.server.clients import DEFAULT
from sandbox.server.users import is_active, organization_id

SESSION_SECONDS = "session_seconds"
"""The setting for how long an unused session stays open, in seconds of the organisation's clock; else two hours."""
ROTATE = "rotate_refresh_tokens"
"""The setting that makes every refresh token good for one use; using it twice revokes its whole family."""

USUAL_SESSION_SECONDS = 7200
_CALLING = frozenset({"api", "full"})
_SCHEMES = ("bearer", "oauth")


class RefusedToken(Exception):
    """A refresh token that does not work: unknown, revoked, used before, or another client's."""


@dataclass(frozen=True, slots=True)
class Session:
    """An open session: whose it is, through which client (empty without one), and since and until when.

    Both are seconds since 1970 by the organisation's clock.
    """

    user_id: str
    client: str
    scope: str
    opened_at: float
    expires_at: float

    @property
    def may_call(self) -> bool:
        """Whether it is for more than learning who somebody is."""
        return not _CALLING.isdisjoint(self.scope.split())


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh token gave: a new session, and the next refresh token where tokens rotate."""

    user_id: str
    access_token: str
    scope: str
    refresh_token: str | None = None


class Tokens:
    """`fixed` is an access token that always works, for the API's own user."""

    def __init__(self, org: Org, fixed: str | None = None) -> None:
        self._org = org
        self._fixed = fixed

    def user_of(self, token: str) -> str | None:
        """Whose session this is; None when there is none, it has expired, or its user is no longer active."""
        found = self.session(token)
        return None if found is None else found.user_id

    def session(self, token: str) -> Session | None:
        """The open session of this access token. Using it in its second half keeps it open, as in Salesforce."""
        now = self._now()
        if self._fixed is not None and hmac.compare_digest(token.encode(), self._fixed.encode()):
            return Session(self._org.api_user_id(), DEFAULT.key, "full", now, now + self._seconds())
        found = self._org.store.connection.execute(
            "SELECT user_id, client, scope, opened_at, expires_at FROM _access_token "
            "WHERE token = ? AND expires_at > ?",
            (token, now),
        ).fetchone()
        if found is None or not is_active(self._org, found[0]):
            return None
        session = Session(*found)
        if session.expires_at - now < self._seconds() / 2:
            with self._org.store.transaction():
                self._org.store.connection.execute(
                    "UPDATE _access_token SET expires_at = ? WHERE token = ?", (now + self._seconds(), token)
                )
        return session

    def open_session(
        self, user_id: str, *, client: str = "", scope: str = "api", family: str | None = None
    ) -> str:
        """A new access token for this user; `family` is that of the refresh token it came from."""
        token = f"{organization_id(self._org)[:15]}!AQ{secrets.token_urlsafe(72)}"
        now = self._now()
        with self._org.store.transaction():
            connection = self._org.store.connection
            connection.execute("DELETE FROM _access_token WHERE expires_at < ?", (now,))
            connection.execute(
                "INSERT INTO _access_token (token, user_id, client, scope, family, opened_at, expires_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (token, user_id, client, scope, family or "", now, now + self._seconds()),
            )
        return token

    def grant(
        self, user_id: str, *, client: str = DEFAULT.key, scope: str = "api refresh_token", family: str | None = None
    ) -> str:  # fmt: skip
        """A new refresh token, of a new family unless one is given: what a user's consent in a browser gives."""
        token = f"5Aep{secrets.token_urlsafe(60)}"
        with self._org.store.transaction():
            self._org.store.connection.execute(
                "INSERT INTO _refresh_token (token, user_id, client, scope, family) VALUES (?, ?, ?, ?, ?)",
                (token, user_id, client, scope, family or new_family()),
            )
        return token

    def refresh(self, token: str, client: str) -> Refreshed:
        """A new session for a refresh token of this client. Raises RefusedToken."""
        reused = False
        with self._org.store.transaction():
            found = self._org.store.connection.execute(
                "SELECT user_id, scope, family, used FROM _refresh_token WHERE token = ? AND client = ?",
                (token, client),
            ).fetchone()
            if found is None:
                raise RefusedToken
            user_id, scope, family, used = found
            if used:
                # the revocation must stay when the refusal leaves
                self._revoke_family(family)
                reused = True
            elif self._org.store.setting(ROTATE):
                self._org.store.connection.execute(
                    "UPDATE _refresh_token SET used = 1 WHERE token = ?", (token,)
                )
                following = self.grant(user_id, client=client, scope=scope, family=family)
                access = self.open_session(user_id, client=client, scope=scope, family=family)
                return Refreshed(user_id, access, scope, following)
        if reused:
            raise RefusedToken
        return Refreshed(
            user_id, self.open_session(user_id, client=client, scope=scope, family=family), scope
        )

    def refreshable(self, token: str) -> Session | None:
        """What a refresh token that has not been used up stands for; it has no end. None when there is none."""
        found = self._org.store.connection.execute(
            "SELECT user_id, client, scope FROM _refresh_token WHERE token = ? AND NOT used", (token,)
        ).fetchone()
        if found is None:
            return None
        user_id, client, scope = found
        return Session(user_id, client, scope, self._now(), math.inf)

    def has_approved(self, user_id: str, client: str) -> bool:
        """Whether this user once let the client come again without asking."""
        found = self._org.store.connection.execute(
            "SELECT 1 FROM _refresh_token WHERE user_id = ? AND client = ?", (user_id, client)
        )
        return found.fetchone() is not None

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

    def _seconds(self) -> float:
        return float(self._org.store.setting(SESSION_SECONDS, USUAL_SESSION_SECONDS))

    def _now(self) -> float:
        return self._org.clock.now().timestamp()


def new_family() -> str:
    """A name for a refresh token, all that follow it by rotation, and the sessions they open."""
    return secrets.token_hex(8)


def bearer(headers: Mapping[str, str]) -> str:
    """The access token a request carries in its header; empty when it carries none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() in _SCHEMES else ""
