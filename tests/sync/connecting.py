"""What the tests of the connection share: Otto, who connects, and Salesforce's page answered without a browser."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import requests
from django.utils import timezone

from base.models import Role, User
from sync.connection.asking import Asked, Purpose
from sync.connection.making import finish
from sync.connection.store import App
from sync.models import Connection
from tests.sync.world import World

CALLBACK = "http://localhost:8000/salesforce/callback/"


def otto() -> User:
    """Operations."""
    return User.objects.filter(username="otto").first() or User.objects.create_user("otto", role=Role.OPS)


def app(world: World, flow: Connection.Flow = Connection.Flow.WEB, **changes: str) -> App:
    """The organisation's usual app."""
    return App(flow, **({"url": world.url, "client_id": "sandbox", "secret": "sandbox"} | changes))


def approve(world: World, address: str, *, as_user: str | None = None) -> dict[str, str]:
    """What the browser brings back once the integration user, or this one, has said yes."""
    world.control("PUT", "settings", {"approve_as": as_user or world.org.api_user_id()})
    answer = requests.get(address, verify=str(world.authority), allow_redirects=False, timeout=20)
    assert answer.status_code == 302, answer.text
    told = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: texts[0] for name, texts in told.items()}


def connect_by_browser(world: World) -> Connection:
    """A connection by the web server flow, made by Otto."""
    now = timezone.now()
    asked = Asked(Purpose.CONNECT, app(world), CALLBACK, now, by=otto().pk)
    return finish(asked, approve(world, asked.address())["code"], by=otto(), now=now)
