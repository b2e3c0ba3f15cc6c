"""A program that asks too often is told when to ask again, whichever process answers, and nobody else is."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings

from base.client import address_of
from base.rates import Counter, counter
from tests.api.conftest import API, Act
from tests.pages.world import World

NOON = datetime(2026, 3, 2, 12, 0, 20, tzinfo=UTC)
FEW = 5
"""Of so many at once two fall into one minute, whenever it ends."""
NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def _counted(settings: Settings, redis_url: str) -> None:
    """One of each kind in a minute."""
    settings.REDIS_URL = redis_url
    settings.API_RATES = {"requests": 1000, "figures": 1000, "refused": 1000}


def statuses(ask: Any, times: int = FEW) -> list[int]:
    return [ask().status_code for _ in range(times)]


@pytest.mark.usefixtures("_counted")
def test_a_token_that_asks_too_often_waits_and_others_do_not(
    world: World, act_as: Act, settings: Settings
) -> None:
    alice, hers_too, bob = act_as("alice"), act_as("alice"), act_as("bob")
    settings.API_RATES["requests"] = 1

    answers = [alice.get("people/") for _ in range(FEW)]

    assert answers[0].status_code == 200
    refused = next(answer for answer in answers if answer.status_code == 429)
    seconds = int(refused.headers["Retry-After"])
    assert 1 <= seconds <= 60
    (wrong,) = refused.json()["errors"]
    assert wrong["what"] == "There were too many requests."
    assert f"{seconds} second" in wrong["instead"] or seconds == 1
    assert hers_too.get("people/").status_code == bob.get("people/").status_code == 200


@pytest.mark.usefixtures("_counted")
def test_other_instants_have_a_rate_of_their_own(world: World, act_as: Act, settings: Settings) -> None:
    alice, settings.PAST_LOOKS_A_MINUTE = act_as("alice"), 1
    period = {"from": "2026-02-01", "to": "2026-03-01"}

    then = [alice.get("figures/", as_of="2026-02-20T12:00:00Z", **period).status_code for _ in range(FEW)]

    assert then[0] == 200
    assert 429 in then
    assert statuses(lambda: alice.get("figures/", **period)) == [200] * FEW


@pytest.mark.usefixtures("_counted")
@pytest.mark.parametrize("address", ["figures/", "figures/assigned/rows/", "pulls/", "reasons/"])
def test_figures_have_a_rate_of_their_own(
    world: World, act_as: Act, settings: Settings, address: str
) -> None:
    alice = act_as("alice")
    settings.API_RATES["figures"] = 1
    march = {"from": "2026-03-01", "to": "2026-04-01"}

    assert 429 in statuses(lambda: alice.get(address, **march))
    assert statuses(lambda: alice.get("people/")) == [200] * FEW


@pytest.mark.usefixtures("_counted")
def test_a_browser_is_counted_by_its_user(world: World, settings: Settings, django_user_model: Any) -> None:
    settings.API_RATES["requests"] = 1
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.force_login(django_user_model.objects.get(username="alice"))

    told = [browser.get(f"{API}people/").status_code for _ in range(FEW) for browser in browsers]

    # two of one user within a minute: also where each browser asked once
    assert any(429 in pair for pair in pairwise(told[:3]))


@pytest.mark.usefixtures("_counted")
@pytest.mark.parametrize(
    ("address", "headers"), [("10.0.0.1", {}), ("10.0.0.2", {"Authorization": "Bearer guessed"})]
)
def test_who_guesses_tokens_is_refused_and_who_has_one_is_not(
    world: World, act_as: Act, settings: Settings, address: str, headers: dict[str, str]
) -> None:
    alice, eve = act_as("alice"), Client(REMOTE_ADDR=address)
    settings.API_RATES["refused"] = 1

    answers = [eve.get(f"{API}people/", headers=headers) for _ in range(FEW)]

    assert {answer.status_code for answer in answers} == {401, 429}
    assert all("Retry-After" in answer.headers for answer in answers if answer.status_code == 429)
    alice.client.defaults["REMOTE_ADDR"] = address
    assert alice.get("people/").status_code == 200
    assert Client(REMOTE_ADDR=f"{address}9").get(f"{API}people/").status_code == 401


def test_without_redis_everything_is_answered_and_the_log_says_so_once(
    world: World, act_as: Act, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = NOWHERE
    settings.API_RATES = {"requests": 1, "figures": 1, "refused": 1}
    alice = act_as("alice")

    assert statuses(lambda: alice.get("people/")) == [200] * FEW
    assert sum("rates_not_counted" in record.getMessage() for record in caplog.records) == 1


def test_a_redis_that_is_away_is_not_waited_for_each_time(caplog: pytest.LogCaptureFixture) -> None:
    away = Counter(NOWHERE)

    for second in (0, 1, 9, 11, 30):
        assert away.wait("one", most=0, now=NOON + timedelta(seconds=second)) == 0

    assert sum("rates_not_counted" in record.getMessage() for record in caplog.records) == 1


def test_a_minute_holds_so_many_and_the_next_as_many_again(redis_url: str) -> None:
    counts = Counter(redis_url)

    waits = [counts.wait("one", most=2, now=NOON) for _ in range(3)]

    assert waits == [0, 0, 40]
    assert counts.wait("one", most=2, now=NOON + timedelta(seconds=39)) == 1
    assert counts.wait("another", most=2, now=NOON) == 0
    assert counts.wait("one", most=2, now=NOON + timedelta(seconds=40)) == 0


def test_all_processes_count_together(redis_url: str) -> None:
    other = (
        "import sys; from datetime import datetime; from base.rates import Counter;"
        "print(Counter(sys.argv[1]).wait('shared', most=1, now=datetime.fromisoformat(sys.argv[2])))"
    )

    def elsewhere() -> int:
        done = subprocess.run(
            [sys.executable, "-c", other, redis_url, NOON.isoformat()],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return int(done.stdout)

    assert elsewhere() == 0
    assert elsewhere() == 40
    assert Counter(redis_url).wait("shared", most=1, now=NOON) == 40


def test_there_is_one_counter_for_all_threads(settings: Settings) -> None:
    assert counter() is counter()


@pytest.mark.parametrize(
    ("is_behind", "forwarded", "expected"),
    [
        (False, "10.9.9.9", "127.0.0.1"),
        (True, "10.9.9.9", "10.9.9.9"),
        (True, "1.1.1.1, 10.9.9.9", "10.9.9.9"),
        (True, "made up", "127.0.0.1"),
        (True, None, "127.0.0.1"),
    ],
)
def test_only_what_the_proxy_itself_says_of_the_client_is_believed(
    settings: Settings, is_behind: bool, forwarded: str | None, expected: str
) -> None:
    settings.BEHIND_PROXY = is_behind
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}

    assert address_of(RequestFactory().get("/", headers=headers)) == expected


def test_a_socket_without_a_proxy_tells_no_address() -> None:
    assert address_of(RequestFactory().get("/", REMOTE_ADDR="")) is None
