"""What the forms on a person send."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.test import Client

from tests.pages.world import World

PART = {"HX-Request": "true"}


def send(client: Client, world: World, called: str, what: str, *, part: bool = True, **form: str) -> Any:
    """Send one form of a person's; with another `once` each time unless one is given."""
    address = f"{world.person(called)}{what}/"
    return client.post(address, {"once": str(uuid4()), **form}, headers=PART if part else {})
