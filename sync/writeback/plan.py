"""What to do about an intended change, given how the record stands in Salesforce now. Pure.

A newer change by somebody else always wins: it becomes a conflict that a person sees, never an overwrite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

Value = str | bool | float | None


class How(StrEnum):
    """What is meant by a change of a field."""

    SET = "set"
    """It takes the value."""
    IF_EMPTY = "if_empty"
    """It takes the value where it is empty; what somebody put there stays, and so does the rest of the write."""
    STAMP = "stamp"
    """It takes the moment of the write."""


class FieldChange(NamedTuple):
    """One field that is meant to change.

    `fields` is its API name by object (a person may turn from a Lead into a Contact while the change waits); `expected`
    is what we last read, so that anything else is somebody's newer change. `ours`: what whoever decided meant
    the field to hold before, and is no news to them.
    """

    fields: Mapping[str, str]
    value: Value
    expected: Value
    how: str = How.SET
    ours: Sequence[Value] = ()


class Write(NamedTuple):
    """An intended change of one record: only the fields meant.

    `quiet_since`, an instant in ISO 8601: it is only meant as long as nobody entered anything about the record after it
    (M20, `entered`).
    """

    record_id: str
    changes: Sequence[FieldChange]
    quiet_since: str | None = None

    def payload(self) -> dict[str, Any]:
        """As the outbox keeps it."""
        told = {"record": self.record_id, "changes": [list(change) for change in self.changes]}
        return told if self.quiet_since is None else told | {"quiet_since": self.quiet_since}

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Write:
        """Out of the outbox."""
        changes = [FieldChange(*change) for change in payload["changes"]]
        return cls(payload["record"], changes, payload.get("quiet_since"))


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
    """Write these values, and the moment into `stamps`, unless the record changed since `modified_at`.

    `before` is what they replace.
    """

    record_id: str
    object_name: str
    values: dict[str, Value]
    stamps: list[str]
    before: dict[str, Value]
    modified_at: str


class Already(NamedTuple):
    """Salesforce holds these values already. `before`: what was expected in their place."""

    record_id: str
    object_name: str
    values: dict[str, Value]
    before: dict[str, Value]


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
    held: dict[str, Value] = {}
    stamps: dict[str, FieldChange] = {}
    for change in write.changes:
        field = change.fields.get(current.object_name)
        now = current.values.get(field) if field is not None else None
        if change.how != How.SET:
            if field is None or field not in current.values:
                continue
            if change.how == How.STAMP:
                stamps[field] = change
                continue
            if now not in (None, change.value):
                continue
        elif field is None or not any(
            _same(now, one) for one in (change.value, change.expected, *change.ours)
        ):
            return Conflict(_why_not(change, field, now, current))
        if now == change.value:
            held[field] = change.expected
        else:
            wanted[field] = change.value
    return _with_stamps(current, wanted, held, stamps)


def _with_stamps(
    current: Current, wanted: dict[str, Value], held: dict[str, Value], stamps: dict[str, FieldChange]
) -> Send | Already | Conflict:
    """A write is there whole or not at all: a stamp that has changed is ours where all the rest is there too."""
    changed = [field for field, stamp in stamps.items() if not _same(current.values[field], stamp.expected)]
    if wanted and changed:
        field = changed[0]
        return Conflict(_why_not(stamps[field], field, current.values[field], current))
    missing = [field for field in stamps if field not in changed]
    if not wanted and not missing:
        before = held | {field: stamps[field].expected for field in changed}
        values = {field: current.values.get(field) for field in before}
        return Already(current.record_id, current.object_name, values, before)
    before = {field: current.values.get(field) for field in (*wanted, *missing)}
    return Send(current.record_id, current.object_name, wanted, missing, before, current.modified_at)


def plain(value: Value) -> Value:
    """A value in one way of writing: instants come in one as JSON, in another as CSV."""
    if not isinstance(value, str) or value[10:11] != "T":
        return value
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return at.astimezone(UTC).isoformat() if at.tzinfo is not None else value


def _same(one: Value, other: Value) -> bool:
    return plain(one) == plain(other)


def _why_not(change: FieldChange, field: str | None, now: Value, current: Current) -> str:
    if field is None:
        names = " and ".join(sorted(set(change.fields.values())))
        return f"The person is a {current.object_name} now, which has no field for {names}."
    return (
        f"{field} is “{quoted(now)}” in Salesforce, no longer “{quoted(change.expected)}”: somebody changed it since we"
        " read it."
    )


def undoing(sent: Mapping[str, Any]) -> Write:
    """The write that takes a sent one back, from what the outbox noted of it: conflict where it changed since."""
    changes = [
        FieldChange({sent["object"]: field}, sent["before"][field], value)
        for field, value in sent["values"].items()
    ]
    return Write(sent["record"], changes)


def quoted(value: Value) -> str:
    """A value as a sentence quotes it."""
    return "empty" if value is None else str(value)
