"""How we stand with Salesforce: for the health page, monitors and Prometheus. No personal data is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db.models import Count, Min

from base.models import Effect
from sync.alone import being_read
from sync.checkup.look import SYSTEM_FIELDS
from sync.connection.store import connected
from sync.control import paused
from sync.models import Mark, ObjectState
from sync.quota import Usage, usage
from sync.salesforce.objects import OBJECTS

OVERDUE = timedelta(minutes=10)
"""An object that should have been read so long ago is late: nobody reads, or the read takes longer than its turn."""
LONGEST_FIRST_READ = timedelta(days=1)
"""What was never read is late after so long, also while somebody reads it: they may begin again and again."""
MARKS_STALE = timedelta(minutes=10)
"""A changed person who waits longer to be derived finds no worker."""


class Status(StrEnum):
    """The worst of what there is."""

    OK = "ok"
    PAUSED = "paused"
    LATE = "late"
    FAILING = "failing"
    DISCONNECTED = "disconnected"


@dataclass(frozen=True)
class ObjectHealth:
    """One mirrored object. `unreadable`: wanted fields that cannot be read, with since when and why."""

    name: str
    state: ObjectState.State
    read_at: datetime | None
    changed_at: datetime | None
    due_at: datetime | None
    row_count: int
    error: str
    unreadable: dict[str, dict[str, str]]
    is_late: bool


@dataclass(frozen=True)
class Health:
    """Everything at one instant. `writes` counts the outbox by state; `marked_since` is the longest waiting mark's."""

    status: Status
    is_connected: bool
    problem: str
    is_paused: bool
    objects: tuple[ObjectHealth, ...]
    marks: int
    marked_since: datetime | None
    calls: Usage | None
    calls_told_at: datetime | None
    writes: dict[str, int]

    @property
    def read_at(self) -> datetime | None:
        """Since when everything that can be read has been; None while something never was."""
        readable = [one for one in self.objects if one.state != ObjectState.State.ABSENT]
        read = [one.read_at for one in readable if one.read_at is not None]
        return min(read) if read and len(read) == len(readable) else None


def read_health(*, now: datetime) -> Health:
    """As the books say at `now`; nobody is asked."""
    connection = connected()
    is_connected = bool(connection.broken == "" if connection is not None else settings.SALESFORCE_URL)
    is_paused = paused() is not None
    states = {state.name: state for state in ObjectState.objects.all()}
    under_way = being_read()
    objects = tuple(
        _object(
            spec.name,
            states.get(spec.name) or ObjectState(name=spec.name),
            is_under_way=spec.name in under_way,
            is_paused=is_paused,
            now=now,
        )
        for spec in OBJECTS
    )
    marked = Mark.objects.aggregate(number=Count("pk"), since=Min("marked_at"))
    calls = usage()
    is_behind = marked["since"] is not None and now - marked["since"] > MARKS_STALE
    return Health(
        _status(objects, is_connected=is_connected, is_paused=is_paused, is_behind=is_behind),
        is_connected,
        connection.broken if connection is not None else "",
        is_paused,
        objects,
        marked["number"],
        marked["since"],
        Usage(calls.used, calls.allowed) if calls is not None else None,
        calls.told_at if calls is not None else None,
        dict(Effect.objects.order_by().values_list("state").annotate(Count("pk"))),
    )


def _object(
    name: str, state: ObjectState, *, is_under_way: bool, is_paused: bool, now: datetime
) -> ObjectHealth:
    return ObjectHealth(
        name,
        ObjectState.State(state.state),
        state.read_at,
        state.changed_at,
        state.due_at,
        state.row_count,
        state.error if state.state == ObjectState.State.FAILING else "",
        {name: told for name, told in state.unreadable.items() if name not in SYSTEM_FIELDS},
        is_late=not is_paused and _is_late(state, is_under_way=is_under_way, now=now),
    )


def _is_late(state: ObjectState, *, is_under_way: bool, now: datetime) -> bool:
    due_at = state.due_at or state.read_at
    if due_at is None or state.state == ObjectState.State.ABSENT:
        return False
    if is_under_way:
        return state.read_at is None and now - due_at > LONGEST_FIRST_READ
    return now - due_at > OVERDUE


def _status(
    objects: tuple[ObjectHealth, ...], *, is_connected: bool, is_paused: bool, is_behind: bool
) -> Status:
    if not is_connected:
        return Status.DISCONNECTED
    if any(one.state == ObjectState.State.FAILING for one in objects):
        return Status.FAILING
    if is_behind or any(one.is_late for one in objects):
        return Status.LATE
    return Status.PAUSED if is_paused else Status.OK
