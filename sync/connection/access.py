"""Using the connection: the session every process shares, and one renewal at a time among all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import OperationalError
from django.db import connection as database

from base import clock
from sync.connection import store
from sync.connection.store import App
from sync.models.connection import Connection
from sync.salesforce.http import OrganisationError
from sync.salesforce.tokens import (
    JWT_BEARER,
    Granted,
    Session,
    TokenRefused,
    ask_for_token,
    assertion,
)

PATIENCE_S = 180
"""How long a renewal by another process is waited for; one that is stalled gives up before, by its time-outs."""
FOR_GOOD = frozenset(
    {
        "invalid_grant",
        "invalid_client",
        "invalid_client_id",
        "inactive_user",
        "inactive_org",
        "token_rejected",
    }
)
"""Refusals that asking again at once does not change."""
ASKED_AGAIN = timedelta(minutes=5)
"""Between servers, operations may mend in Salesforce what was refused; a refresh token that is dead stays so."""


class ConnectedAccess:
    """The way in through the connection of the settings page."""

    def __init__(self, connection: Connection) -> None:
        self.url = connection.instance_url

    def session(self) -> Session:
        """The session given latest; whoever finds it expired has it renewed. Raises OrganisationError."""
        return store.session_of(_standing(clock.now()))

    def renewed(self, expired: Session) -> Session:
        """A session that is not `expired`: the one another process got meanwhile, else a new one.

        Raises OrganisationError. A refusal that lasts is noted: a storm of log-ins would only lock us out longer.
        """
        with alone():
            now = clock.now()
            connection = _standing(now)
            latest = store.session_of(connection)
            if latest.access_token != expired.access_token:
                return latest
            try:
                granted = renew(connection, now=now)
            except TokenRefused as error:
                if _lasts(error):
                    store.mark_broken(connection, str(error), now=now)
                raise
            if store.keep_renewed(connection, granted, now=now):
                return granted.session
        return self.session()


def renew(connection: Connection, *, now: datetime) -> Granted:
    """Ask Salesforce for a new session, by the connection's flow. Raises OrganisationError or TokenRefused."""
    app = store.app_of(connection)
    if app.flow is not Connection.Flow.WEB:
        return sign_in(app, now=now)
    form = {
        "grant_type": "refresh_token",
        "refresh_token": store.refresh_token_of(connection),
        "client_id": app.client_id,
        "client_secret": app.secret,
    }
    advice = "the consent was withdrawn or has run out: reconnect at Settings → Salesforce."
    return ask_for_token(app.url, form, advice=advice)


def sign_in(app: App, *, now: datetime) -> Granted:
    """Sign in from server to server. Raises OrganisationError, TokenRefused with what to check."""
    if app.flow is Connection.Flow.JWT:
        shown = assertion(
            url=app.url, client_id=app.client_id, username=app.username, private_key=app.secret, now=now
        )
        form = {"grant_type": JWT_BEARER, "assertion": shown}
        advice = (
            "check the consumer key, the username, that the app has the certificate of this private key, and that"
            " the user is pre-authorised for it."
        )
    else:
        form = {
            "grant_type": "client_credentials",
            "client_id": app.client_id,
            "client_secret": app.secret,
        }
        advice = (
            "check the consumer key and secret, and that the app allows the client credentials flow and names the"
            " user to run as."
        )
    return ask_for_token(app.url, form, advice=advice)


def _standing(now: datetime) -> Connection:
    """The connection as it is. Raises OrganisationError where it was ended, or Salesforce no longer takes it."""
    connection = store.connected()
    if connection is None:
        raise OrganisationError("Salesforce was disconnected: connect it again at Settings → Salesforce.")
    if connection.broken_at is not None and (
        connection.flow == Connection.Flow.WEB or now - connection.broken_at < ASKED_AGAIN
    ):
        raise OrganisationError(connection.broken)
    return connection


def _lasts(error: TokenRefused) -> bool:
    # the same word stands for too many log-ins in an hour, which pass
    return error.code in FOR_GOOD and "rate exceeded" not in str(error)


@contextmanager
def alone() -> Iterator[None]:
    """Be the only one who renews, makes or ends the connection.

    Held by the database connection, so a killed process lets go at once. Not a transaction: Salesforce is asked
    meanwhile. Raises OrganisationError when another renewal takes too long.
    """
    with database.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{PATIENCE_S}s'")
        try:
            cursor.execute("SELECT pg_advisory_lock(hashtext('connection'), hashtext('renewal'))")
        except OperationalError as error:
            raise OrganisationError(
                "Another process has been renewing the session with Salesforce for minutes; the next read tries again."
            ) from error
        finally:
            cursor.execute("RESET lock_timeout")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('connection'), hashtext('renewal'))")
