"""Mode 2: whatever moment a read dies at, the cursor never stands behind rows that are not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest
from django.db import connection

from sync.salesforce.calls import Calls
from tests.sync.happenings import CHANGES, Life
from tests.sync.likeness import assert_like, failing
from tests.sync.world import DERIVED, World, dump, empty_database

MOMENTS_A_TURN = 170


class Killed(BaseException):
    """Nothing of ours may catch this, as nothing catches the end of the process."""


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, moment: int) -> Iterator[None]:
    """Dies at the n-th moment: each call to Salesforce and each statement to the database has one before it."""
    left = moment

    def passing() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed

    def statement(execute: Any, *told: Any) -> Any:
        passing()
        return execute(*told)

    admit = Calls._admit

    def call(self: Calls) -> None:
        passing()
        admit(self)

    with monkeypatch.context() as patched, connection.execute_wrapper(statement):
        patched.setattr(Calls, "_admit", call)
        yield


def lives_and_dies(world: World, monkeypatch: pytest.MonkeyPatch, *, seed: int, deaths: int) -> None:
    """A life that is read by processes that die at random moments, and in the end by one that does not."""
    random = Random(seed)
    life = Life(world, random)
    life.begin()
    died = 0
    while died < deaths:
        world.pass_time(seconds=random.choice((1, 60, 700)))
        for _ in range(3):
            life.happen(random.choice(CHANGES))
        try:
            with dying(monkeypatch, random.randrange(MOMENTS_A_TURN)):
                world.pull(full=random.random() < 0.2)
        except Killed:
            died += 1
            connection.close()  # and with it goes whatever the process held
    world.sync()
    assert failing() == {}
    assert_like(world)
    derived = dump(DERIVED)
    empty_database()
    world.sync()
    assert dump(DERIVED) == derived


def test_a_reader_that_dies_at_any_of_some_moments(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lives_and_dies(world, monkeypatch, seed=11, deaths=8)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(5))
def test_a_reader_that_dies_at_any_of_fifty_moments(
    world: World, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    print(f"seed {seed}")  # noqa: T201 - the soak tells how to repeat it
    lives_and_dies(world, monkeypatch, seed=seed, deaths=50)
