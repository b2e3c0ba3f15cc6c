"""Eve guesses Alice's password: after ten tries nobody may try it from there for a while, unless Otto says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import F
from django.test import Client
from django.utils import timezone

from base import clock
from base.models import AuditEntry
from tests.pages.reading import get
from tests.pages.world import World

HERE, ELSEWHERE = "10.0.0.1", "10.0.0.2"
RIGHT = "open sesame"
Tries = apps.get_model("axes", "AccessAttempt")


def log_in(password: str, *, name: str = "alice", address: str = HERE) -> tuple[int, str]:
    """The status of a log-in, and what it says."""
    answer = Client(REMOTE_ADDR=address).post("/login/", {"username": name, "password": password})
    return answer.status_code, answer.content.decode()


@pytest.fixture
def _guessed(world: World) -> None:
    """Ten wrong passwords of Alice's; the tenth is told already."""
    for number in range(settings.AXES_FAILURE_LIMIT - 1):
        status, body = log_in(f"guess {number}")
        assert status == 200
        assert "do not fit together" in body
    assert log_in("guess 10")[0] == 429


@pytest.mark.usefixtures("_guessed")
def test_then_not_even_the_right_one_is_tried(world: World) -> None:
    client = Client(REMOTE_ADDR=HERE)

    answer = client.post("/login/", {"username": "alice", "password": RIGHT, "next": "/people/"})

    body = answer.content.decode()
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    assert "too many wrong passwords for this user name from here" in body
    assert "after 15 minutes" in body
    assert 'value="/people/"' in body
    assert client.get("/team/").status_code == 302


@pytest.mark.usefixtures("_guessed")
def test_others_here_and_she_elsewhere_come_in(world: World) -> None:
    assert log_in(RIGHT, name="mona")[0] == 302
    assert log_in(RIGHT, address=ELSEWHERE)[0] == 302


@pytest.mark.usefixtures("_guessed")
def test_it_ends_after_its_time_however_often_it_was_tried(world: World) -> None:
    assert log_in("again")[0] == 429

    Tries.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=15))

    assert log_in(RIGHT)[0] == 302


def test_of_names_that_are_nobodys_one_try_a_minute_is_noted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted, now = AuditEntry.objects.filter(what="log_in", became="refused"), timezone.now()
    for after_s, many in ((0, 1), (30, 1), (59, 1), (61, 2)):
        monkeypatch.setattr(clock, "now", lambda after_s=after_s: now + timedelta(seconds=after_s))
        assert log_in("guess", name=f"somebody{after_s}")[0] == 200
        assert noted.count() == many
    log_in("guess", name="alice")
    assert noted.count() == 3, "whose account it would have been is"


@pytest.mark.usefixtures("_guessed")
def test_each_try_is_noted_and_none_while_it_is_shut(world: World) -> None:
    refused = AuditEntry.objects.filter(what="log_in", became="refused")
    assert refused.count() == settings.AXES_FAILURE_LIMIT

    for _ in range(3):
        assert log_in("again")[0] == 429
    assert refused.count() == settings.AXES_FAILURE_LIMIT

    log_in("guess", address=ELSEWHERE)
    assert refused.count() == settings.AXES_FAILURE_LIMIT + 1


@pytest.mark.usefixtures("_guessed")
def test_otto_unlocks_her(world: World, otto: Client) -> None:
    (tries,) = Tries.objects.all()
    page = get(otto, "/admin/axes/accessattempt/").content.decode()
    assert HERE in page

    answer = otto.post(
        "/admin/axes/accessattempt/", {"action": "unlock", "_selected_action": tries.pk}, follow=True
    )

    assert "Unlocked 1 user name." in answer.content.decode()
    assert log_in(RIGHT)[0] == 302


def test_a_right_one_forgets_the_wrong_ones_before(world: World) -> None:
    for _ in range(2):
        for number in range(settings.AXES_FAILURE_LIMIT - 1):
            assert log_in(f"guess {number}")[0] == 200
        assert log_in(RIGHT)[0] == 302


@pytest.mark.usefixtures("_guessed")
def test_no_log_tells_names_passwords_or_addresses(world: World, caplog: pytest.LogCaptureFixture) -> None:
    log_in("hush hush")

    said = " ".join(record.getMessage() for record in caplog.records)
    assert "AXES" in said
    for secret in ("alice", "hush", HERE):
        assert secret not in said
    (tries,) = Tries.objects.all()
    assert "guess" not in tries.post_data
