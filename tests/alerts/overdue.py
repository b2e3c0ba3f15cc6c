"""A desk at which Alice leaves leads unanswered, and what a step of the ladder does about them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection, transaction

from alerts.ladder.climb import climb
from alerts.models import Assignment
from alerts.reassigning import Outcome, Overdue, reassign
from base.models import Role, User
from leadmodel.may_act import REASSIGN
from leadmodel.settings_store import enter, settings_in_force
from sync.salesforce.client import connect
from sync.writeback.modes import Mode, switch
from tests.sync.conftest import new_world, world
from tests.sync.world import World

__all__ = ["new_world", "world"]
STAGES = """
stages:
  raw: [New]
  assigned: [Assigned]
  working: [Working]
  qualified: [Qualified]
  nurture: [Nurture]
  unqualified: [Unqualified]
"""
MODEL = (
    STAGES
    + """paths: {inbound_sources: [Web]}
touches: {automated_users: [otto@desk.example]}
teams: {source: manager}
"""
)
GIVEN = [Outcome.DECIDED]


def hire(world: World, *names: str, manager: str = "Mona") -> None:
    """Mona's team, or another's."""
    for name in names:
        world.user(name, ManagerId=world.user(manager))


def lead(world: World, name: str = "Lovelace") -> str:
    """Alice's, since now."""
    return world.lead(name, Status="Assigned", LeadSource="Web")


def later(world: World, **delta: float) -> None:
    """Time passes, and what people wait for is read."""
    world.pass_time(**delta)
    world.catch_up()


def look(world: World) -> dict[str, int]:
    """One scan of the ladder; how many steps ended how."""
    done = climb(connect, now=world.now)
    return {str(state): number for state, number in done.items() if number}


def a_day_later(world: World, **more: float) -> None:
    later(world, days=1, **more)


@pytest.fixture
def desk(world: World) -> World:
    """Mona's team of three; Alice has a lead since noon, and it is noon of Tuesday."""
    enter(MODEL)
    hire(world, "Alice", "Bob", "Carol")
    lead(world)
    a_day_later(world)
    return world


@pytest.fixture
def otto(transactional_db: None) -> User:
    return User.objects.create_user("otto", role=Role.OPS)


@pytest.fixture
def written(otto: User, desk: World) -> World:
    """The desk, where operations let automation write."""
    switch(REASSIGN, Mode.ON, by=otto, why="looked at the dry runs", now=desk.now)
    return desk


_DUE = """
    SELECT clock.person_id, clock.number, clock.ordinal, person.holder_id, clock.due_at
    FROM leadmodel_clock clock JOIN leadmodel_person person USING (person_id)
    WHERE clock.kind = 'response_maximum' AND clock.ordinal > %(from_span)s AND clock.due_at <= %(at)s
    ORDER BY clock.due_at, clock.person_id LIMIT %(limit)s FOR UPDATE OF clock SKIP LOCKED
"""


def due_now(world: World, *, cycles_too: bool = False, limit: int = 100) -> list[Overdue]:
    """The maxima that are over, locked."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"from_span": -1 if cycles_too else 0, "at": world.now, "limit": limit})
        return [
            Overdue(person, number, ordinal, holder, due_at, "reassign")
            for person, number, ordinal, holder, due_at in cursor.fetchall()
        ]


def scan(world: World, **which: bool) -> list[Outcome]:
    """What a step of the ladder does."""
    with transaction.atomic():
        return list(hand_on(world, due_now(world, **which)).values())


def hand_on(world: World, due: Sequence[Overdue]) -> dict[Overdue, Outcome]:
    return reassign(due, settings=settings_in_force(), read_at=world.now, now=world.now)


def called(world: World, record_id: object) -> str:
    return next((name for name, known in world.users.items() if known == record_id), str(record_id))


def ledger(world: World) -> list[tuple[str, str | None]]:
    """Whom each line gives to, and how its write stands."""
    return [
        (called(world, line.to_id) if line.to_id else "nobody", line.effect.state if line.effect else None)
        for line in Assignment.objects.order_by("pk").select_related("effect")
    ]


def why_not(world: World) -> dict[str, str]:
    """The latest line's reasons by rep."""
    line = Assignment.objects.latest("pk")
    return {called(world, rep): why for rep, why, *_ in line.skipped}


def owner(world: World) -> str:
    """Who has the first lead in Salesforce."""
    return called(world, world.org.live_row("Lead", Assignment.objects.earliest("pk").person_id)["OwnerId"])


def due_like(world: World) -> list[Overdue]:
    with transaction.atomic():
        return due_now(world)
