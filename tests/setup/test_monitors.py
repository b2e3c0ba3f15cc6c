"""`/health/` and `/metrics`: for monitors, and for nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from sync.models import CallUsage, Connection, Mark, ObjectState, ReadingPause
from sync.salesforce.objects import OBJECTS

pytestmark = pytest.mark.django_db
PATHS = ("/health/", "/metrics")


@pytest.fixture(autouse=True)
def _desk(settings: Settings) -> None:
    """An organisation that the environment connects, where everything was read a moment ago."""
    settings.SALESFORCE_URL = "https://desk.my.salesforce.com"
    now = timezone.now()
    ObjectState.objects.bulk_create(
        ObjectState(
            name=spec.name,
            state="read",
            read_at=now - timedelta(seconds=30),
            due_at=now + timedelta(minutes=1),
        )
        for spec in OBJECTS
    )


def told() -> tuple[int, dict[str, object]]:
    answer = Client().get("/health/")
    return answer.status_code, answer.json()


def measured() -> dict[str, float]:
    text = Client().get("/metrics").content.decode()
    return {
        ":".join((sample.name, *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("address", "headers", "token", "is_there"),
    [
        ("127.0.0.1", {}, "", True),
        ("::1", {}, "", True),
        ("127.0.0.1", {"X-Forwarded-For": "10.0.0.9"}, "", False),
        ("10.0.0.9", {}, "", False),
        ("10.0.0.9", {"Authorization": "Bearer "}, "", False),
        ("10.0.0.9", {"Authorization": "Bearer hush"}, "hush", True),
        ("10.0.0.9", {"Authorization": "Bearer hus"}, "hush", False),
        ("10.0.0.9", {"Authorization": "Basic hush"}, "hush", False),
        ("10.0.0.9", {}, "hush", False),
    ],
)
def test_only_monitors_are_answered(
    settings: Settings, path: str, address: str, headers: dict[str, str], token: str, *, is_there: bool
) -> None:
    settings.MONITOR_TOKEN = token

    answer = Client(REMOTE_ADDR=address).get(path, headers=headers)

    assert answer.status_code == (200 if is_there else 404)


def test_behind_a_proxy_nobody_is_local(settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    assert Client().get("/health/").status_code == 404


def test_a_well_desk(settings: Settings) -> None:
    status, health = told()

    assert status == 200
    assert health["status"] == "ok"
    assert 30 <= float(str(health["behind_seconds"])) < 60
    assert measured()["leadmodel_status:ok"] == 1
    assert measured()["leadmodel_connected"] == 1


def test_a_pause_is_no_alarm() -> None:
    ReadingPause.objects.create(pk=1, since=timezone.now() - timedelta(days=1))
    ObjectState.objects.update(due_at=timezone.now() - timedelta(days=1))

    assert told()[0] == 200
    assert measured()["leadmodel_reading_paused"] == 1


def test_what_is_late_fails_waits_or_is_cut_off_is_an_alarm() -> None:
    ObjectState.objects.filter(name="Task").update(due_at=timezone.now() - timedelta(minutes=11))
    status, late = told()
    assert (status, late["status"], late["late"]) == (503, "late", ["Task"])

    ObjectState.objects.filter(name="Lead").update(state="failing", error="INVALID_FIELD")
    status, failing = told()
    assert (status, failing["status"], failing["failing"]) == (503, "failing", ["Lead"])
    assert measured()["leadmodel_object_failing:Lead"] == 1

    Connection.objects.create(
        connected_at=timezone.now(), renewed_at=timezone.now(), broken="gone", flow="web", url="https://x"
    )
    assert told()[1]["status"] == "disconnected"


def test_people_who_wait_too_long_to_be_derived_are_an_alarm() -> None:
    Mark.objects.create(record_id="00Q000000000001AAA", marked_at=timezone.now() - timedelta(minutes=11))

    status, health = told()

    assert (status, health["status"], health["marks_waiting"]) == (503, "late", 1)
    assert "00Q000000000001AAA" not in str(health)


def test_calls_are_told() -> None:
    CallUsage.objects.create(pk=1, used=1_200, allowed=15_000, told_at=timezone.now())

    assert told()[1]["calls"] == {"used": 1_200, "allowed": 15_000}
    assert measured()["leadmodel_api_calls_allowed"] == 15_000
