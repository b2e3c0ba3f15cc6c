"""Otto at his desk, and an organisation that he connects."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from tests.sync.conftest import new_world, world
from tests.sync.connecting import otto as make_otto
from tests.sync.world import World

__all__ = ["new_world", "world"]


@pytest.fixture
def otto(world: World, settings: Settings) -> Client:
    """Otto's browser; nothing but this page connects the organisation."""
    settings.SALESFORCE_URL = ""
    client = Client()
    client.force_login(make_otto())
    return client
