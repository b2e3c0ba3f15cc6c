"""What the forms on a person send."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.test import Client

from tests.pages.world import World

PART = {"HX-Request": "true"}


def send(client: Client, world: World, called: str, what: str, *, part: bool = True, **form: str) -> Any:
    """Send one form of a person's; with another `once` each time unless one is given."""
    address = f"{world.person(called)}{what}/"
    return client.post(address, {"once": str(uuid4()), **form}, headers=PART if part else {})


@contextmanager
def undone() -> Iterator[None]:
    """What the block writes is taken back: one desk does for many forms."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)
