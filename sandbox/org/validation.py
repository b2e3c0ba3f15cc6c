"""Checks of what a client wants to write, and the values as the file keeps them."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Mapping

from sandbox.org import instants
from sandbox.org.errors import ApiError, malformed_id
from sandbox.org.ids import MalformedId, id18
from sandbox.org.schema import NUMBER_TYPES, Field, SObject, Value
from sandbox.org.store import Store
from sandbox.org.tables import quoted

_CLIENT_TYPE = {"int": "int", "boolean": "boolean", "date": "date", "datetime": "datetime", "time": "time"}
_NORMAL = {
    "date": lambda text: instants.normal_date(text[:10]),
    "datetime": instants.normal_instant,
    "time": instants.normal_time,
}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
# texts that clients may send where JSON has a literal of its own
_TRUTHS = {"true": True, "false": False}


def checked_values(
    store: Store, one: SObject, values: Mapping[str, object], *, creating: bool
) -> dict[str, Value]:
    """The fields by their canonical names, each value in the file's form.

    Raises ApiError: INVALID_FIELD, INVALID_FIELD_FOR_INSERT_UPDATE, JSON_PARSER_ERROR, STRING_TOO_LONG,
    MALFORMED_ID, INVALID_CROSS_REFERENCE_KEY, NUMBER_OUTSIDE_VALID_RANGE, REQUIRED_FIELD_MISSING.
    """
    checked: dict[str, Value] = {}
    closed: list[str] = []
    for name, value in values.items():
        if name == "attributes":
            continue
        field = one.field(name)
        if field is None:
            raise ApiError(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {one.name}")
        if not (field.createable if creating else field.updateable):
            closed.append(field.name)
            continue
        checked[field.name] = _checked(store, field, value)
    if closed:
        raise ApiError(
            400,
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {', '.join(closed)}. Please check the security settings of this field "
            "and verify that it is read/write for your profile or permission set.",
            closed,
        )
    _refuse_missing(one, checked, creating=creating)
    return checked


def _refuse_missing(one: SObject, checked: Mapping[str, Value], *, creating: bool) -> None:
    missing = [
        field.name
        for field in one.fields
        if not field.nillable
        and field.type != "boolean"
        and (
            (field.name in checked and checked[field.name] is None)
            or (creating and field.required_on_create and field.name not in checked)
        )
    ]
    if missing:
        raise ApiError(
            400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing
        )


def _checked(store: Store, field: Field, value: object) -> Value:  # noqa: PLR0911 -- one per type
    if value is None:
        return False if field.type == "boolean" else None
    if field.type == "boolean":
        truth = _TRUTHS.get(value.strip().lower()) if isinstance(value, str) else value
        if isinstance(truth, bool):
            return truth
        raise _unreadable(field, value)
    if field.type in NUMBER_TYPES:
        return _checked_number(field, value)
    if isinstance(value, bool | int | float):
        value = json.dumps(value)
    if not isinstance(value, str):
        raise _unreadable(field, value)
    if field.type == "reference":
        return _checked_reference(store, field, value)
    if field.type in _NORMAL:
        if not value.strip():
            return None
        try:
            return _NORMAL[field.type](value)
        except instants.BadInstant as error:
            raise _unreadable(field, value) from error
    return _checked_text(field, value)


def _checked_number(field: Field, told: object) -> Value:
    value = told
    if isinstance(told, str):
        if not told.strip():
            return None
        if not _NUMBER.fullmatch(told.strip()):
            raise _unreadable(field, told)
        value = float(told)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _unreadable(field, value)
    if isinstance(value, float) and not math.isfinite(value):
        raise _unreadable(field, value)
    if abs(value) > sys.float_info.max:
        raise _unreadable(field, value)
    if field.type == "int":
        if value != int(value):
            raise _unreadable(field, value)
        value = int(value)
    whole_digits = field.precision - field.scale
    if field.precision and abs(value) >= 10**whole_digits:
        raise ApiError(
            400,
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{field.label or field.name}: value outside of valid range on numeric field: {value}",
            [field.name],
        )
    return value if field.type == "int" else float(value)


def _checked_text(field: Field, value: str) -> Value:
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise ApiError(
            400, "JSON_PARSER_ERROR", f"{field.name} holds half a character (a lone surrogate)", [field.name]
        )
    if field.type != "textarea":
        value = value.strip()
    if not value.strip():
        return None
    if field.length and len(value) > field.length:
        shown = value if len(value) <= 80 else value[:80] + "..."
        raise ApiError(
            400,
            "STRING_TOO_LONG",
            f"{field.label or field.name}: data value too large: {shown} (max length={field.length})",
            [field.name],
        )
    if field.type == "multipicklist":
        return _checked_choices(field, value)
    _refuse_unknown_choice(field, value)
    return value


def _checked_choices(field: Field, text: str) -> Value:
    """Several values joined by semicolons: each once, in the picklist's order, others after those."""
    chosen = {value.strip().lower(): value.strip() for value in text.split(";") if value.strip()}
    for value in chosen.values():
        _refuse_unknown_choice(field, value)
    declared = [known.lower() for known in field.values if known.lower() in chosen]
    return ";".join(chosen[value] for value in dict.fromkeys([*declared, *chosen])) or None


def _refuse_unknown_choice(field: Field, value: str) -> None:
    if field.restricted and value.lower() not in {known.lower() for known in field.values}:
        raise ApiError(
            400,
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{field.label or field.name}: bad value for restricted picklist field: {value}",
            [field.name],
        )


def _checked_reference(store: Store, field: Field, value: str) -> Value:
    if not value:
        return None
    try:
        record_id = id18(value)
    except MalformedId as error:
        raise malformed_id(value, field.name) from error
    for target in field.reference_to:
        one = store.schema.get(target)
        if one is None or not record_id.startswith(one.key_prefix):
            continue
        found = store.connection.execute(
            f'SELECT 1 FROM {quoted(one.name)} WHERE "Id" = ?', (record_id,)
        ).fetchone()
        if found is None:
            raise ApiError(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])
        return record_id
    raise ApiError(
        400,
        "FIELD_INTEGRITY_EXCEPTION",
        f"{field.label or field.name}: id value of incorrect type: {value}",
        [field.name],
    )


def _unreadable(field: Field, value: object) -> ApiError:
    kind = _CLIENT_TYPE.get(field.type, "double" if field.type in NUMBER_TYPES else "string")
    if isinstance(value, bool):
        found = "VALUE_TRUE" if value else "VALUE_FALSE"
    elif isinstance(value, str):
        found = "VALUE_STRING"
    elif isinstance(value, int | float):
        found = "VALUE_NUMBER"
    else:
        found = "START_OBJECT" if isinstance(value, dict) else "START_ARRAY"
    return ApiError(
        400,
        "JSON_PARSER_ERROR",
        f"Cannot deserialize instance of {kind} from {found} value {json.dumps(value, ensure_ascii=False)[:100]} "
        f"or request may be missing a required field at [{field.name}]",
    )
