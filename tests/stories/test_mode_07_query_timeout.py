"""Mode 7: a query that takes too long is asked in halves, then of Bulk; a job without a result is never no rows."""

from __future__ import annotations

from typing import Any

import pytest

from sync.pull import pull_object
from sync.salesforce.calls import Calls
from sync.salesforce.objects import BY_NAME
from sync.salesforce.spool import Spool
from tests.sync.likeness import assert_like, failing
from tests.sync.world import World, dump, state, values

LEADS = 20


@pytest.fixture
def desk(world: World) -> World:
    """Leads that come over an hour, none of them read."""
    world.lead("First")
    world.pull_some()
    for number in range(LEADS):
        world.pass_time(minutes=3)
        world.lead(f"Lead {number}")
    return world


def slow(world: World, rows: int, path: str = "/query") -> None:
    world.control("POST", "faults", {"timeout_over": rows, "path": path, "object": "Lead", "times": None})


@pytest.mark.parametrize("rows", [1, 4, 19])
def test_halves_of_halves_are_short_enough(desk: World, rows: int) -> None:
    slow(desk, rows, "/queryAll")
    assert desk.pull_some()["Lead"].changed_count == LEADS
    assert_like(desk)


def test_everything_at_first_in_halves_too(desk: World) -> None:
    slow(desk, 3)
    assert desk.pull_some(full=True)["Lead"].row_count == LEADS + 1
    assert_like(desk)


def test_a_lead_that_changes_out_of_the_half_being_read_is_in_the_next(
    desk: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow(desk, 14, "/queryAll")
    told = {"page_rows": 4, "path": "/queryAll", "object": "Lead", "times": None}
    desk.control("POST", "faults", told)
    [lead] = [str(one["Id"]) for one in desk.org.store.rows("Lead", '"LastName" = ?', ("Lead 7",))]
    add_rows, once = Spool.add_rows, [lead]

    def meanwhile(spool: Spool, *told: Any) -> None:
        add_rows(spool, *told)
        if once:
            desk.org.update("Lead", once.pop(), {"LastName": "Changed"})

    monkeypatch.setattr(Spool, "add_rows", meanwhile)
    assert desk.organisation
    done = pull_object(desk.organisation, BY_NAME["Lead"], now=desk.now)
    assert (done.said, done.changed_count) == ("", LEADS)
    assert values("SELECT last_name FROM sync_lead WHERE id = %s", lead) == ["Changed"]


def test_bulk_jobs_that_time_out_are_halved(desk: World, by_bulk: None) -> None:
    slow(desk, 6, "/jobs/query")
    assert desk.pull_some(full=True)["Lead"].row_count == LEADS + 1
    assert_like(desk)


def test_a_minute_that_is_too_long_for_rest_is_asked_of_bulk(desk: World) -> None:
    for number in range(6):
        desk.lead(f"Crowd {number}")
    slow(desk, 5, "/queryAll")
    assert desk.pull_some()["Lead"].changed_count == LEADS + 6
    assert_like(desk)


@pytest.mark.parametrize("ends", ["Failed", "Aborted"])
def test_a_job_without_a_result_is_not_no_rows(desk: World, by_bulk: None, ends: str) -> None:
    before, cursor = dump(["sync_lead"]), state("Lead").cursor
    told = {"job_ends": ends, "message": "Something went wrong", "path": "/jobs/query", "object": "Lead"}
    desk.control("POST", "faults", told | {"times": None})

    done = desk.pull_some()["Lead"]

    if ends == "Failed":  # REST gives what Bulk cannot
        assert done.changed_count == LEADS
    else:
        assert "ended as Aborted" in failing()["Lead"]
        assert dump(["sync_lead"]) == before
        assert state("Lead").cursor == cursor
        desk.control("DELETE", "faults")
        desk.pull_some()
    assert_like(desk)


def test_an_object_that_bulk_does_not_know_is_read_by_rest(desk: World, by_bulk: None) -> None:
    told = {"code": "INVALIDENTITY", "path": "/jobs/query", "object": "Lead", "times": None}
    desk.control("POST", "faults", told)
    assert desk.pull_some(full=True)["Lead"].row_count == LEADS + 1
    assert_like(desk)


def test_a_query_that_always_takes_too_long_fails_and_says_so(
    desk: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Calls, "wait", lambda _self, _seconds: None)
    told = {"code": "QUERY_TIMEOUT", "path": "query", "object": "Lead", "times": None}
    desk.control("POST", "faults", told)
    before = dump(["sync_lead"])
    assert "QUERY_TIMEOUT" in desk.pull_some()["Lead"].said
    assert dump(["sync_lead"]) == before
