"""Whatever happens in the organisation, and whenever we look: the database ends as after one full read."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.sync.happenings import CHANGES, Life
from tests.sync.world import DERIVED, MIRROR, World, dump, empty_database, marks, versions

FAULTY = ("queryAll", "jobs/query", "results", "describe", "LeadHistory", "/query")
LOOKS = ("nothing",) * 6 + ("pull", "sync", "sync", "pull twice", "full pull", "broken pull")
"""What we do right after a change, in the same second."""


class Step(NamedTuple):
    """After so many seconds something happens, and perhaps we look."""

    seconds: int
    change: str
    look: str
    seed: int


steps = st.builds(
    Step,
    st.sampled_from((0, 0, 0, 1, 240, 1300)),
    st.sampled_from(CHANGES),
    st.sampled_from(LOOKS),
    st.integers(0, 9999),
)
lives = st.lists(steps, min_size=25, max_size=40)


def live(world: World, told: list[Step]) -> None:
    """Let it happen, and look in between."""
    life = Life(world, Random(0))
    life.begin()
    for step in told:
        world.pass_time(seconds=step.seconds)
        life.random.seed(step.seed)
        life.happen(step.change)
        look(world, step)


def look(world: World, step: Step) -> None:
    """Read, in one of the ways reading happens."""
    match step.look:
        case "pull":
            world.pull()
        case "sync":
            world.sync()
        case "pull twice":
            world.pull()
            world.pull()
        case "full pull":
            world.pull(full=True)
        case "broken pull":
            where = FAULTY[step.seed % len(FAULTY)]
            world.control("POST", "faults", {"status": 503, "path": where, "times": step.seed % 12 + 1})
            world.pull(full=step.seed % 5 == 0)
            world.control("DELETE", "faults")


def check_any_cut(world: World, told: list[Step]) -> None:
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


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=lives)
@pytest.mark.timeout(300)
def test_any_cut_ends_in_the_same_database(new_world: Callable[[], World], told: list[Step]) -> None:
    check_any_cut(new_world(), told)


@pytest.mark.soak
@settings(max_examples=100, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(told=st.lists(steps, min_size=40, max_size=150))
def test_any_cut_of_long_lives(new_world: Callable[[], World], told: list[Step]) -> None:
    check_any_cut(new_world(), told)
