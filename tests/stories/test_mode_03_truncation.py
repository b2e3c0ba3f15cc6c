"""Mode 3: counts that are wrong, pages that are short, repeated or shuffled: nothing is taken for whole that is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sync.reading import Reading
from sync.salesforce.soql import Selection
from sync.salesforce.spool import ShortRead, Spool, spooling
from sync.windows import Window
from tests.sync.likeness import assert_like, failing
from tests.sync.world import World, dump, state

BREAKING = [
    {"count_by": 1},
    {"count_by": -1},
    {"lose_rows": 1},
]
HARMLESS = [{"shuffle": 7}, {"page_rows": 4}, {"page_rows": 1}]
LEADS = 12


@pytest.fixture
def desk(world: World) -> World:
    """Two reads' worth of leads, of which the first was read."""
    for number in range(LEADS):
        world.lead(f"Lead {number}")
    world.pull_some()
    world.pass_time(minutes=1)
    for number in range(LEADS):
        world.lead(f"Other {number}")
    return world


def spoil(world: World, fault: dict[str, object], path: str) -> None:
    world.control("POST", "faults", {"path": path, "object": "Lead", "times": None} | fault)


@pytest.mark.parametrize("fault", BREAKING, ids=str)
@pytest.mark.parametrize("way", ["REST", "Bulk"])
def test_what_does_not_add_up_is_not_taken_over(
    desk: World, request: pytest.FixtureRequest, fault: dict[str, object], way: str
) -> None:
    if way == "Bulk":
        request.getfixturevalue("by_bulk")
    before, cursor = dump(["sync_lead"]), state("Lead").cursor
    spoil(desk, fault, "/queryAll" if way == "REST" else "/jobs/query/")

    done = desk.pull_some()["Lead"]

    assert done.is_failure
    assert "declared" in done.said
    assert failing() == {"Lead": done.said}
    assert dump(["sync_lead"]) == before
    assert state("Lead").cursor == cursor

    desk.control("DELETE", "faults")
    desk.pull_some()
    assert failing() == {}
    assert_like(desk)


@pytest.mark.parametrize("fault", HARMLESS, ids=str)
@pytest.mark.parametrize("way", ["REST", "Bulk"])
def test_odd_pages_are_read_whole(
    desk: World, request: pytest.FixtureRequest, fault: dict[str, object], way: str
) -> None:
    if way == "Bulk":
        request.getfixturevalue("by_bulk")
    spoil(desk, fault, "/query")

    assert desk.pull_some()["Lead"].changed_count == LEADS

    assert_like(desk)


def test_a_row_that_is_missing_on_a_later_page_of_what_was_created_then_is_missed(
    desk: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No change takes a row out of a stretch of CreatedDate."""
    spoil(desk, {"page_rows": 5}, "/queryAll")
    [last] = [str(one["Id"]) for one in desk.org.store.rows("Lead", '"LastName" = ?', ("Other 11",))]
    add_rows, once = Spool.add_rows, [last]

    def meanwhile(spool: Spool, *told: Any) -> None:
        add_rows(spool, *told)
        if once:
            desk.org.hard_delete("Lead", once.pop())

    monkeypatch.setattr(Spool, "add_rows", meanwhile)
    window = Window(None, desk.now + timedelta(minutes=1))
    selection = Selection("Lead", ("Id", "CreatedDate"), "CreatedDate", window)
    assert desk.organisation
    with spooling("Lead") as spool:
        reading = Reading(desk.organisation, {}, spool, desk.now)
        with pytest.raises(ShortRead, match="declared 19 rows but 18 arrived"):
            reading.read(selection)


def test_a_bulk_page_that_is_the_one_before_again(desk: World, by_bulk: None) -> None:
    spoil(desk, {"page_rows": 5}, "/results")
    spoil(desk, {"repeat_page": True}, "/results")

    done = desk.pull_some()["Lead"]

    assert done.is_failure
    assert "sent a record twice" in done.said
    desk.control("DELETE", "faults")
    desk.pull_some()
    assert_like(desk)
