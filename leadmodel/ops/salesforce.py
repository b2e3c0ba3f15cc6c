"""What Settings → Salesforce shows: what is connected, by whom, and whether it works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings

from base.words import Instant, instant
from sync.connection.cipher import NoKey, has_keys
from sync.connection.store import App, app_of, connected
from sync.models import Connection


class Standing(StrEnum):
    """How we stand with Salesforce."""

    NONE = "none"
    ENVIRONMENT = "environment"
    CONNECTED = "connected"
    BROKEN = "broken"


@dataclass(frozen=True)
class ConnectionView:
    """The connection for its page. Nothing secret is in it."""

    standing: Standing
    address: str = ""
    organisation_id: str = ""
    username: str = ""
    flow: str = ""
    client_id: str = ""
    connected_at: Instant | None = None
    connected_by: str = ""
    renewed_at: Instant | None = None
    problem: str = ""

    @property
    def is_made_here(self) -> bool:
        """Whether it was made on this page, and can be ended on it."""
        return self.standing in {Standing.CONNECTED, Standing.BROKEN}


def view_connection(*, now: datetime, zone: ZoneInfo) -> ConnectionView:
    """How we stand with Salesforce; instants in `zone`."""
    found = connected()
    if found is not None:
        return ConnectionView(
            Standing.BROKEN if found.broken else Standing.CONNECTED,
            address=found.instance_url,
            organisation_id=found.organisation_id,
            username=found.username or found.user_id,
            flow=found.get_flow_display(),
            client_id=found.client_id,
            connected_at=instant(found.connected_at, now=now, zone=zone) if found.connected_at else None,
            connected_by=str(found.connected_by or ""),
            renewed_at=instant(found.renewed_at, now=now, zone=zone),
            problem=found.broken,
        )
    if settings.SALESFORCE_URL:
        return ConnectionView(
            Standing.ENVIRONMENT,
            address=settings.SALESFORCE_URL.rstrip("/"),
            flow=Connection.Flow.CREDENTIALS.label,
            client_id=settings.SALESFORCE_CLIENT_ID,
        )
    return ConnectionView(Standing.NONE)


def kept_app() -> App | None:
    """The app that is connected, whose secret a reconnect may use; None where it cannot be read."""
    found = connected()
    try:
        return app_of(found) if found is not None and has_keys() else None
    except NoKey:
        return None
