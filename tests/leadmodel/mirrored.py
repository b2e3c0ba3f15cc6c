"""People in the mirror, as the sync would have written them, with the marks it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection

from leadmodel.rows import TABLES
from sandbox.org.ids import make_id
from sync.models import Contact, Lead, LeadHistory, Mark, Task, User

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ALICE, BOB, MONA, EVE = (make_id("005", number) for number in range(1, 5))
NAMES = {ALICE: "Alice", BOB: "Bob", MONA: "Mona", EVE: "Eve"}
DERIVED = tuple(TABLES.values())


def lead_id(number: int) -> str:
    return make_id("00Q", number)


def contact_id(number: int) -> str:
    return make_id("003", number)


def add_users(**values: dict[str, object]) -> None:
    """The desk: Alice, Bob, Mona and Eve, all at work; `values` are further columns by name."""
    for user_id, name in NAMES.items():
        further = values.get(name, {})
        User.objects.create(
            id=user_id,
            name=name,
            **({"is_active": True, "user_type": "Standard"} | further),
            system_modstamp=NOON,
        )


def add_lead(number: int, *, owner: str = ALICE, status: str = "Assigned", at: datetime = NOON) -> str:
    """A lead that was created in this status."""
    record_id = lead_id(number)
    Lead.objects.create(
        id=record_id,
        is_deleted=False,
        created_at=at,
        created_by_id=owner,
        system_modstamp=at,
        last_modified_at=at,
        last_modified_by_id=owner,
        owner_id=owner,
        status=status,
        last_name=f"L{number}",
    )
    mark(record_id)
    return record_id


def add_contact(number: int, *, owner: str = ALICE, at: datetime = NOON) -> str:
    record_id = contact_id(number)
    Contact.objects.create(
        id=record_id, is_deleted=False, created_at=at, created_by_id=owner, system_modstamp=at, owner_id=owner
    )
    mark(record_id)
    return record_id


def add_call(number: int, who: str, *, owner: str = ALICE, at: datetime) -> None:
    Task.objects.create(
        id=make_id("00T", number), who_id=who, owner_id=owner, created_by_id=owner, created_at=at,
        completed_at=at, is_closed=True, is_deleted=False, subject="Call", system_modstamp=at,
    )  # fmt: skip
    mark(who)


def set_status(number: int, who: str, old: str, new: str, *, by: str = ALICE, at: datetime) -> None:
    """A status click, with its history row."""
    LeadHistory.objects.create(
        id=make_id("017", number), lead_id=who, field="Status", old_value=old, new_value=new,
        created_at=at, created_by_id=by, is_deleted=False,
    )  # fmt: skip
    Lead.objects.filter(id=who).update(status=new, system_modstamp=at)
    mark(who)


def merge(loser: str, winner: str, *, at: datetime) -> None:
    Lead.objects.filter(id=loser).update(
        is_deleted=True, master_record_id=winner, system_modstamp=at, last_modified_at=at
    )
    mark(loser, winner)


def convert(lead: str, contact: str, *, at: datetime) -> None:
    Lead.objects.filter(id=lead).update(
        is_converted=True, converted_contact_id=contact, converted_date=at.date(), system_modstamp=at,
        last_modified_at=at,
    )  # fmt: skip
    mark(lead, contact)


def mark(*record_ids: str) -> None:
    Mark.objects.bulk_create(Mark(record_id=record_id) for record_id in record_ids)


def add_desk(people: int) -> None:
    """People of every kind: worked, disposed of, merged in chains, converted."""
    for number in range(people):
        lead = add_lead(number, owner=(ALICE, BOB)[number % 2])
        at = NOON + timedelta(minutes=number)
        if number % 2:
            add_call(number, lead, at=at + timedelta(hours=1))
        if number % 3 == 0:
            set_status(number, lead, "Assigned", "Nurture", at=at + timedelta(hours=2))
        if number % 5 == 4:
            merge(lead, lead_id(number - 1), at=at + timedelta(hours=3))
        if number % 7 == 6:
            convert(lead, add_contact(number, at=at + timedelta(hours=4)), at=at + timedelta(hours=4))


def rows(tables: Sequence[str] = DERIVED, *, versions: bool = False) -> dict[str, list[str]]:
    """Every row of the derived tables; with `versions` also which version of it."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            shown = "t::text || ctid::text || xmin::text" if versions else "t::text"
            cursor.execute(f'SELECT {shown} FROM {table} t ORDER BY t::text COLLATE "C"')
            found[table] = [row[0] for row in cursor.fetchall()]
    return found
