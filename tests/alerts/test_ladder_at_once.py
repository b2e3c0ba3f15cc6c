"""M19: each step is decided once, by how many scans at once it is found."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from alerts.ladder.climb import climb
from alerts.models import Told
from sync.salesforce.client import connect
from tests.alerts.at_once import at_once, beside
from tests.alerts.overdue import later, lead, look
from tests.alerts.test_ladder import A_DAY, HALF_TO_TWO, State, desk, new_world, told, world
from tests.setup.conftest import eventually
from tests.sync.world import World, values

__all__ = ["desk", "new_world", "world"]


def test_each_step_once_however_many_look(desk: World) -> None:
    for name in ("Hopper", "Johnson", "Curie"):
        lead(desk, name)
    later(desk, minutes=A_DAY)

    done = sum(at_once(lambda: climb(connect, now=desk.now), times=6), Counter[str]())
    assert done == {State.DONE: 12}
    assert look(desk) == {}
    assert len(told()) == Told.objects.values("to", "headline").distinct().count() == 8


HALTING = """
    CREATE SCHEMA slow;
    CREATE FUNCTION slow.halts() RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN
        IF position('FOR UPDATE' IN current_query()) > 0 THEN PERFORM pg_advisory_xact_lock_shared(1, 2); END IF;
        RETURN true;
    END $$;
    CREATE VIEW slow.leadmodel_rung AS SELECT * FROM public.leadmodel_rung WHERE slow.halts();
"""
_HALTS = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND (classid, objid) = (1, 2) AND NOT granted"
)


def test_what_another_decides_while_a_step_is_being_locked_is_not_decided_twice(desk: World) -> None:
    """One scan halts within the statement that locks what is due, and another does it all meanwhile."""
    later(desk, minutes=HALF_TO_TWO)

    def halting() -> Counter[str]:
        with connection.cursor() as cursor:
            cursor.execute("SET search_path = slow, public")
        return climb(connect, now=desk.now)

    with connection.cursor() as cursor, ThreadPoolExecutor(1) as pool:
        cursor.execute(HALTING)
        try:
            cursor.execute("SELECT pg_advisory_lock(1, 2)")
            halted = pool.submit(beside, halting)
            eventually("it halts", lambda: values(_HALTS) == [1])
            assert look(desk) == {State.DONE: 1}
            cursor.execute("SELECT pg_advisory_unlock(1, 2)")
            assert halted.result(timeout=30)[State.DONE] == 0
        finally:
            cursor.execute("SELECT pg_advisory_unlock_all(); DROP SCHEMA slow CASCADE")
