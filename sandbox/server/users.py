"""The organisation's users as those who sign in."""

from __future__ import annotations

import hmac

from sandbox.org.ids import make_id
from sandbox.org.org import Org
from sandbox.org.store import Row

PASSWORDS = "passwords"
"""The setting for users' passwords, by username; everybody else's is `sandbox`."""
SECURITY_TOKEN = "security_token"  # noqa: S105 -- the name of a setting
"""The setting for the security token every password must be followed by; none unless set."""

_USUAL_PASSWORD = "sandbox"  # noqa: S105 -- known to all; the server listens on this machine only


def organization_id(org: Org) -> str:
    """The organisation's own Id."""
    found = org.store.connection.execute('SELECT "Id" FROM "Organization" LIMIT 1').fetchone()
    return str(found[0]) if found is not None else make_id("00D", 0)


def is_active(org: Org, user_id: str) -> bool:
    """Whether there is such a user and it may sign in."""
    found = org.store.connection.execute(
        'SELECT "IsActive" FROM "User" WHERE "Id" = ?', (user_id,)
    ).fetchone()
    return found is not None and bool(found[0])


def by_username(org: Org, username: str) -> Row | None:
    """The user of this name, whatever its case; an active one where there are several."""
    found = list(org.store.rows("User", '"Username" = ? ORDER BY "IsActive" DESC LIMIT 1', (username,)))
    return found[0] if found else None


def active_users(org: Org) -> list[Row]:
    """Everybody who may sign in, by name."""
    return list(org.store.rows("User", '"IsActive" ORDER BY "Name", "Id"'))


def fits(org: Org, user: Row, password: str) -> bool:
    """Whether this is the user's password, with the security token behind it where one is asked for."""
    expected = known_password(org, user) + org.store.setting(SECURITY_TOKEN, "")
    return hmac.compare_digest(password.encode("utf-8", "surrogatepass"), expected.encode())


def known_password(org: Org, user: Row) -> str:
    """The user's password without a security token."""
    return str(org.store.setting(PASSWORDS, {}).get(user["Username"], _USUAL_PASSWORD))
