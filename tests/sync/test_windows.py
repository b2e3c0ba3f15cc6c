"""How much is asked for: everything by Bulk once, then what changed by REST, with an overlap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.org.ids import make_id
from sync import reading
from sync.pull import Pulled, pull_object
from sync.salesforce.objects import BY_NAME
from sync.salesforce.spool import Spool
from sync.windows import OVERLAP, Window, cursor_after, soql_instant, start_of_read
from tests.sync.world import World, row, state, values


def bulk_jobs(world: World, name: str) -> int:
    assert world.organisation
    jobs = (world.organisation.salesforce.restful("jobs/query") or {})["records"]
    return sum(job["object"] == name for job in jobs)


def test_what_is_large_is_read_by_bulk_and_what_is_small_by_rest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BULK_FROM_ROWS", 3)
    for name in "ABCD":
        world.lead(name)
    world.call(world.contact())
    assert world.pull()["Lead"].changed_count == 4
    assert bulk_jobs(world, "Lead") == 1
    assert bulk_jobs(world, "Task") == bulk_jobs(world, "Event") == 0

    world.pass_time(minutes=11)
    for name in "EFGH":
        world.lead(name)
    assert world.pull()["Lead"].changed_count == 4
    assert bulk_jobs(world, "Lead") == 2


def test_a_window_that_grows_too_large_for_rest_while_it_is_read_is_there_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BULK_FROM_ROWS", 3)
    world.control("POST", "faults", {"page_rows": 2, "path": "/queryAll", "object": "Lead", "times": None})
    world.lead("First")
    world.pull()
    for name in "AB":
        world.lead(name)

    def meanwhile(spool: Spool, *told: Any) -> None:
        add_rows(spool, *told)
        if len(spool.pages) == 1 and world.now == began:
            world.pass_time(seconds=1)
            for name in "CDEF":
                world.lead(name)

    add_rows, began = Spool.add_rows, world.now
    monkeypatch.setattr(Spool, "add_rows", meanwhile)
    assert pull_lead(world).changed_count == 6
    assert bulk_jobs(world, "Lead") == 1


def pull_lead(world: World) -> Pulled:
    """The turn of the leads."""
    assert world.organisation
    return pull_object(world.organisation, BY_NAME["Lead"], now=world.now)


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


def test_halves_meet_and_stay_open_where_the_window_was() -> None:
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    begins = now - timedelta(minutes=10)
    middle = now - timedelta(minutes=5)
    assert Window(begins).halves(now) == (Window(begins, middle), Window(middle))
    assert Window(None, now).halves(now) is not None
    assert Window(now - timedelta(minutes=1)).halves(now) is None
    assert Window(now).halves(now) is None


@pytest.mark.parametrize("start", [None, datetime(2026, 3, 1, tzinfo=UTC)])
def test_halving_ends(start: datetime | None) -> None:
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    window, steps = Window(start), 0
    while (halves := window.halves(now)) is not None:
        window, steps = halves[steps % 2], steps + 1
    assert steps < 30


def test_the_cursor_never_passes_the_beginning_of_the_read() -> None:
    began = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    earlier, later = began - timedelta(hours=1), began + timedelta(hours=1)
    assert cursor_after(None, None, began) is None
    assert cursor_after(None, earlier, began) == earlier
    assert cursor_after(earlier, later, began) == began
    assert cursor_after(began, earlier, began) == began
