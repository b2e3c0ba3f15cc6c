"""Whoever asks for other instants all too often waits; pages of now, and other people, do not."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

THEN = "?as_of=2026-03-01T12:00"
FEW = 5
"""Of so many at once two fall into one minute, whenever it ends."""


@pytest.fixture
def _one_a_minute(settings: Settings, redis_url: str) -> None:
    settings.REDIS_URL = redis_url
    settings.PAST_LOOKS_A_MINUTE = 1


@pytest.mark.usefixtures("_one_a_minute", "world")
@pytest.mark.parametrize("address", [f"/team/{THEN}", "/team/?known_by=2026-03-01T12:00", f"/queue/{THEN}"])
def test_eve_who_asks_for_the_past_all_the_time_waits(alice: Client, mona: Client, address: str) -> None:
    answers = [mona.get(address) for _ in range(FEW)]

    assert answers[0].status_code == 200
    refused = next(answer for answer in answers if answer.status_code == 429)
    seconds = int(refused.headers["Retry-After"])
    assert 1 <= seconds <= 60
    assert f"Ask again in {seconds} second" in refused.content.decode()
    assert [mona.get("/team/").status_code for _ in range(FEW)] == [200] * FEW
    assert alice.get(address).status_code == 200
