"""What to do about an intended change, given how the record stands in Salesforce now. Pure.

A newer change by somebody else always wins: it becomes a conflict that a person sees, never an overwrite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Value = str | bool | float | None


class FieldChange(NamedTuple):
    """One field that is meant to change.

    `fields` is its API name by object (a person may turn from a Lead into a Contact while the change waits); `expected`
    is what we last read, so that anything else is somebody's newer change.
    """

    fields: Mapping[str, str]
    value: Value
    expected: Value


class Write(NamedTuple):
    """An intended change of one record: only the fields meant."""

    record_id: str
    changes: Sequence[FieldChange]

    def payload(self) -> dict[str, Any]:
        """As the outbox keeps it."""
        return {"record": self.record_id, "changes": [list(change) for change in self.changes]}

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Write:
        """Out of the outbox."""
        return cls(payload["record"], [FieldChange._make(change) for change in payload["changes"]])


class Current(NamedTuple):
    """A record as it stands in Salesforce. `follows`: the record it was merged or converted into."""

    object_name: str
    record_id: str
    is_deleted: bool
    follows: str | None
    modified_at: str
    modified_by: str
    values: Mapping[str, Value]


class Send(NamedTuple):
    """Write these values, unless the record changed since `modified_at`. `before` is what they replace."""

    record_id: str
    object_name: str
    values: dict[str, Value]
    before: dict[str, Value]
    modified_at: str


class Already(NamedTuple):
    """Salesforce holds these values already."""

    record_id: str


class Follow(NamedTuple):
    """The person goes on as another record."""

    record_id: str


class Conflict(NamedTuple):
    """Somebody was faster. The text says who a person must decide against."""

    said: str


Decision = Send | Already | Follow | Conflict


def decide(write: Write, current: Current | None) -> Decision:
    """What becomes of a change; None stands for a record that Salesforce no longer has."""
    if current is None:
        return Conflict("The record is gone from Salesforce.")
    if current.follows is not None:
        return Follow(current.follows)
    if current.is_deleted:
        return Conflict("The record was deleted in Salesforce.")
    wanted: dict[str, Value] = {}
    for change in write.changes:
        field = change.fields.get(current.object_name)
        now = current.values.get(field) if field is not None else None
        if field is None or now not in (change.value, change.expected):
            return Conflict(_why_not(change, field, now, current))
        if now != change.value:
            wanted[field] = change.value
    if not wanted:
        return Already(current.record_id)
    before = {field: current.values.get(field) for field in wanted}
    return Send(current.record_id, current.object_name, wanted, before, current.modified_at)


def _why_not(change: FieldChange, field: str | None, now: Value, current: Current) -> str:
    if field is None:
        names = " and ".join(sorted(set(change.fields.values())))
        return f"The person is a {current.object_name} now, which has no field for {names}."
    return (
        f"{field} is “{_told(now)}” in Salesforce, no longer “{_told(change.expected)}”: somebody changed it since we"
        " read it."
    )


def undoing(sent: Mapping[str, Any]) -> Write:
    """The write that takes a sent one back, from what the outbox noted of it: conflict where it changed since."""
    changes = [
        FieldChange({sent["object"]: field}, sent["before"][field], value)
        for field, value in sent["values"].items()
    ]
    return Write(sent["record"], changes)


def _told(value: Value) -> str:
    return "empty" if value is None else str(value)
