"""What Salesforce's OAuth endpoints are asked, and what they grant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt
import requests

from sync.salesforce.hosts import PRODUCTION, SANDBOX, is_salesforce
from sync.salesforce.http import OrganisationError, http_session, spoken_errors, told

TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 - a path
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_LASTS = timedelta(minutes=3)
"""Salesforce takes at most five minutes; clocks may differ by one or two."""
_IDENTITY = re.compile(r"https?://[^/]+/id/(00D[A-Za-z0-9]{12,15})/(005[A-Za-z0-9]{12,15})")


@dataclass(frozen=True, slots=True)
class Session:
    """A session that Salesforce opened: the token to show, and where the organisation's API is."""

    access_token: str = field(repr=False)
    instance_url: str


@dataclass(frozen=True, slots=True)
class Granted:
    """What a token endpoint gave: a session, whose it is, and by flow a refresh token and an identity token."""

    session: Session
    organisation_id: str
    user_id: str
    refresh_token: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)


class TokenRefused(OrganisationError):
    """Salesforce refused a token. `code` is its own word for why, like invalid_grant."""

    def __init__(self, sentence: str, code: str) -> None:
        super().__init__(sentence)
        self.code = code


def ask_for_token(url: str, form: Mapping[str, str], *, advice: str) -> Granted:
    """Ask the token endpoint at `url`, which was checked before.

    Raises TokenRefused, its sentence ending in `advice` (what to check), or OrganisationError.
    """
    with spoken_errors(url), http_session() as http:
        answer = http.post(f"{url}{TOKEN_PATH}", data=dict(form), headers={"Accept": "application/json"})
    if answer.status_code >= requests.codes.server_error:
        raise OrganisationError(
            f"Salesforce at {url} is not well (HTTP {answer.status_code}). Nothing was changed; the next read"
            " tries again."
        )
    if answer.status_code != requests.codes.ok:
        raise TokenRefused(
            f"Salesforce at {url} refused to sign us in ({told(answer)}); {advice}", _code(answer)
        )
    return _granted(url, answer)


def assertion(*, url: str, client_id: str, username: str, private_key: str, now: datetime) -> str:
    """What the JWT bearer flow shows: signed by us, good for minutes. Raises OrganisationError if the key is none."""
    is_test = url == SANDBOX or any(kind in url for kind in (".sandbox.my.", ".scratch.my."))
    audience = SANDBOX if is_test else PRODUCTION
    claims = {"iss": client_id, "sub": username, "aud": audience, "exp": now + ASSERTION_LASTS}
    try:
        return jwt.encode(claims, private_key, algorithm="RS256")
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise OrganisationError(
            "The private key cannot be used: paste the whole RSA key in PEM form, from BEGIN to END, without a"
            " passphrase."
        ) from error


def revoke(url: str, token: str) -> None:
    """Make a token, and all that came with it, worth nothing. Raises OrganisationError when Salesforce is not reached.

    One that Salesforce no longer knows is as good as revoked.
    """
    with spoken_errors(url), http_session() as http:
        answer = http.post(f"{url}/services/oauth2/revoke", data={"token": token})
    if answer.status_code >= requests.codes.server_error:
        raise OrganisationError(f"Salesforce at {url} is not well (HTTP {answer.status_code}).")


def user_info(session: Session) -> dict[str, Any]:
    """What Salesforce tells about the user of a session; nothing where the app's scopes do not allow it."""
    with spoken_errors(session.instance_url), http_session() as http:
        answer = http.get(
            f"{session.instance_url}/services/oauth2/userinfo",
            headers={"Authorization": f"Bearer {session.access_token}"},
        )
        body = answer.json() if answer.status_code == requests.codes.ok else {}
    return body if isinstance(body, dict) else {}


def identity_of(address: str) -> tuple[str, str] | None:
    """The organisation's and the user's Id in the address that stands for a user; None where it is none."""
    found = _IDENTITY.fullmatch(address)
    return (found[1], found[2]) if found else None


def _granted(url: str, answer: requests.Response) -> Granted:
    try:
        body = answer.json()
        session = Session(str(body["access_token"]), str(body["instance_url"]).rstrip("/"))
        identity = identity_of(str(body["id"]))
        refresh_token, id_token = body.get("refresh_token"), body.get("id_token")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _not_salesforce(url) from error
    if identity is None or not is_salesforce(session.instance_url):
        raise _not_salesforce(url)
    return Granted(session, *identity, refresh_token, id_token)


def _not_salesforce(url: str) -> OrganisationError:
    return OrganisationError(
        f"{url} is not Salesforce, by its answer to our signing in; check the address, and whether a"
        " proxy stands in between."
    )


def _code(answer: requests.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return ""
    return str(body.get("error", "")) if isinstance(body, dict) else ""
