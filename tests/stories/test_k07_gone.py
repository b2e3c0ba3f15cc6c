"""K7 and M2: who or what is deleted for good stays as deleted, with all that figures stand on; no clock runs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sync.models import Drift, Gone
from tests.sync.likeness import assert_like
from tests.sync.world import World, dump, marks, row, values

PAST = ["leadmodel_cycle", "leadmodel_span"]
NOT_DELETED = "SELECT person_id FROM leadmodel_person WHERE NOT is_deleted ORDER BY person_id"


@pytest.fixture
def gone(world: World) -> str:
    """A lead that was assigned to Alice and called, which is all read."""
    lead = world.lead()
    world.pass_time(minutes=1)
    world.org.update("Lead", lead, {"Status": "Assigned"})
    world.pass_time(minutes=10)
    world.call(lead)
    world.org.update("Lead", lead, {"Status": "Working"})
    world.sync_some()
    return lead


def purge(world: World, *ids: str) -> datetime:
    """Delete for good, past the recycle bin, hours after all else; answers when."""
    at = world.pass_time(hours=7)
    world.purge(*ids)
    world.pass_time(minutes=5)
    return at


def test_k07_the_past_of_who_is_deleted_for_good_stays(world: World, gone: str) -> None:
    kept = world.lead("Kept")
    world.sync_some()
    before = dump(PAST)
    assert before["leadmodel_cycle"]
    assert values("SELECT count(*) FROM leadmodel_clock WHERE person_id = %s", gone) != [0]
    at = purge(world, gone)

    world.sync_some()

    assert values(NOT_DELETED) == [kept]
    assert Gone.objects.get(pk=gone).at == at
    assert row("sync_lead", gone)["last_name"] == "Lovelace"
    assert values("SELECT count(*) FROM leadmodel_clock WHERE person_id = %s", gone) == [0]
    after = dump(PAST)
    assert after == before
    assert_like(world)


def test_k07_whoever_is_found_to_be_gone_is_so_from_then_on(world: World, gone: str) -> None:
    """Salesforce tells of deletions for some days only."""
    world.control("PUT", "settings", {"deletions_since": (world.now + timedelta(days=30)).isoformat()})
    purge(world, gone)
    world.pass_time(days=1)

    world.sync_some()

    assert Drift.objects.get(object_name="Lead").extra == 1
    assert Gone.objects.get(pk=gone).at == world.now
    assert values(NOT_DELETED) == []
    assert_like(world)
    world.pass_time(days=1)
    world.sync_some()
    assert Drift.objects.filter(object_name="Lead").count() == 1, "mended is mended"


def test_k07_salesforce_knows_better_since_when_than_a_comparison(world: World, gone: str) -> None:
    """Every Id is compared between two questions for what was deleted."""
    world.pass_time(hours=16)
    world.sync()
    world.pass_time(hours=4)
    world.purge(gone)
    at = world.now
    world.pass_time(minutes=30)
    world.sync()
    found = Gone.objects.get(pk=gone)
    assert (found.at, found.is_told) == (world.now, False)

    world.pass_time(hours=3)
    world.sync()

    found = Gone.objects.get(pk=gone)
    assert (found.at, found.is_told) == (at, True)


def test_m02_a_call_that_is_deleted_for_good_was_made(world: World, gone: str) -> None:
    [call] = values("SELECT id FROM sync_task")
    before = dump(PAST)
    purge(world, str(call))

    world.pull_some()

    assert row("sync_task", str(call))["is_deleted"]
    assert marks() == {gone}
    world.sync_some()
    assert dump(PAST) == before
    assert_like(world)


def test_k07_what_our_user_may_not_see_for_a_while_is_back_as_it_was(world: World, gone: str) -> None:
    """A sharing rule that goes wrong empties nothing."""
    seldom = world.lead("Seldom")
    world.sync_some()
    before = dump(["sync_lead", "leadmodel_person", *PAST])
    world.pass_time(hours=2)
    rows = world.lose("Lead", gone, seldom)
    world.pass_time(days=1)
    world.sync_some()
    assert values(NOT_DELETED) == []

    world.org.store.insert_many("Lead", rows)
    world.org.store.finish_bulk()
    world.pass_time(days=1)
    world.sync_some()

    assert dump(list(before)) == before
    assert not Gone.objects.exists()
    assert_like(world)


def test_k06_a_converted_lead_that_is_deleted_for_good_leaves_its_past_with_the_contact(
    world: World, gone: str
) -> None:
    contact = world.org.convert(gone).contact_id
    world.sync_some()
    before = dump(["leadmodel_person", *PAST])
    purge(world, gone)

    world.sync_some()

    assert values(NOT_DELETED) == [contact]
    assert dump(list(before)) == before
