"""Rows, marks and cursor arrive together or not at all, and never go back in time."""

from __future__ import annotations

import psycopg2
import pytest
from django.db import connection

from sync.fields import want
from sync.load import UnreadableRows, load
from sync.models import ObjectState
from sync.salesforce.objects import BY_NAME
from sync.salesforce.spool import spooling
from tests.sync.conftest import NOON
from tests.sync.world import World, dump, empty_database, marks, row, state, values


@pytest.fixture
def pair(world: World) -> tuple[str, str]:
    """Two leads, read and derived."""
    both = world.lead("A"), world.lead("B")
    world.sync_some()
    world.pass_time(minutes=1)
    return both


def test_an_older_version_never_overwrites_a_newer_one(world: World, pair: tuple[str, str]) -> None:
    a, _ = pair
    spec = BY_NAME["Lead"]
    header = ["Id", "LastName", "Status", "SystemModstamp"]
    with spooling("Lead") as spool:
        spool.add_rows(header, [_version(a, "Old", "2026-03-02T11:59:59.000+0000")], {})
        assert load(spec, spool, read_at=NOON).changed_count == 0
    assert row("sync_lead", a)["last_name"] == "A"
    assert marks() == set()
    with spooling("Lead") as spool:
        spool.add_rows(header, [_version(a, "New", "2026-03-02T12:00:01.000+0000")], {})
        assert load(spec, spool, read_at=NOON).changed_count == 1
    assert row("sync_lead", a)["last_name"] == "New"
    assert row("sync_lead", a)["company"] == "Analytical Engines"


def _version(record_id: str, name: str, at: str) -> dict[str, object]:
    return {"Id": record_id, "LastName": name, "Status": "New", "SystemModstamp": at}


def test_one_row_that_cannot_be_held_takes_back_rows_marks_and_cursor(
    world: World, pair: tuple[str, str]
) -> None:
    a, b = pair
    before, cursor = dump(["sync_lead", "sync_seen"]), state("Lead").cursor
    header = ["Id", "LastName", "Status", "SystemModstamp"]
    with spooling("Lead") as spool:
        spool.add_rows(header, [_version(a, "Fine", "2026-03-02T12:30:00.000+0000")], {})
        spool.add_rows(header, [_version(b, "Bad", "the day before yesterday")], {})
        with pytest.raises(
            UnreadableRows, match=r"^Lead: PostgreSQL cannot hold a value .*the day before yesterday"
        ):
            load(BY_NAME["Lead"], spool, read_at=NOON)

    assert dump(["sync_lead", "sync_seen"]) == before
    assert state("Lead").cursor == cursor
    assert marks() == set()
    assert not list(world.spool.iterdir())


@pytest.mark.parametrize("is_first_read", [True, False])
def test_a_record_told_twice_in_one_read_takes_everything_back(
    world: World,
    is_first_read: bool,
) -> None:
    lead = world.lead()
    world.pull_some()
    if is_first_read:
        empty_database()
        ObjectState.objects.create(name="Lead")
    before = dump(["sync_lead", "sync_seen", "sync_objectstate"])
    header = ["Id", "LastName", "Status", "SystemModstamp"]
    with spooling("Lead") as spool:
        for name in ("One", "Other"):
            spool.add_rows(header, [_version(lead, name, "2026-03-02T12:30:00.000+0000")], {})
        with pytest.raises(UnreadableRows, match=r"^Lead: Salesforce sent a record twice in one read\."):
            load(BY_NAME["Lead"], spool, read_at=NOON)
    assert dump(["sync_lead", "sync_seen", "sync_objectstate"]) == before
    assert world.pull_some()["Lead"].changed_count == int(is_first_read)


def test_an_object_that_somebody_else_reads_is_left_to_them(world: World) -> None:
    world.lead()
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    other = psycopg2.connect(**parameters)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('pull'), hashtext('Lead'))")
        done = world.pull_some()
        assert done["Lead"].said == "Lead is being read by another process."
        assert values("SELECT count(*) FROM sync_lead") == [0]
        assert done["User"].changed_count == 2
    finally:
        other.close()
    assert world.pull_some()["Lead"].changed_count == 1


def test_a_field_wanted_while_a_read_runs_is_still_filled(world: World, pair: tuple[str, str]) -> None:
    assert len(pair) == 2
    with spooling("Lead") as spool:
        spool.add_rows(["Id", "SystemModstamp"], [], {})
        want([("Lead", "Nurture_Reason__c")])  # by a settings import, after the query went out
        load(BY_NAME["Lead"], spool, read_at=NOON)
    assert state("Lead").backfill == ["Nurture_Reason__c"]

    world.sync_some()
    assert state("Lead").backfill == []
