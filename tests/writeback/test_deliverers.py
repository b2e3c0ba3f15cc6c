"""Several deliverers at once: each write is one's, and what its lease no longer covers is the next one's."""

from __future__ import annotations

from datetime import datetime

from sync.salesforce.client import connect
from sync.writeback.deliver import deliver
from tests.sync.world import World
from tests.writeback.writing import called, state, tasks, work_off


def test_two_deliverers_share_and_neither_does_the_others(world: World) -> None:
    effects = [called(world, world.lead(), key=f"call:{number}") for number in range(5)]
    work_off(world)
    assert [state(effect) for effect in effects] == ["done"] * 5
    assert world.organisation is not None
    assert deliver(world.organisation, clock=lambda: world.now) == 0
    assert len(tasks(world)) == 5


def test_a_slow_deliverer_leaves_to_the_next_what_its_lease_no_longer_covers(world: World) -> None:
    effects = [called(world, world.lead(), key=f"call:{number}") for number in range(3)]
    slow, quick = connect(), connect()
    looks = 0

    def clock() -> datetime:
        """The second look at the clock is long after the first, and meanwhile another deliverer was at work."""
        nonlocal looks
        looks += 1
        if looks == 2:
            world.pass_time(minutes=6)
            assert deliver(quick, clock=lambda: world.now) == 3
        return world.now

    assert deliver(slow, clock=clock) == 3
    assert [state(effect) for effect in effects] == ["done"] * 3
    assert len(tasks(world)) == 3
