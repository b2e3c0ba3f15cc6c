"""Mode 4: a session that ends, at any call, costs nothing but a new one."""

from __future__ import annotations

import pytest

from sync.salesforce import bulk
from tests.sync.likeness import assert_like, failing
from tests.sync.world import World

LEADS = 9
CALLS = pytest.mark.parametrize(
    "call", [1, 3, 6, *(pytest.param(call, marks=pytest.mark.soak) for call in (2, 4, 5, 7, 8))]
)
ENDED = {"code": "INVALID_SESSION_ID", "object": "Lead"}


@pytest.fixture
def desk(world: World) -> World:
    """Leads that were never read."""
    for number in range(LEADS):
        world.lead(f"Lead {number}")
    return world


@CALLS
def test_a_session_that_ends_before_the_nth_call_by_rest(desk: World, call: int) -> None:
    desk.control("POST", "faults", {"page_rows": 2, "path": "/queryAll", "object": "Lead", "times": None})
    desk.control("POST", "faults", ENDED | {"from_call": call})

    assert desk.pull_some()["Lead"].changed_count == LEADS

    assert failing() == {}
    assert_like(desk)


@CALLS
def test_a_session_that_ends_before_the_nth_call_by_bulk(
    desk: World, by_bulk: None, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    monkeypatch.setattr(bulk, "PAGE_ROWS", 2)
    desk.control("POST", "faults", ENDED | {"from_call": call})

    assert desk.pull_some()["Lead"].changed_count == LEADS

    assert failing() == {}
    assert_like(desk)


def test_a_session_that_ends_at_every_second_call(desk: World) -> None:
    for call in range(1, 60, 2):
        desk.control(
            "POST", "faults", {"code": "INVALID_SESSION_ID", "path": "/services/data", "from_call": call}
        )
    done = desk.pull()
    assert [one.said for one in done.values() if one.is_failure] == []
    assert_like(desk)


def test_a_session_that_is_never_taken_fails_and_says_so(desk: World) -> None:
    desk.control("POST", "faults", ENDED | {"times": None})
    done = desk.pull_some()["Lead"]
    assert done.is_failure
    assert "does not take the session that it has just opened" in done.said
    assert desk.organisation
    assert desk.organisation.call_count < 200
