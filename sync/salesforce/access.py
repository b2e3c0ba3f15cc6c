"""Who lets us in: a session with the organisation, and a new one when it has expired."""

from __future__ import annotations

from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

import requests
from django.conf import settings

from sync.salesforce.http import OrganisationError, http_session, spoken_errors, told


class Session(NamedTuple):
    """A session that Salesforce opened: the token to show, and where the organisation's API is."""

    access_token: str
    instance_url: str


class Access(Protocol):
    """A way into one organisation."""

    @property
    def url(self) -> str:
        """The organisation's address, as people know it."""

    def session(self) -> Session:
        """A session that worked last, or a new one. Raises OrganisationError with what to do."""

    def renewed(self, expired: Session) -> Session:
        """A session that is not `expired`, which Salesforce no longer takes. Raises OrganisationError."""


class ClientCredentials:
    """The server-to-server way: the app signs in as the user it is set to run as."""

    def __init__(self, url: str, client_id: str, client_secret: str) -> None:
        self.url = url.rstrip("/")
        self.client_id, self.client_secret = client_id, client_secret

    def session(self) -> Session:
        """Sign in."""
        refuse_strangers(self.url)
        with spoken_errors(self.url), http_session() as http:
            answer = http.post(
                f"{self.url}/services/oauth2/token",
                data={
                    "grant_type": "client_credentials",
                    "client_id": self.client_id,
                    "client_secret": self.client_secret,
                },
            )
        return opened(self.url, answer)

    def renewed(self, expired: Session) -> Session:
        """Sign in anew."""
        del expired
        return self.session()


def refuse_strangers(url: str) -> None:
    """Raise OrganisationError unless the address is Salesforce's, or local ones are allowed."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_salesforce = parts.scheme == "https" and host.endswith((".salesforce.com", ".force.com"))
    if not is_salesforce and not settings.SALESFORCE_ALLOW_LOCAL:
        raise OrganisationError(
            f"SALESFORCE_URL names {host or url}, which is no Salesforce host; write https://<name>.my.salesforce.com."
            " For a sandbox organisation on this machine set SALESFORCE_ALLOW_LOCAL=1."
        )


def opened(url: str, answer: requests.Response) -> Session:
    """The session a token endpoint's answer opens. Raises OrganisationError when it opens none."""
    if answer.status_code >= requests.codes.server_error:
        raise OrganisationError(
            f"Salesforce at {url} is not well (HTTP {answer.status_code}). Nothing was changed; the next read"
            " tries again."
        )
    if answer.status_code != requests.codes.ok:
        raise OrganisationError(
            f"Salesforce at {url} refused to sign us in ({told(answer)}); check SALESFORCE_CLIENT_ID and"
            " SALESFORCE_CLIENT_SECRET, and that the app allows the client credentials flow."
        )
    try:
        token = answer.json()
        return Session(token["access_token"], token["instance_url"])
    except (ValueError, TypeError, KeyError) as error:
        raise OrganisationError(
            f"{url} is not Salesforce, by its answer to our signing in; check SALESFORCE_URL, and whether a"
            " proxy stands in between."
        ) from error


def configured_access() -> Access:
    """The way in that the environment names. Raises OrganisationError with what to do when it names none."""
    if not settings.SALESFORCE_URL:
        raise OrganisationError(
            "No Salesforce organisation is configured: set SALESFORCE_URL, SALESFORCE_CLIENT_ID and"
            " SALESFORCE_CLIENT_SECRET, or start `make demo`, which brings one."
        )
    return ClientCredentials(
        settings.SALESFORCE_URL, settings.SALESFORCE_CLIENT_ID, settings.SALESFORCE_CLIENT_SECRET
    )
