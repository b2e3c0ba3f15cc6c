"""Otto checks up, starts to read, watches, pauses, goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError

from base.hints import look_now
from leadmodel.ops.reading import ObjectReading
from sync.alone import alone
from sync.checkup.run import make_waiting
from sync.control import paused
from sync.models import CheckUp, Lead, ObjectState
from sync.tasks import check_up, poll
from tests.ops.test_connecting import CONNECT, entries
from tests.sync.world import World

PAGE = "/settings/salesforce/check-up/"
READING = "/settings/salesforce/reading/"


@pytest.fixture(autouse=True)
def hints(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hints that were sent; no worker runs here."""
    sent: list[str] = []
    for task in (check_up, poll):
        monkeypatch.setattr(task, "apply_async", lambda task=task, **_: sent.append(task.name))
    return sent


def body(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_a_new_organisation_is_read_once_somebody_says_so(
    world: World, otto: Client, hints: list[str]
) -> None:
    world.lead()
    otto.post(CONNECT, entries(world, flow="credentials"))
    poll()
    assert not Lead.objects.exists()
    assert "not started" in body(otto, PAGE)

    otto.post(f"{READING}start/")
    poll()

    assert hints == ["sync.tasks.poll"]
    assert Lead.objects.count() == 1
    assert "everything is read" in body(otto, READING)


def test_connecting_again_does_not_stop_reading(world: World, otto: Client) -> None:
    otto.post(CONNECT, entries(world, flow="credentials"))
    otto.post(f"{READING}start/")

    otto.post(CONNECT, entries(world, flow="credentials"))

    assert paused() is None


def test_the_check_up_is_made_by_a_worker_and_told_on_the_page(
    world: World, otto: Client, hints: list[str]
) -> None:
    world.hide(objects=["Event"])
    otto.post(CONNECT, entries(world, flow="credentials"))
    assert "Before the first read" in body(otto, PAGE)

    otto.post(f"{PAGE}ask/")
    assert hints == ["sync.tasks.check_up"]
    assert 'hx-trigger="every 2s"' in body(otto, f"{PAGE}result/")
    check_up()

    page = body(otto, f"{PAGE}result/")
    assert "Event cannot be read" in page
    assert "Object Settings → Event: Read and View All." in page
    assert "every 2s" not in page


def test_without_a_worker_the_page_says_so(world: World, otto: Client) -> None:
    otto.post(CONNECT, entries(world, flow="credentials"))
    otto.post(f"{PAGE}ask/")
    CheckUp.objects.update(asked_at=timezone.now() - timedelta(minutes=3))

    assert "No worker has taken it up" in body(otto, PAGE)


def test_a_check_up_that_failed_says_why(world: World, otto: Client) -> None:
    otto.post(CONNECT, entries(world, flow="credentials"))
    world.control("POST", "faults", {"status": 503, "path": "/services/data", "times": None})
    otto.post(f"{PAGE}ask/")

    make_waiting(now=timezone.now())

    assert 'class="alert"' in body(otto, PAGE)


def test_progress_tells_rows_rate_and_time_left(world: World, otto: Client) -> None:
    ObjectState.objects.create(
        name="Lead",
        reading_since=timezone.now() - timedelta(seconds=100),
        rows_expected=400_000,
        rows_arrived=100_000,
    )

    def reading() -> ObjectReading:
        objects: list[ObjectReading] = otto.get(READING).context["reading"].objects
        return next(one for one in objects if one.name == "Lead")

    assert reading().state == "waits"  # a killed reader left that
    with alone("Lead"):
        lead = reading()

    assert lead.rows == "100,000 of 400,000"
    assert lead.share == 25
    # a slow machine asks a moment later
    assert 900 <= int(lead.rate.removesuffix(" rows/s").replace(",", "")) <= 1000
    assert lead.left == "5 min left"


def test_reading_is_paused_and_goes_on(world: World, otto: Client) -> None:
    otto.post(CONNECT, entries(world, flow="credentials"))
    otto.post(f"{READING}start/")
    poll()
    otto.post(f"{READING}pause/")
    world.lead()
    assert "paused since" in body(otto, READING)

    poll()
    assert not Lead.objects.exists()
    otto.post(f"{READING}start/")
    poll()

    assert Lead.objects.count() == 1


def test_the_page_looks_again_only_while_something_moves(world: World, otto: Client) -> None:
    otto.post(CONNECT, entries(world, flow="credentials"))
    assert "every 2s" not in body(otto, READING)
    otto.post(f"{READING}start/")
    assert "every 2s" in body(otto, READING)
    poll()
    assert "every 2s" not in body(otto, READING)


def test_a_broker_out_of_reach_loses_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(poll, "apply_async", refuse)

    look_now(poll)
