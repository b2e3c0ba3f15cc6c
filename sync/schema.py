"""Which fields can be read: what a description says, against what we want. A field that vanishes keeps its values."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypedDict

from django.db import models

from sync.models import CustomField, ObjectState
from sync.salesforce.client import Described
from sync.salesforce.objects import MirroredObject


class Why(StrEnum):
    """Why a wanted field cannot be read."""

    HIDDEN = "hidden or absent"
    FORMULA = "a formula: its value changes without any sign"
    KIND = "of a kind that its column cannot hold"


class Unreadable(TypedDict):
    """Since when a wanted field cannot be read (ISO 8601), and why."""

    since: str
    why: str


class Schema(NamedTuple):
    """What follows from a description."""

    types: dict[str, str]
    """API name → type, of the fields that may be read."""
    unreadable: dict[str, Unreadable]
    to_fill: list[str]
    """Fields whose old rows are to be read again: they have come (back), or changed their type."""


_COMPOUND = frozenset({"address", "location", "complexvalue", "base64"})
"""Not told by Bulk, or no value at all."""
_NUMBERS = frozenset({"int", "double", "currency", "percent", "long"})
_HELD: tuple[tuple[type[models.Field[object, object]], frozenset[str]], ...] = (
    (models.BooleanField, frozenset({"boolean"})),
    (models.DateTimeField, frozenset({"datetime"})),
    (models.DateField, frozenset({"date"})),
    (models.DecimalField, _NUMBERS),
)
"""What a typed column holds; text columns hold anything."""


def wanted(spec: MirroredObject) -> list[str]:
    """The API names of the fields we mirror of an object, custom ones that were asked for included."""
    custom = CustomField.objects.filter(object_name=spec.name).order_by("api_name")
    return [*spec.columns, *custom.values_list("api_name", flat=True)]


def schema_of(
    spec: MirroredObject, described: Described, asked_for: list[str], state: ObjectState, *, now: datetime
) -> Schema:
    """What may be read of an object from now on. `state` is how it was, `asked_for` what is wanted of it."""
    reasons = {name: why for name in asked_for if (why := _why_not(spec, described, name))}
    types = {name: kind for name, kind in described.types.items() if name not in reasons}
    unreadable = {
        name: Unreadable(since=_since(state, name) or now.isoformat(), why=why.value)
        for name, why in reasons.items()
    }
    changed = {
        name
        for name in asked_for
        if name in types
        and (
            name in state.unreadable
            # a standard column holds the value itself, another type of number or text changes nothing in it
            or (name not in spec.columns and state.fields.get(name, types[name]) != types[name])
        )
    }
    return Schema(types, unreadable, sorted(changed | (set(state.backfill) & types.keys())))


def _why_not(spec: MirroredObject, described: Described, name: str) -> Why | None:
    kind = described.types.get(name)
    if kind is None:
        return Why.HIDDEN
    if name in described.calculated and name.endswith("__c"):
        return Why.FORMULA
    return None if _is_held(spec, name, kind) else Why.KIND


def _is_held(spec: MirroredObject, name: str, kind: str) -> bool:
    if kind in _COMPOUND:
        return False
    column = spec.fields.get(name)
    for held_by, kinds in _HELD:
        if isinstance(column, held_by):
            return kind in kinds
    return True


def _since(state: ObjectState, name: str) -> str | None:
    kept = state.unreadable.get(name)
    return None if kept is None else str(kept["since"])
