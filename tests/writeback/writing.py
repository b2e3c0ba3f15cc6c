"""Deciding writes as the app's actions do, and what Salesforce then holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests
from django.db import transaction
from requests.adapters import BaseAdapter, HTTPAdapter

from base.models import Effect, Role, User
from base.outbox import Decided, decide
from sync.salesforce.client import Organisation, connect
from sync.writeback.deliver import CHANGE, TASK, deliver
from sync.writeback.plan import FieldChange, Value, Write
from tests.sync.world import World

STATUS = {"Lead": "Status"}
OWNER = {"Lead": "OwnerId", "Contact": "OwnerId"}
TASK_KEY = {"object": "Task", "name": "Lead_Ops_Key__c", "length": 80, "external_id": True, "unique": True}
"""The field for our key, as the organisation's administrators add it."""


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


def tasks(world: World) -> list[dict[str, Any]]:
    """The Tasks there are in Salesforce."""
    return list(world.org.store.rows("Task"))


class Overheard(HTTPAdapter):
    """Notes each request: method, last part of the path, status of the answer. `before` happens just before each."""

    def __init__(self, inner: BaseAdapter, before: Callable[[requests.PreparedRequest], None]) -> None:
        super().__init__()
        self._inner, self._before = inner, before
        self.requests: list[tuple[str, str, int]] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        self._before(request)
        answer = self._inner.send(request, *args, **kwargs)
        told = request.path_url.split("?")[0].rpartition("/")[2]
        self.requests.append((str(request.method), told, answer.status_code))
        return answer

    def writes(self, record: str) -> list[int]:
        """What the writes to one record, by Id, or the makings of one object were answered, in order."""
        return [status for method, told, status in self.requests if method != "GET" and told == record]


def overhear(
    before: Callable[[requests.PreparedRequest], None] = lambda _: None,
) -> tuple[Organisation, Overheard]:
    """A connection that is listened to."""
    organisation = connect()
    http = organisation.salesforce.session
    heard = Overheard(http.get_adapter("https://"), before)
    http.mount("https://", heard)
    return organisation, heard
