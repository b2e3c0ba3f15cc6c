"""Rules that administrators set and every write meets: assignment, validation, duplicates. They are data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.org.errors import ApiError
from sandbox.org.schema import Schema, SObject
from sandbox.org.store import Row, Store
from sandbox.org.tables import quoted

SETTING = "rules"
KINDS = ("assignment", "validation", "duplicates")


@dataclass(frozen=True, slots=True)
class Options:
    """What the headers of a request say about rules.

    `assigns`: assignment rules run. `allows_duplicates`: a rule that only warns of duplicates lets them pass.
    """

    assigns: bool = False
    allows_duplicates: bool = False


PLAIN = Options()


def checked(schema: Schema, told: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Rules as they are kept. Raises ApiError for one that names what is not there.

    `assignment`: `{"object", "when", "owner_id"}`; `validation`: `{"object", "when", "required", "message"}`;
    `duplicates`: `{"object", "field", "blocks"}`. `when` is fields and the values they must have.
    """
    rules: dict[str, list[dict[str, Any]]] = {}
    needed = {"assignment": ("owner_id",), "validation": ("required", "message"), "duplicates": ("field",)}
    for kind, listed in told.items():
        if (
            kind not in KINDS
            or not isinstance(listed, list)
            or not all(isinstance(one, dict) for one in listed)
        ):
            raise _senseless(f"rules are lists under {', '.join(KINDS)}")
        for rule in listed:
            one = schema.get(str(rule.get("object")))
            if one is None:
                raise _senseless(f"a rule is about an object: {rule}")
            missing = [name for name in needed[kind] if not isinstance(rule.get(name), str)]
            if missing:
                raise _senseless(f"a rule for {kind} needs {missing[0]}")
            when = rule.get("when", {})
            if not isinstance(when, dict):
                raise _senseless("when is fields and their values")
            named = [*when, *(rule[name] for name in ("required", "field") if name in rule)]
            unknown = [name for name in named if not one.has(name)]
            if unknown:
                raise _senseless(f"{one.name} has no field {unknown[0]}")
        rules[kind] = listed
    return rules


def assigned_owner(store: Store, one: SObject, record: Row) -> str | None:
    """Whom the first assignment rule that fits gives the record to; None where none fits."""
    for rule in _rules(store, "assignment", one):
        if _fits(one, rule, record):
            return str(rule["owner_id"])
    return None


def refuse(store: Store, one: SObject, record: Row, before: Row, options: Options) -> None:
    """Raises ApiError where a rule forbids the record as it would be; `before` is empty for a new one."""
    for rule in _rules(store, "validation", one):
        if _fits(one, rule, record) and record.get(_canonical(one, rule["required"])) in (None, False):
            raise ApiError(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", rule["message"], [])
    for rule in _rules(store, "duplicates", one):
        name = _canonical(one, rule["field"])
        value = record.get(name)
        if (
            value is None
            or value == before.get(name)
            or (options.allows_duplicates and not rule.get("blocks"))
        ):
            continue
        where = f'{quoted(name)} = ? AND NOT "IsDeleted" AND "Id" IS NOT ?'
        if next(store.rows(one.name, where, (value, before.get("Id"))), None) is not None:
            raise ApiError(400, "DUPLICATES_DETECTED", "Use one of these records?", [])
    _refuse_inactive_owner(store, one, record, before)


def _refuse_inactive_owner(store: Store, one: SObject, record: Row, before: Row) -> None:
    owner_id = record.get("OwnerId")
    if not isinstance(owner_id, str) or owner_id == before.get("OwnerId"):
        return
    owner = store.row("User", owner_id)
    if owner is not None and not owner["IsActive"]:
        raise ApiError(
            400,
            "INACTIVE_OWNER_OR_USER",
            f"operation performed with inactive user [{owner_id[:15]}] as owner of {one.label.lower()}",
            [],
        )


def _rules(store: Store, kind: str, one: SObject) -> list[dict[str, Any]]:
    kept = store.setting(SETTING, {}).get(kind, [])
    return [rule for rule in kept if rule["object"].lower() == one.name.lower()]


def _fits(one: SObject, rule: Mapping[str, Any], record: Row) -> bool:
    return all(
        str(record.get(_canonical(one, name)) or "").lower() == str(value or "").lower()
        for name, value in rule.get("when", {}).items()
    )


def _canonical(one: SObject, name: str) -> str:
    field = one.field(name)
    return name if field is None else field.name


def _senseless(message: str) -> ApiError:
    return ApiError(400, "INVALID_RULE", message)
