"""The small desk on a Monday morning in Berlin, and a mail server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from alerts.mails.delivery import deliver
from alerts.mails.scan import scan
from base.models import Effect, User
from sandbox.server.listening import background
from sync import models as mirror
from tests.alerts import in_slack
from tests.alerts.in_slack import MORNING
from tests.alerts.sink import Sink
from tests.pages.world import World, make_world

__all__ = ["MINUTE", "MORNING", "LogIn", "said", "work"]
MINUTE = timedelta(minutes=1)
LogIn = Callable[[str], Client]


@pytest.fixture
def world(transactional_db: None) -> World:
    """Mona, Alice and Bob work in Berlin; Max and Eve in New York, where it is still night."""
    world = make_world(MORNING)
    for name, zone in (("Mona", "Europe/Berlin"), ("Max", "America/New_York")):
        mirror.User.objects.filter(name=name).update(time_zone=zone, email=f"{name.lower()}@desk.example")
    return world


@pytest.fixture
def log_in(world: World) -> LogIn:
    """A browser in which this person is logged in."""

    def as_person(name: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=name))
        return client

    return as_person


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    """The mail server the app is set to."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.SITE_URL = "https://leads.desk.example"
    with background(Sink()) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", sink.port, 5
        yield sink


@pytest.fixture
def clock(settings: Settings) -> in_slack.Clock:
    settings.SALESFORCE_ALLOW_LOCAL = True
    settings.SITE_URL = "https://leads.desk.example"
    return in_slack.Clock()


def work(now: datetime) -> None:
    """What the timetable's task does, at this instant."""
    scan(now=now)
    while deliver(clock=lambda: now):
        pass


def said(**narrowed: object) -> list[tuple[str, str]]:
    """How each mail stands, and why, oldest first."""
    return list(Effect.objects.filter(**narrowed).order_by("pk").values_list("state", "said"))
