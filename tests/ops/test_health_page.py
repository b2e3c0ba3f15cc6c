"""Otto looks whether everything is read in time, and what to do where it is not."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from sync.alone import alone
from sync.models import CallUsage, Connection, Drift, ObjectState
from sync.tasks import poll
from tests.ops.test_connecting import CONNECT, entries
from tests.sync.world import World

PAGE = "/settings/salesforce/health/"


def body(client: Client) -> str:
    response = client.get(PAGE)
    assert response.status_code == 200
    return response.content.decode()


def read_all(world: World, client: Client) -> None:
    client.post(CONNECT, entries(world, flow="credentials"))
    client.post("/settings/salesforce/reading/start/")
    poll()


def test_all_is_well(world: World, otto: Client) -> None:
    read_all(world, otto)

    page = body(otto)

    assert "Everything is read in time" in page
    assert "reading stops at 80 %" in page
    assert "None: every field we want is readable." in page
    assert "none waits" in page


def test_before_anything_is_connected(otto: Client) -> None:
    page = body(otto)

    assert "Salesforce is not connected" in page
    assert "not read yet" in page


def test_an_object_that_fails_says_why(world: World, otto: Client) -> None:
    read_all(world, otto)
    ObjectState.objects.filter(name="Task").update(state="failing", error="Salesforce refused: <b>no</b>")

    page = body(otto)

    assert "Something fails" in page
    assert "Salesforce refused: &lt;b&gt;no&lt;/b&gt;" in page


def test_a_dead_consent_stands_on_top(world: World, otto: Client) -> None:
    read_all(world, otto)
    Connection.objects.update(broken="The consent was withdrawn.")

    page = body(otto)

    assert "Salesforce is not connected" in page
    assert "The consent was withdrawn." in page


def test_hidden_fields_differences_and_calls_are_told(world: World, otto: Client) -> None:
    read_all(world, otto)
    world.hide(fields=["Lead.Rating"])
    ObjectState.objects.update(described_at=None, due_at=None)
    poll()
    Drift.objects.create(
        object_name="CampaignMember", found_at=timezone.now(), missing=0, extra=2, outdated=1, mended=3
    )
    CallUsage.objects.update(used=12_500, allowed=15_000)

    page = body(otto)

    assert "Lead.Rating" in page
    assert "2 records too many, 1 record outdated" in page
    assert "mended" in page
    assert "83 %" in page


def test_what_is_overdue_is_late(world: World, otto: Client) -> None:
    read_all(world, otto)
    ObjectState.objects.filter(name="Lead").update(due_at=timezone.now() - timedelta(minutes=12))

    page = body(otto)

    assert "Something is late" in page
    assert "Look whether worker and beat run" in page


def test_a_long_read_is_not_late_but_one_that_was_killed_is(world: World, otto: Client) -> None:
    read_all(world, otto)
    began = timezone.now() - timedelta(minutes=12)
    ObjectState.objects.filter(name="Lead").update(due_at=began, reading_since=began)

    with alone("Lead"):
        assert "Everything is read in time" in body(otto)
    assert "Something is late" in body(otto)
