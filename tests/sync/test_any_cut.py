"""Whatever happens in the organisation, and whenever we look: the database ends as after one full read."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from leadmodel.rebuild import rebuild_all
from tests.sync.happenings import CHANGES, Life
from tests.sync.world import DERIVED, MIRROR, World, dump, empty_database, marks, versions

READS = ("pull", "pull", "pull twice", "full pull", "broken pull", "derive")
steps = st.tuples(
    st.sampled_from(CHANGES + READS + READS),
    st.sampled_from((0, 0, 1, 30, 59, 240, 1300)),
    st.integers(0, 9999),
)
lives = st.lists(steps, min_size=15, max_size=60)


def live(world: World, told: list[tuple[str, int, int]]) -> None:
    """Let it happen, and look in between."""
    life = Life(world, Random(0))
    for what, seconds, seed in told:
        world.pass_time(seconds=seconds)
        life.random.seed(seed)
        if what in CHANGES:
            life.happen(what)
        elif what == "derive":
            rebuild_all()
        elif what == "broken pull":
            where = life.random.choice(
                ("queryAll", "jobs/query", "results", "describe", "LeadHistory", "/query")
            )
            world.control("POST", "faults", {"status": 503, "path": where, "times": seed % 12 + 1})
            world.pull(full=seed % 2 == 0)
            world.control("DELETE", "faults")
        else:
            world.pull(full=what == "full pull")
            if what == "pull twice":
                world.pull()


def check_any_cut(world: World, told: list[tuple[str, int, int]]) -> None:
    """Two databases of one organisation, byte for byte."""
    empty_database()
    live(world, told)
    world.sync()
    mirror, derived = dump(MIRROR), dump(DERIVED)

    world.pass_time(minutes=1)
    before = versions(MIRROR)
    world.pull()
    assert versions(MIRROR) == before
    assert marks() == set()

    empty_database()
    world.sync(full=True)
    for table, rows in (dump(MIRROR) | dump(DERIVED)).items():
        note(table)
        assert (mirror | derived)[table] == rows, table


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=lives)
@pytest.mark.timeout(300)
def test_any_cut_ends_in_the_same_database(
    new_world: Callable[[], World], told: list[tuple[str, int, int]]
) -> None:
    check_any_cut(new_world(), told)


@pytest.mark.soak
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=st.lists(steps, min_size=20, max_size=200))
def test_any_cut_of_long_lives(new_world: Callable[[], World], told: list[tuple[str, int, int]]) -> None:
    check_any_cut(new_world(), told)
