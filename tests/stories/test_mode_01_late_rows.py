"""Mode 1: rows that show up late, and more rows of one stamp than a page holds, are not missed."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from sandbox.org.ids import make_id
from tests.sync.happenings import CHANGES, Life
from tests.sync.likeness import assert_like, failing
from tests.sync.world import World, values

SAME_STAMP = 5000


def test_changes_that_show_up_five_minutes_after_their_stamp(world: World) -> None:
    world.control("PUT", "late", {"seconds": 300})
    life = Life(world, Random(1))
    life.begin()
    for _ in range(30):
        world.pass_time(seconds=50)
        life.happen(life.random.choice(CHANGES))
        world.poll()
    world.pass_time(minutes=6)

    world.pull_some()

    assert failing() == {}
    assert_like(world)


@pytest.fixture
def of_one_stamp(world: World) -> World:
    """A desk that has been read, and then gets a crowd of leads in one second."""
    world.lead("First")
    world.pull_some()
    world.pass_time(minutes=1)
    stamp = world.now.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    told = {"Status": "New", "OwnerId": world.user("Alice"), "Company": "Co"}
    stamps = {"CreatedDate": stamp, "LastModifiedDate": stamp, "SystemModstamp": stamp}
    ids = [make_id("00Q", number) for number in range(1000, 1000 + SAME_STAMP)]
    Random(5).shuffle(ids)
    with world.org.store.transaction():
        world.org.store.insert_many("Lead", [{"Id": lead, "LastName": lead} | told | stamps for lead in ids])
    return world


@pytest.mark.parametrize(
    "fault",
    [{}, {"page_rows": 700}, {"shuffle": 3}, {"code": "INVALID_SESSION_ID", "from_call": 2, "times": 1}],
    ids=["undisturbed", "short pages", "shuffled", "a session that ends"],
)
def test_many_rows_of_one_stamp(of_one_stamp: World, fault: dict[str, object]) -> None:
    world = of_one_stamp
    if fault:
        world.control("POST", "faults", {"path": "/queryAll", "object": "Lead", "times": None} | fault)

    assert world.pull_some()["Lead"].changed_count == SAME_STAMP

    assert values("SELECT count(*) FROM sync_lead") == [SAME_STAMP + 1]
    assert values("SELECT count(DISTINCT system_modstamp) FROM sync_lead") == [2]


def test_a_lead_that_changes_while_its_page_is_read_is_there_once_and_newest(
    of_one_stamp: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = of_one_stamp
    first = min(str(one["Id"]) for one in world.org.store.rows("Lead", '"LastName" <> ?', ("First",)))
    organisation = world.organisation
    assert organisation is not None
    ask, asked = organisation.json, 0

    def meanwhile(path: str, **kwargs: Any) -> object:
        nonlocal asked
        answer = ask(path, **kwargs)
        if "FROM Lead " in str(kwargs.get("params")):
            asked += 1
            if asked == 1:
                world.pass_time(seconds=1)
                world.org.update("Lead", first, {"LastName": "Changed"})
        return answer

    monkeypatch.setattr(organisation, "json", meanwhile)
    assert world.pull_some()["Lead"].changed_count == SAME_STAMP
    assert asked > 2
    assert values("SELECT last_name FROM sync_lead WHERE id = %s", first) == ["Changed"]
    world.pull_some()
    assert values("SELECT count(*) FROM sync_lead WHERE last_name = 'Changed'") == [1]
