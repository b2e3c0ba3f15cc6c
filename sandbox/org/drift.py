"""An organisation's fields as its administrators change them: added, renamed, retyped, made longer, removed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, get_args

from sandbox.org import tables
from sandbox.org.errors import ApiError
from sandbox.org.ids import MalformedId, id18
from sandbox.org.instants import BadInstant, normal_date, normal_instant, normal_time
from sandbox.org.lateness import Lateness
from sandbox.org.schema import NUMBER_TYPES, Field, FieldType, SObject, Value
from sandbox.org.store import Store
from sandbox.org.tables import quoted

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*__c")
_TYPES = tuple(kind for kind in get_args(FieldType) if kind not in ("id", "anyType"))
_KNOWN: dict[str, type] = {
    "name": str, "type": str, "length": int, "label": str, "precision": int, "scale": int, "values": list,
    "restricted": bool, "tracked": bool, "unique": bool, "external_id": bool, "reference_to": list, "nillable": bool,
    "calculated": bool,
}  # fmt: skip
_OF_STANDARD_FIELDS = frozenset({"length", "label", "values", "restricted", "tracked", "precision", "scale"})
_TEXT_LENGTH = 255


def add(store: Store, lateness: Lateness, object_name: str, told: Mapping[str, Any]) -> Field:
    """Adds a custom field, empty in every record; no stamp moves. Raises ApiError."""
    one = _object(store, object_name)
    field = _completed(_told(store, told, Field(name="", type="string")))
    if not _NAME.fullmatch(field.name):
        raise _refused(f"a custom field's name is letters and digits and ends in __c, not {field.name}")
    if one.has(field.name):
        raise _refused(f"{one.name} has a field {field.name} already")
    with _unwatched(store, lateness):
        store.add_field(one.name, field)
        store.index(one.name)
    return field


def change(store: Store, lateness: Lateness, object_name: str, name: str, told: Mapping[str, Any]) -> Field:
    """Makes a field another: `told` is what differs. Values that do not fit its new type are lost; no stamp moves."""
    one, field = _field(store, object_name, name)
    if not field.custom and not set(told) <= _OF_STANDARD_FIELDS:
        raise _refused(f"of a standard field only {', '.join(sorted(_OF_STANDARD_FIELDS))} can be changed")
    new = _completed(_told(store, told, field))
    if field.custom and not _NAME.fullmatch(new.name):
        raise _refused(f"a custom field's name is letters and digits and ends in __c, not {new.name}")
    if new.name.lower() != field.name.lower() and one.has(new.name):
        raise _refused(f"{one.name} has a field {new.name} already")
    with _unwatched(store, lateness), store.transaction():
        _drop_index(store, one, field)
        if (new.type, new.length) != (field.type, field.length):
            _rewrite(store, one, field, replace(new, name=field.name))
        if new.name != field.name:
            store.connection.execute(
                f"ALTER TABLE {quoted(one.name)} RENAME COLUMN {quoted(field.name)} TO {quoted(new.name)}"
            )
        store.declare(one.name, field.name, new)
        store.index(one.name)
    return new


def remove(store: Store, lateness: Lateness, object_name: str, name: str) -> None:
    """Takes a custom field away, with its values. Raises ApiError."""
    one, field = _field(store, object_name, name)
    if not field.custom:
        raise _refused("only custom fields can be removed")
    with _unwatched(store, lateness), store.transaction():
        _drop_index(store, one, field)
        store.connection.execute(f"ALTER TABLE {quoted(one.name)} DROP COLUMN {quoted(field.name)}")
        store.declare(one.name, field.name, None)


@contextmanager
def _unwatched(store: Store, lateness: Lateness) -> Iterator[None]:
    """Without what watches tables for late changes; changes still unseen become visible."""
    seconds = lateness.seconds
    with store.transaction():
        lateness.set(0)
        yield
        lateness.set(seconds)


def _object(store: Store, name: str) -> SObject:
    one = store.schema.get(name)
    if one is None:
        raise ApiError(400, "INVALID_TYPE", f"The organisation has no object {name}.")
    return one


def _field(store: Store, object_name: str, name: str) -> tuple[SObject, Field]:
    one = _object(store, object_name)
    field = one.field(name)
    if field is None:
        raise _refused(f"{one.name} has no field {name}")
    return one, field


def _told(store: Store, told: Mapping[str, Any], field: Field) -> Field:
    """The field with what a control request says of it."""
    for name, value in told.items():
        known = _KNOWN.get(name)
        if known is None or not isinstance(value, known) or (known is int and isinstance(value, bool)):
            raise _refused(f"a field has no {name} of this kind: {value!r}")
    if told.get("type", "string") not in _TYPES:
        raise _refused(f"type must be one of {', '.join(_TYPES)}")
    for target in told.get("reference_to", ()):
        _object(store, str(target))
    lists = {name: tuple(map(str, told[name])) for name in ("values", "reference_to") if name in told}
    return replace(field, **{**told, **lists})


def _completed(field: Field) -> Field:
    """The field with the properties that follow from its type, and from being a formula."""
    if field.calculated:
        field = replace(field, createable=False, updateable=False)
    if field.type == "reference":
        return replace(field, length=18, relationship_name=field.name.removesuffix("__c") + "__r")
    if field.type == "boolean":
        return replace(field, length=0, nillable=False, defaulted_on_create=True)
    if field.type in NUMBER_TYPES:
        return replace(field, length=0, precision=field.precision or 18)
    if field.type in ("date", "datetime", "time"):
        return replace(field, length=0)
    return replace(field, length=field.length or _TEXT_LENGTH)


def _rewrite(store: Store, one: SObject, old: Field, new: Field) -> None:
    """Every value in the form of the new type, in a column of its kind."""
    table, former = quoted(one.name), quoted("_former")
    kept = store.connection.execute(
        f"SELECT row_number, {quoted(old.name)} FROM {table} WHERE {quoted(old.name)} IS NOT NULL"
    ).fetchall()
    converted = [(_converted(new, _as_text(old, value)), number) for number, value in kept]
    store.connection.execute(f"ALTER TABLE {table} RENAME COLUMN {quoted(old.name)} TO {former}")
    store.connection.execute(f"ALTER TABLE {table} ADD COLUMN {tables.column(new)}")
    store.connection.executemany(
        f"UPDATE {table} SET {quoted(new.name)} = ? WHERE row_number = ?",
        [(value, number) for value, number in converted if value is not None],
    )
    store.connection.execute(f"ALTER TABLE {table} DROP COLUMN {former}")


def _drop_index(store: Store, one: SObject, field: Field) -> None:
    """A column with an index cannot be dropped, and one of another name would keep the index's old name."""
    store.connection.execute(f"DROP INDEX IF EXISTS {quoted(tables.index_name(one, (field.name,)))}")


def _as_text(field: Field, value: Value) -> str:
    if field.type == "boolean":
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _converted(field: Field, text: str) -> Value:  # noqa: PLR0911 -- one per type
    """The value as the field's type has it; None where it cannot be one."""
    try:
        if field.type == "boolean":
            return text.lower() in ("true", "1")
        if field.type in NUMBER_TYPES:
            return int(float(text)) if field.type == "int" else float(text)
        if field.type == "date":
            return normal_date(text[:10])
        if field.type == "datetime":
            return normal_instant(text)
        if field.type == "time":
            return normal_time(text)
        if field.type == "reference":
            return id18(text)
    except (ValueError, OverflowError, BadInstant, MalformedId):
        return None
    return text[: field.length] or None


def _refused(message: str) -> ApiError:
    return ApiError(400, "INVALID_FIELD_CHANGE", message)
