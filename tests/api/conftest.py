"""The small desk of the pages, asked by programs: each with a token of a person of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from base.models import User
from base.tokens import make_token
from tests.pages.world import World, make_world

API = "/api/v1/"


@dataclass(frozen=True)
class Program:
    """A program that acts as a user."""

    token: str
    client: Client

    def get(self, address: str, **parameters: str | int | date) -> Any:
        """The answer to an address under /api/v1/ (or a whole one)."""
        told = {name: str(value) for name, value in parameters.items()}
        return self.client.get(whole(address), told, headers={"Authorization": f"Bearer {self.token}"})

    def read(self, address: str, **parameters: str | int | date) -> Any:
        """What it answers, which must be what was asked."""
        answer = self.get(address, **parameters)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def post(self, address: str, body: object = None, *, word: str | None = "") -> Any:
        """Act under a word of its own, another one each time unless one is given; None: none at all."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if word is not None:
            headers["Idempotency-Key"] = word or str(uuid4())
        return self.client.post(
            whole(address), body if body is not None else {}, content_type="application/json", headers=headers
        )


Act = Callable[..., Program]


def whole(address: str) -> str:
    return address if address.startswith(("/", "http")) else API + address


def people_of(answer: Any) -> set[str]:
    return {row["person_id"] for row in answer["results"]}


def problem(answer: Any) -> dict[str, str]:
    """The one thing that is wrong."""
    (wrong,) = answer.json()["errors"]
    assert set(wrong) == {"where", "what", "instead"}
    assert wrong["what"]
    found: dict[str, str] = wrong
    return found


@pytest.fixture
def world(db: None) -> World:
    return make_world(timezone.now())


@pytest.fixture
def act_as(world: World) -> Act:
    """A program that acts as this person."""

    def as_person(name: str, *, can_write: bool = True) -> Program:
        now = timezone.now()
        _, token = make_token(
            User.objects.get(username=name),
            label="a test",
            can_write=can_write,
            expires_at=now + timedelta(days=1),
            now=now,
        )
        return Program(token, Client())

    return as_person


@pytest.fixture
def alice(act_as: Act) -> Program:
    return act_as("alice")


@pytest.fixture
def mona(act_as: Act) -> Program:
    return act_as("mona")


@pytest.fixture
def otto(act_as: Act) -> Program:
    return act_as("otto")
