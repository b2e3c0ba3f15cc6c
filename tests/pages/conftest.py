"""The small desk, and somebody logged in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from base.models import User
from tests.pages.world import World, make_world

LogIn = Callable[[str], Client]


@pytest.fixture
def world(db: None) -> World:
    """The desk as of now."""
    return make_world(timezone.now())


@pytest.fixture
def log_in(world: World) -> LogIn:
    """A browser in which this person is logged in."""

    def as_person(name: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=name))
        return client

    return as_person


@pytest.fixture
def otto(log_in: LogIn) -> Client:
    return log_in("otto")


@pytest.fixture
def mona(log_in: LogIn) -> Client:
    return log_in("mona")


@pytest.fixture
def alice(log_in: LogIn) -> Client:
    return log_in("alice")
