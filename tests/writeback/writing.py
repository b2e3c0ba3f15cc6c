"""Deciding writes as the app's actions do, and what Salesforce then holds."""

from __future__ import annotations

from django.db import transaction

from base.models import Effect, Role, User
from base.outbox import Decided, decide
from sync.salesforce.client import connect
from sync.writeback.deliver import CHANGE, TASK, deliver
from sync.writeback.plan import FieldChange, Value, Write
from tests.sync.world import World

STATUS = {"Lead": "Status"}
OWNER = {"Lead": "OwnerId", "Contact": "OwnerId"}


def rep(world: World, name: str = "Alice") -> User:
    """The app's user of a Salesforce user, made when first asked for."""
    known = User.objects.filter(username=name.lower()).first()
    return known or User.objects.create_user(name.lower(), role=Role.REP, salesforce_id=world.user(name))


def meant(
    world: World, record_id: str, value: Value, *, expected: Value, fields: dict[str, str] = STATUS
) -> Effect:
    """Alice means one field of a record to change."""
    write = Write(record_id, [FieldChange(fields, value, expected)])
    key = f"change:{record_id}:{value}:{Effect.objects.count()}"
    with transaction.atomic():
        (effect,) = decide(
            [Decided(key, CHANGE, write.payload(), subject=record_id)], by=rep(world), now=world.now
        )
    return effect


def called(world: World, record_id: str, key: str = "call:1") -> Effect:
    """Alice logs a call."""
    values = {"Subject": "Call", "Status": "Completed", "OwnerId": world.user("Alice"), "WhoId": record_id}
    payload = {"values": values, "follow": record_id}
    (effect,) = decide([Decided(key, TASK, payload, subject=record_id)], by=rep(world), now=world.now)
    return effect


def work_off(world: World) -> None:
    """Deliver until nothing is due."""
    world.organisation = world.organisation or connect()
    while deliver(world.organisation, clock=lambda: world.now):
        pass


def state(effect: Effect) -> str:
    """How far it is."""
    effect.refresh_from_db()
    return effect.state
