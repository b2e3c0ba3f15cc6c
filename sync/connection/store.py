"""The connection in the database: looked up, made, renewed, marked as broken, ended, sealed anew.

Every change is one statement of its own, so that no process uses a token that is not kept yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from base.models import User
from sync.connection.cipher import reseal, seal, unseal
from sync.models.connection import THE_ONE, Connection
from sync.salesforce.http import OrganisationError
from sync.salesforce.tokens import Granted, Session


class OtherOrganisation(OrganisationError):
    """The data here are another organisation's than the one to be connected."""


@dataclass(frozen=True, slots=True)
class App:
    """How this app introduces itself to the organisation: what is entered on the settings page.

    `secret` is the consumer secret, or the private key of the JWT flow. `username` is whom the JWT flow acts as.
    """

    flow: Connection.Flow
    url: str
    client_id: str
    secret: str = field(repr=False)
    username: str = ""


def connected() -> Connection | None:
    """The connection, None where none was made on the settings page or it was ended."""
    return Connection.objects.filter(pk=THE_ONE, connected_at__isnull=False).first()


def known_organisation() -> str | None:
    """The Id of the organisation that was connected latest, which the mirror's rows are of."""
    return Connection.objects.filter(pk=THE_ONE).values_list("organisation_id", flat=True).first()


def refuse_others(known: str | None, granted: Granted) -> None:
    """Raise OtherOrganisation if the people here are `known` to come from another organisation."""
    if known is not None and known != granted.organisation_id:
        raise OtherOrganisation(
            f"The people here come from the organisation {known}, and this is {granted.organisation_id}: two"
            " organisations cannot be mixed. Connect the same one again, or set up another installation."
        )


def keep(app: App, granted: Granted, *, username: str, by: User, now: datetime) -> Connection:
    """Keep a connection just made, in the place of one to the same organisation. Raises OtherOrganisation."""
    refuse_others(known_organisation(), granted)
    made, _ = Connection.objects.update_or_create(
        pk=THE_ONE,
        defaults={
            "url": app.url,
            "flow": app.flow,
            "client_id": app.client_id,
            "sealed_secret": seal(app.secret),
            "username": username,
            "user_id": granted.user_id,
            "organisation_id": granted.organisation_id,
            "instance_url": granted.session.instance_url,
            "sealed_access_token": seal(granted.session.access_token),
            "sealed_refresh_token": seal(granted.refresh_token or ""),
            "renewed_at": now,
            "broken": "",
            "broken_at": None,
            "connected_at": now,
            "connected_by": by,
        },
    )
    return made


def session_of(connection: Connection) -> Session:
    """The session that was given latest. Raises cipher.NoKey."""
    return Session(unseal(connection.sealed_access_token), connection.instance_url)


def refresh_token_of(connection: Connection) -> str:
    """What the next session is asked for with; empty but for the web server flow. Raises cipher.NoKey."""
    return unseal(connection.sealed_refresh_token)


def app_of(connection: Connection) -> App:
    """How the app introduced itself. Raises cipher.NoKey."""
    return App(
        Connection.Flow(connection.flow),
        connection.url,
        connection.client_id,
        unseal(connection.sealed_secret),
        connection.username,
    )


def keep_renewed(connection: Connection, granted: Granted, *, now: datetime) -> bool:
    """Keep a renewed session, with its refresh token where they rotate; False if `connection` has changed meanwhile."""
    changed: dict[str, object] = {
        "sealed_access_token": seal(granted.session.access_token),
        "instance_url": granted.session.instance_url,
        "renewed_at": now,
        "renewals": F("renewals") + 1,
        "broken": "",
        "broken_at": None,
    }
    if granted.refresh_token:
        changed["sealed_refresh_token"] = seal(granted.refresh_token)
    return _unchanged(connection).update(**changed) == 1


def mark_broken(connection: Connection, why: str, *, now: datetime) -> None:
    """Salesforce no longer lets us in with what `connection` has."""
    _unchanged(connection).update(broken=why, broken_at=now)


def _unchanged(connection: Connection) -> QuerySet[Connection]:
    # somebody may have disconnected or reconnected while Salesforce was asked
    return Connection.objects.filter(
        pk=THE_ONE, connected_at__isnull=False, sealed_access_token=connection.sealed_access_token
    )


def forget_secrets() -> None:
    """End the connection; only whose organisation it was is kept."""
    Connection.objects.filter(pk=THE_ONE).update(
        sealed_secret="",
        sealed_access_token="",
        sealed_refresh_token="",
        connected_at=None,
        broken="",
        broken_at=None,
    )


def seal_anew() -> bool:
    """Encrypt what is kept with the first key; whether there was anything. Raises cipher.NoKey and changes nothing."""
    with transaction.atomic():
        found = Connection.objects.select_for_update().filter(pk=THE_ONE).first()
        if found is None:
            return False
        for name in ("sealed_secret", "sealed_access_token", "sealed_refresh_token"):
            setattr(found, name, reseal(getattr(found, name)))
        found.save(update_fields=("sealed_secret", "sealed_access_token", "sealed_refresh_token"))
    return True
