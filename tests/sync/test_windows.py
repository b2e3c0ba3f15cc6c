"""How much is asked for: everything by Bulk once, then what changed by REST, with an overlap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.org.ids import make_id
from sync import pull as pulling
from sync.windows import OVERLAP, soql_instant, start_of_read
from tests.sync.world import World, row, state, values


def bulk_jobs(world: World) -> int:
    assert world.organisation
    return len((world.organisation.salesforce.restful("jobs/query") or {})["records"])


def test_the_first_read_is_bulk_and_what_follows_is_rest(world: World) -> None:
    world.lead()
    done = world.pull()
    first = bulk_jobs(world)
    assert first == len(done)

    world.lead("Second")
    world.pass_time(minutes=1)
    assert world.pull()["Lead"].changed_count == 1
    assert bulk_jobs(world) == first  # empty objects cost no job either

    world.pull(full=True)
    assert bulk_jobs(world) == 2 * first


def test_a_large_window_is_bulk_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "BULK_FROM_ROWS", 3)
    for name in "ABCD":
        world.lead(name)
    world.pull()
    first = bulk_jobs(world)
    world.pass_time(minutes=1)
    for name in "EFGH":
        world.lead(name)

    assert world.pull()["Lead"].changed_count == 4
    assert bulk_jobs(world) > first


def test_a_row_that_shows_up_minutes_after_its_stamp_is_found(world: World) -> None:
    early = world.now
    world.lead("A")
    world.pass_time(minutes=9)
    world.lead("B")
    world.pull()
    assert state("Lead").cursor == world.now

    late = world.org.create("Lead", {"LastName": "Late", "Company": "Co"}, now=early + timedelta(seconds=1))
    world.pass_time(minutes=1)
    world.pull()
    assert row("sync_lead", late)["last_name"] == "Late"


def test_many_rows_with_one_stamp_over_several_pages(world: World) -> None:
    world.lead("First")
    world.pull()
    world.pass_time(minutes=1)
    owner = world.user("Alice")
    stamp = world.now.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    told = {
        "Status": "New",
        "OwnerId": owner,
        "CreatedDate": stamp,
        "LastModifiedDate": stamp,
        "SystemModstamp": stamp,
    }
    with world.org.store.transaction():
        ids = [make_id("00Q", number) for number in range(1000, 5500)]
        rows = [{"Id": lead, "LastName": lead, "Company": "Co"} | told for lead in ids]
        world.org.store.insert_many("Lead", rows)

    world.pull()

    assert values("SELECT count(*) FROM sync_lead") == [4501]


def test_windows() -> None:
    at = datetime(2026, 3, 2, 12, 0, 0, 123000, tzinfo=UTC)
    assert start_of_read(None) is None
    assert start_of_read(at) == at - OVERLAP
    assert soql_instant(at) == "2026-03-02T12:00:00.123Z"
