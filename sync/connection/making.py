"""Making a connection and ending it."""

from __future__ import annotations

from datetime import datetime

from base.models import User
from sync.connection import store
from sync.connection.access import alone, sign_in
from sync.connection.asking import Asked
from sync.connection.store import App
from sync.control import pause
from sync.models import Connection, ObjectState
from sync.salesforce.access import of_environment
from sync.salesforce.http import OrganisationError
from sync.salesforce.tokens import Granted, ask_for_token, revoke, user_info


def connect(app: App, *, by: User, now: datetime) -> Connection:
    """Connect from server to server. Raises OrganisationError with what to check, and leaves what there was."""
    return _keep(app, sign_in(app, now=now), by=by, now=now)


def finish(asked: Asked, code: str, *, by: User, now: datetime) -> Connection:
    """Connect with the code that somebody's consent gave. Raises OrganisationError, and leaves what there was."""
    advice = "check the consumer key and secret, and connect again."
    granted = ask_for_token(asked.app.url, asked.code_form(code), advice=advice)
    if granted.refresh_token is None:
        raise OrganisationError(
            "Salesforce gave no refresh token, so reading would end with this session: add the scope “Perform requests"
            " at any time (refresh_token, offline_access)” to the app, and connect again."
        )
    return _keep(asked.app, granted, by=by, now=now)


def disconnect() -> str:
    """Revoke the tokens at Salesforce and forget every secret. Says what could not be revoked, nothing if all was."""
    with alone():
        connection = store.connected()
        if connection is None:
            return ""
        said = ""
        try:
            token = store.refresh_token_of(connection) or store.session_of(connection).access_token
            revoke(connection.instance_url, token)
        except OrganisationError as error:
            said = (
                f"The tokens are forgotten here, but Salesforce could not be told: {error} Remove the app's access in"
                " Setup → OAuth Connected Apps of the user."
            )
        store.forget_secrets()
    return said


def _keep(app: App, granted: Granted, *, by: User, now: datetime) -> Connection:
    is_first = store.known_organisation() is None and not ObjectState.objects.exclude(read_at=None).exists()
    read_so_far = _read_by_environment()
    username = str(user_info(granted.session).get("preferred_username") or app.username)
    with alone():
        try:
            store.refuse_others(read_so_far, granted)
            made = store.keep(app, granted, username=username, by=by, now=now)
        except store.OtherOrganisation:
            revoke(granted.session.instance_url, granted.refresh_token or granted.session.access_token)
            raise
    if is_first:
        # first the check-up: what the user may not read yet would have to be read again
        pause(by, now=now)
    return made


def _read_by_environment() -> str | None:
    """The organisation whose rows the mirror has, where the environment's way in read them."""
    environment = of_environment()
    is_read = ObjectState.objects.exclude(read_at=None).exists()
    if environment is None or not is_read or store.known_organisation() is not None:
        return None
    return environment.granted().organisation_id
