"""A small desk in the mirror: everything the pages tell, written by hand, dated before `now`.

Alice and Bob are Mona's team; Eve is another team's. Otto is operations and no Salesforce user.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Model

from base.models import Role, User
from leadmodel.models import Exclusion
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from sync import models as mirror

MODEL = """
organisation: {name: Small desk, time_zone: UTC}
stages:
  raw: [New]
  assigned: [Assigned]
  working: [Working]
  qualified: [Qualified]
  nurture: [Nurture]
  unqualified: [Unqualified]
  contact_status_field: Status__c
reasons:
  nurture_field: Nurture_Reason__c
  nurture: [No time, No budget]
assignment: {status: true, owner: false}
paths:
  inbound_sources: [Web, Chat]
  outbound_sources: [List]
teams: {source: manager}
few: 3
"""
NASTY_NAME = '<script>alert("x")</script>'
FORMULA = '=HYPERLINK("https://evil.example","click")'
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
Change = tuple[timedelta, str, str | None, str | None]
"""How long before now, the field, its old and its new value."""


def user_id(name: str) -> str:
    return ("005" + name).ljust(15, "0") + "AAA"


ALICE, BOB, MONA, EVE, MAX = (user_id(name) for name in ("Alice", "Bob", "Mona", "Eve", "Max"))
QUEUE = "00G000000000001AAA"


@dataclass
class World:
    """The desk being written. `ids`: a lead's Id by what it is called in the tests."""

    now: datetime
    ids: dict[str, str] = field(default_factory=dict)
    _tasks: int = 0
    _changes: int = 0
    _kept: list[Model] | None = None

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """What the block adds is written at its end, a statement a table: a desk of each test's own costs little."""
        kept: list[Model] = []
        self._kept = kept
        yield
        self._kept = None
        tables: defaultdict[type[Model], list[Model]] = defaultdict(list)
        for row in kept:
            tables[type(row)].append(row)
        for model, rows in tables.items():
            model._default_manager.bulk_create(rows)

    def _write(self, row: Model) -> None:
        if self._kept is None:
            row.save(force_insert=True)
        else:
            self._kept.append(row)

    def add_users(self) -> None:
        manager = {ALICE: MONA, BOB: MONA, EVE: MAX}
        for name, record_id in (("Alice", ALICE), ("Bob", BOB), ("Mona", MONA), ("Eve", EVE), ("Max", MAX)):
            self._write(
                mirror.User(
                    id=record_id,
                    name=name,
                    username=f"{name.lower()}@desk.example",
                    is_active=True,
                    user_type="Standard",
                    manager_id=manager.get(record_id),
                    created_at=self.now - 400 * DAY,
                )
            )
            role = Role.MANAGER if record_id in {MONA, MAX} else Role.REP
            self._add_login(name, role, salesforce_id=record_id)
        self._add_login("Otto", Role.OPS)
        self._write(mirror.Group(id=QUEUE, name="Inbound queue", type="Queue"))

    def _add_login(self, name: str, role: Role, **more: str) -> None:
        user = User(username=name.lower(), role=role, first_name=name, **more)
        user.set_password("open sesame")
        self._write(user)

    def add_lead(
        self,
        called: str,
        owner: str,
        ago: timedelta,
        *changes: Change,
        status: str = "Assigned",
        name: str | None = None,
        source: str = "Web",
        company: str = "Fjordtech",
        **more: object,
    ) -> str:
        """A lead created in `status` so long ago, changed since; its owner is who has it now."""
        record_id = f"00Q{len(self.ids) + 1:012}AAA"
        self.ids[called] = record_id
        final = next((new for _, what, _, new in reversed(changes) if what == "Status"), status)
        self._write(
            mirror.Lead(
                id=record_id,
                is_deleted=bool(more.pop("is_deleted", False)),
                first_name="Person",
                last_name=name or called.replace("_", " "),
                company=company,
                email=f"{called}@customers.example",
                lead_source=source,
                status=final,
                owner_id=owner,
                created_at=self.now - ago,
                created_by_id=MAX,
                system_modstamp=self.now - ago,
                last_modified_at=self.now - ago,
                **more,
            )
        )
        for before, what, old, new in changes:
            self._changes += 1
            self._write(
                mirror.LeadHistory(
                    id=f"017{self._changes:012}AAA",
                    lead_id=record_id,
                    field=what,
                    old_value=old,
                    new_value=new,
                    created_at=self.now - before,
                    created_by_id=owner,
                )
            )
        self._write(mirror.Mark(record_id=record_id))
        return record_id

    def add_touch(self, called: str, rep: str, ago: timedelta, subject: str = "Call: talked") -> None:
        """A completed call by the rep so long ago."""
        self._tasks += 1
        self._write(
            mirror.Task(
                id=f"00T{self._tasks:012}AAA",
                who_id=self.ids[called],
                owner_id=rep,
                subject=subject,
                status="Completed",
                is_closed=True,
                created_at=self.now - ago,
                completed_at=self.now - ago,
                created_by_id=rep,
                system_modstamp=self.now - ago,
            )
        )

    def delete(self, record_id: str, at: datetime, *, into_the_bin: bool = False) -> None:
        """Salesforce has deleted this lead: for good, or into its recycle bin."""
        deleted = {"is_deleted": True} | ({"system_modstamp": at} if into_the_bin else {})
        mirror.Lead.objects.filter(pk=record_id).update(**deleted)
        if not into_the_bin:
            mirror.Gone.objects.create(record_id=record_id, at=at, is_told=True)
        mirror.Mark.objects.create(record_id=record_id)
        rebuild_all()

    def person(self, called: str) -> str:
        """The address of a person's page."""
        return f"/people/{self.ids[called]}/"


