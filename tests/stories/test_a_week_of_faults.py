"""A week of the living company under every fault at once: in the end the mirror is the organisation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from pytest_django import Settings

from sandbox.company import build, read_ledger
from sandbox.company.ledger import Ledger
from sandbox.company.live import step
from sandbox.company.living import Living
from sandbox.org.org import Org
from sandbox.org.store import Store
from sync.fields import want
from tests.sync.conftest import synced
from tests.sync.likeness import assert_like, failing
from tests.sync.world import World

MONDAY = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
PATHS = ("/query", "/queryAll", "/results", "/jobs/query", "/describe", "/deleted", "/services/data")
FAULTS: tuple[Callable[[Random], Mapping[str, object]], ...] = (
    lambda _: {"status": 503, "html": True},
    lambda _: {"status": 500},
    lambda _: {"code": "INVALID_SESSION_ID"},
    lambda _: {"code": "UNABLE_TO_LOCK_ROW"},
    lambda random: {"cut_at": random.randrange(4000)},
    lambda random: {"stall_at": random.randrange(400)},
    lambda random: {"page_rows": random.randrange(1, 900)},
    lambda random: {"shuffle": random.randrange(99)},
    lambda random: {"lose_rows": random.randrange(1, 4)},
    lambda random: {"count_by": random.choice((-3, -1, 1, 2))},
    lambda random: {"timeout_over": random.randrange(60)},
    lambda random: {"job_ends": random.choice(("Failed", "Aborted")), "path": "/jobs/query"},
    lambda _: {"repeat_page": True, "path": "/results"},
    lambda _: {"code": "REQUEST_LIMIT_EXCEEDED"},
)


@pytest.fixture
def company(tmp_path: Path, settings: Settings, transactional_db: None) -> Iterator[tuple[World, Ledger]]:
    """The example company on a Monday morning, never read."""
    store = Store.create(tmp_path / "org.db")
    build(store, leads=600, seed=3, now=MONDAY)
    ledger = read_ledger(store)
    assert ledger is not None
    org = Org(store)
    org.clock.fix(MONDAY)
    settings.SALESFORCE_PATIENCE_SECONDS = 1
    want(("Lead", name) for name in ("Nurture_Reason__c", "Assigned_Date__c"))
    with synced(org, tmp_path, settings) as world:
        world.now = MONDAY
        yield world, ledger
    store.close()


def live_and_look(world: World, ledger: Ledger, *, seed: int, hours: float, minutes: int) -> None:
    """Steps of some minutes; in each the company works, something breaks, and we look."""
    random = Random(seed)
    world.control("PUT", "late", {"seconds": 240})
    for _ in range(int(hours * 60 / minutes)):
        now = world.pass_time(minutes=minutes)
        stop = threading.Event()
        step(Living(world.org, ledger, now=now, passed=60 * minutes, minutes=60 * minutes, stop=stop))
        _intervene(world, random)
        for _ in range(random.choice((0, 1, 1, 2, 4))):
            told = {
                "path": random.choice(PATHS),
                "from_call": random.randrange(1, 6),
                "times": random.randrange(1, 4),
            }
            world.control("POST", "faults", told | dict(random.choice(FAULTS)(random)))
        world.poll()
        if random.random() < 0.5:
            world.control("DELETE", "faults")
    world.control("DELETE", "faults")
    world.control("PUT", "late", {"seconds": 0})
    world.hide()
    world.pass_time(days=1, minutes=30)
    for _ in range(2):
        world.pull()
        world.pass_time(minutes=15)


def _intervene(world: World, random: Random) -> None:
    """What people and administrators do that the company does not."""
    for name in ("CampaignMember", "Task"):
        some = list(world.org.store.rows(name, '"IsDeleted" = 0 LIMIT 50'))
        if some and random.random() < 0.3:
            world.org.delete(name, str(random.choice(some)["Id"]))
    if random.random() < 0.1:
        world.control("POST", "empty-bin", {})
    hidden = random.choice(([], [], ["Lead.Rating"], ["Lead.Rating", "Contact.Phone"]))
    world.hide(fields=hidden)


@pytest.mark.timeout(300)
def test_some_hours(company: tuple[World, Ledger]) -> None:
    world, ledger = company
    live_and_look(world, ledger, seed=1, hours=2, minutes=10)
    assert failing() == {}
    assert_like(world)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_week(company: tuple[World, Ledger], seed: int) -> None:
    print(f"seed {seed}")  # noqa: T201 - the soak tells how to repeat it
    world, ledger = company
    live_and_look(world, ledger, seed=seed, hours=7 * 24, minutes=20)
    assert failing() == {}
    assert_like(world)
