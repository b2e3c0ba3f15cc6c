"""Mode 14: a server that hangs or drips is given up; what is read goes through memory piece by piece."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from pytest_django import Settings

from sandbox.org.ids import make_id
from sync.salesforce import calls
from tests.sync.likeness import assert_like, failing
from tests.sync.world import World, values

PATIENCE_S = 1
LONGEST_S = 20


@pytest.fixture
def desk(world: World, settings: Settings) -> World:
    """Leads to be read by who waits no longer than a second."""
    settings.SALESFORCE_PATIENCE_SECONDS = PATIENCE_S
    for number in range(20):
        world.lead(f"Lead {number}")
    return world


@pytest.mark.parametrize(
    "fault", [{"silent": True}, {"stall_at": 0}, {"stall_at": 400}, {"byte_seconds": 0.05}], ids=str
)
@pytest.mark.parametrize("path", ["/results", pytest.param("/describe", marks=pytest.mark.soak)])
def test_a_server_that_hangs_is_given_up_and_the_others_are_read(
    desk: World, by_bulk: None, fault: dict[str, object], path: str
) -> None:
    contact = desk.contact()
    desk.control("POST", "faults", fault | {"path": path, "object": "Lead", "times": None})

    began = time.monotonic()
    done = desk.pull()
    took = time.monotonic() - began
    desk.control("DELETE", "faults")

    assert took < LONGEST_S
    assert list(failing()) == ["Lead"]
    assert "Nothing was changed; the next read tries again." in done["Lead"].said
    assert values("SELECT id FROM sync_contact") == [contact]
    desk.pull()
    assert_like(desk)


def test_two_minutes_at_most(settings: Settings) -> None:
    assert settings.SALESFORCE_PATIENCE_SECONDS + calls.CONNECT_S < 120


def test_memory_does_not_grow_with_the_rows(world: World, by_bulk: None) -> None:
    peaks = []
    for count in (1000, 10_000):
        stamp = world.now.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        told = {"Status": "New", "Company": "Co" * 60, "OwnerId": world.user("Alice")}
        stamps = {"CreatedDate": stamp, "LastModifiedDate": stamp, "SystemModstamp": stamp}
        with world.org.store.transaction():
            ids = [make_id("00Q", count * 10 + number) for number in range(count)]
            world.org.store.insert_many(
                "Lead", [{"Id": lead, "LastName": lead} | told | stamps for lead in ids]
            )
        world.pull()
        tracemalloc.start()
        world.pull(full=True)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0] + 4 * (1 << 20)