def closed(ago: timedelta, status: str) -> Change:
    return ago, "Status", "Assigned", status


def make_world(now: datetime) -> World:
    """Write it, and derive everybody."""
    world = World(now)
    enter(MODEL)
    with world.at_once():
        world.add_users()
        _alices(world)
        _bobs(world)
        world.add_lead("eves_waiting", EVE, 5 * HOUR)
        world.add_lead("eves_answered", EVE, 3 * DAY)
        world.add_touch("eves_answered", EVE, 3 * DAY - HOUR)
        world.add_lead("in_queue", QUEUE, 3 * HOUR)
        handed = (2 * DAY - HOUR, "Owner", QUEUE, ALICE)
        world.add_lead("from_queue", ALICE, 2 * DAY, handed, company="Queue & Sons")
        world.add_touch("from_queue", ALICE, 2 * DAY - 2 * HOUR)
    mirror.ObjectState.objects.create(name="Lead", state="read", read_at=now - timedelta(seconds=14))
    Exclusion.objects.create(
        record_id=world.ids["left_out"],
        starts_at=now - 3 * DAY,
        expires_at=now + 30 * DAY,
        reason="A test of the form",
        owner=User.objects.get(username="otto"),
    )
    rebuild_all()
    return world


def _alices(world: World) -> None:
    world.add_lead("answered", ALICE, 4 * DAY)
    world.add_touch("answered", ALICE, 4 * DAY - HOUR / 2, subject="Call: no answer")
    world.add_lead("won", ALICE, 5 * DAY, closed(4 * DAY, "Qualified"), source="Chat")
    world.add_touch("won", ALICE, 5 * DAY - 5 * HOUR)
    world.add_lead("waiting", ALICE, 3 * HOUR, name=NASTY_NAME, company=FORMULA)
    world.add_lead("bypassed", ALICE, 6 * DAY, closed(6 * DAY - HOUR, "Nurture"))
    world.add_lead("due_soon", ALICE, 1.75 * HOUR)
    world.add_lead("taken_back", ALICE, 7 * DAY, closed(6 * DAY, "New"))
    world.add_lead(
        "back_again",
        ALICE,
        20 * DAY,
        closed(18 * DAY, "Nurture"),
        (2 * HOUR, "Status", "Nurture", "Assigned"),
    )
    world.add_touch("back_again", ALICE, 19 * DAY)
    world.add_lead("left_out", ALICE, 3 * DAY)
    world.add_lead("winner", ALICE, 8 * DAY)
    world.add_lead(
        "loser",
        ALICE,
        9 * DAY,
        status="New",
        is_deleted=True,
        master_record_id=world.ids["winner"],
    )
    # of the period before, for the trend
    for number in range(4):
        world.add_lead(f"earlier_{number}", ALICE, (40 + number) * DAY, closed(39 * DAY, "Unqualified"))
        world.add_touch(f"earlier_{number}", ALICE, (40 + number) * DAY - HOUR)


def _bobs(world: World) -> None:
    world.add_lead("bobs_quick", BOB, 2 * DAY, closed(DAY, "Unqualified"))
    world.add_touch("bobs_quick", BOB, 2 * DAY - HOUR / 6)
    world.add_lead("bobs_late", BOB, 30 * HOUR)
    world.add_lead("bobs_outbound", BOB, 3 * DAY, source="List")
    world.add_touch("bobs_outbound", BOB, 2 * DAY)
    for number in range(4):
        world.add_lead(f"bobs_{number}", BOB, (9 + number) * DAY)
        world.add_touch(f"bobs_{number}", BOB, (9 + number) * DAY - (number + 1) * HOUR)
