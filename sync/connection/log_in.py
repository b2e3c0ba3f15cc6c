"""Logging in with Salesforce (OpenID Connect): who came back, proven by the organisation's own signature."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import datetime

import jwt

from sync.connection.asking import Asked, Purpose
from sync.connection.store import app_of, connected
from sync.models import Connection
from sync.salesforce.http import OrganisationError, http_session, spoken_errors
from sync.salesforce.tokens import ask_for_token, identity_of

LEEWAY_S = 60
"""How far Salesforce's clock and ours may differ."""
_CLAIMS = ["iss", "sub", "aud", "exp", "iat", "nonce"]


class NotProven(OrganisationError):
    """Whoever came back did not prove who they are. The text says what to do."""


def offered() -> Connection | None:
    """The connection people may log in with: one by the web server flow that works; None where there is none."""
    found = connected()
    return found if found is not None and found.flow == Connection.Flow.WEB and not found.broken else None


def ask(connection: Connection, *, callback: str, following: str, now: datetime) -> Asked:
    """The question who somebody is, put at the organisation's own address: nobody of another one gets in."""
    at_home = replace(app_of(connection), url=connection.instance_url)
    return Asked(Purpose.LOG_IN, at_home, callback, now, following=following)


def who(asked: Asked, code: str) -> str:
    """The Id of the Salesforce user who came back. Raises OrganisationError, NotProven."""
    connection = offered()
    if connection is None or connection.instance_url != asked.app.url:
        raise NotProven("Logging in with Salesforce was switched off meanwhile; log in with your password.")
    granted = ask_for_token(asked.app.url, asked.code_form(code), advice="log in again.")
    claims = _checked(granted.id_token or "", asked)
    organisation_id, user_id = identity_of(str(claims["sub"])) or ("", "")
    if organisation_id != connection.organisation_id or not user_id:
        raise NotProven("You logged in to another organisation than the one that is connected here.")
    return user_id


def _checked(token: str, asked: Asked) -> dict[str, object]:
    """What the identity token claims, once its signature, times, issuer, audience and nonce fit. Raises NotProven."""
    url = asked.app.url
    with spoken_errors(url), http_session() as http:
        keys = http.get(f"{url}/id/keys").json()
    try:
        key = jwt.PyJWKSet.from_dict(keys)[str(jwt.get_unverified_header(token)["kid"])]
        claims: dict[str, object] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=asked.app.client_id,
            issuer=url,
            leeway=LEEWAY_S,
            options={"require": _CLAIMS},
        )
    except (jwt.PyJWTError, KeyError, TypeError, AttributeError) as error:
        raise NotProven(
            f"Salesforce's answer does not prove who you are ({type(error).__name__}); log in again, and tell"
            " operations if it stays."
        ) from error
    if not hmac.compare_digest(str(claims["nonce"]).encode(), asked.nonce.encode()):
        raise NotProven("Salesforce's answer belongs to another log-in; log in again.")
    return claims
