"""Mode 6: an answer that breaks off at any byte is asked for again, and half of it is never taken over."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
from pytest_django import Settings

from sync.salesforce import bulk, calls
from sync.salesforce.calls import Calls
from sync.salesforce.client import connect
from tests.sync.likeness import assert_like, failing
from tests.sync.world import World, dump, values

LEADS = 30
PATHS = ("/queryAll", "/jobs/query", "/results", "/describe")


@pytest.fixture
def desk(world: World) -> World:
    """Leads that were never read."""
    for number in range(LEADS):
        world.lead(f"Lead {number}", Company='A "cut",\nCompany' * (number % 4) or "Co")
    return world


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it waited before each repetition; nobody waits."""
    waits: list[float] = []
    monkeypatch.setattr(Calls, "wait", lambda _self, seconds: waits.append(seconds))
    return waits


@pytest.mark.parametrize(
    "cut", [0, 90, 1100, *(pytest.param(cut, marks=pytest.mark.soak) for cut in (1, 7, 350, 2500))]
)
@pytest.mark.parametrize("way", ["REST", "Bulk"])
def test_cut_once_at_a_byte(desk: World, request: pytest.FixtureRequest, cut: int, way: str) -> None:
    if way == "Bulk":
        request.getfixturevalue("by_bulk")
    for path in PATHS:
        desk.control("POST", "faults", {"cut_at": cut, "path": path, "object": "Lead"})

    assert desk.pull_some()["Lead"].changed_count == LEADS

    assert failing() == {}
    assert_like(desk)
    assert not list(desk.spool.iterdir())


def test_the_page_that_was_cut_is_asked_for_again_and_no_other(
    desk: World, by_bulk: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "PAGE_ROWS", 10)
    desk.control("POST", "faults", {"cut_at": 300, "path": "/results", "object": "Lead", "from_call": 2})
    assert desk.pull_some()["Lead"].changed_count == LEADS
    assert_like(desk)


def test_cut_again_and_again_is_given_up_and_nothing_is_taken_over(desk: World, paused: list[float]) -> None:
    desk.pull_some()
    before = dump(["sync_lead"])
    desk.pass_time(minutes=1)
    desk.lead("Late")
    desk.control("POST", "faults", {"cut_at": 200, "path": "/queryAll", "object": "Lead", "times": None})

    done = desk.pull_some()["Lead"]

    assert done.is_failure
    assert "does not answer" in done.said
    assert dump(["sync_lead"]) == before
    desk.control("DELETE", "faults")
    desk.pull_some()
    assert_like(desk)


@pytest.mark.parametrize("fault", [{"status": 503, "html": True}, {"status": 429}, {"status": 500}], ids=str)
def test_a_server_that_is_unwell_is_asked_again_after_growing_pauses(
    desk: World, settings: Settings, paused: list[float], fault: dict[str, object]
) -> None:
    settings.SALESFORCE_RETRY_SECONDS = 1
    where = {"path": "/queryAll", "object": "Lead"}
    desk.control("POST", "faults", fault | where | {"times": calls.TRIES - 1})

    assert desk.pull_some()["Lead"].changed_count == LEADS

    assert len(paused) == calls.TRIES - 1
    for tried, seconds in enumerate(paused):
        assert 0.5 * 2**tried <= seconds <= 1.5 * 2**tried
    assert_like(desk)


def test_pauses_differ_between_processes(desk: World, settings: Settings, paused: list[float]) -> None:
    settings.SALESFORCE_RETRY_SECONDS = 1
    told: list[Sequence[float]] = []
    for seed in (1, 2, 1):
        paused.clear()
        desk.organisation = connect()
        desk.organisation._random = Random(seed)
        desk.control("POST", "faults", {"status": 503, "path": "/queryAll", "object": "Lead", "times": 3})
        desk.pull_some()
        told.append(tuple(paused))
    assert told[0] != told[1]
    assert told[0] == told[2]


def test_a_refusal_is_not_repeated(desk: World, paused: list[float]) -> None:
    desk.control(
        "POST", "faults", {"status": 400, "code": "MALFORMED_QUERY", "path": "/queryAll", "object": "Lead"}
    )
    assert desk.pull_some()["Lead"].is_failure
    assert paused == []
    assert values("SELECT count(*) FROM sync_lead") == [0]
