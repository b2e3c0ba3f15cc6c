"""Who lets us in: a session with the organisation, and a new one when it has expired."""

from __future__ import annotations

from typing import Protocol

from django.conf import settings

from sync.connection.access import ConnectedAccess
from sync.connection.store import connected
from sync.salesforce.hosts import refuse_strangers
from sync.salesforce.http import OrganisationError
from sync.salesforce.tokens import Granted, Session, ask_for_token

__all__ = ["Access", "ClientCredentials", "Session", "configured_access"]


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
    """The server-to-server way, by the environment: the app signs in as the user it is set to run as."""

    def __init__(self, url: str, client_id: str, client_secret: str) -> None:
        self.url = url.rstrip("/")
        self.client_id, self.client_secret = client_id, client_secret

    def session(self) -> Session:
        """Sign in."""
        return self.granted().session

    def granted(self) -> Granted:
        """Sign in, and learn whose organisation it is. Raises OrganisationError."""
        refuse_strangers(self.url)
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        advice = (
            "check SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET, and that the app allows the client"
            " credentials flow."
        )
        return ask_for_token(self.url, form, advice=advice)

    def renewed(self, expired: Session) -> Session:
        """Sign in anew."""
        del expired
        return self.session()


def configured_access() -> Access:
    """The way in: the connection made on the settings page, else the one the environment names.

    Raises OrganisationError with what to do when there is neither.
    """
    connection = connected()
    if connection is not None:
        return ConnectedAccess(connection)
    environment = of_environment()
    if environment is None:
        raise OrganisationError(
            "No Salesforce organisation is configured: connect one at Settings → Salesforce; or set SALESFORCE_URL,"
            " SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET, or start `make demo`, which brings one."
        )
    return environment


def of_environment() -> ClientCredentials | None:
    """The way in that the environment names; None where it names none."""
    if not settings.SALESFORCE_URL:
        return None
    return ClientCredentials(
        settings.SALESFORCE_URL, settings.SALESFORCE_CLIENT_ID, settings.SALESFORCE_CLIENT_SECRET
    )
