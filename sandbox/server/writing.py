"""Writing one record for a client, in whichever way it came: alone, in a collection, or in a bulk job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.org.errors import ApiError, deleted, malformed_id, no_such_record
from sandbox.org.ids import MalformedId, id18
from sandbox.org.org import Org
from sandbox.org.rules import PLAIN, Options
from sandbox.org.schema import Field, SObject, Value
from sandbox.org.tables import quoted
from sandbox.server.answers import Call
from sandbox.server.faults import USUAL, Effect, Faults


@dataclass(frozen=True, slots=True)
class Writing:
    """Who writes, which rules it meets, and what a fault asks to go wrong."""

    user_id: str
    options: Options = PLAIN
    effect: Effect = USUAL


def writing_of(call: Call) -> Writing:
    """As the headers of a request say. Without one assignment rules run, as in Salesforce."""
    assigns = call.headers.get("sforce-auto-assign", "TRUE").strip().upper() != "FALSE"
    allows = "allowsave=true" in call.headers.get("sforce-duplicate-rule-header", "").replace(" ", "").lower()
    return Writing(call.user_id, Options(assigns, allows), call.effect)


class Ambiguous(Exception):
    """Several records have the value; `record_ids` are theirs."""

    def __init__(self, record_ids: list[str]) -> None:
        super().__init__()
        self.record_ids = record_ids


@dataclass(frozen=True, slots=True)
class Upserted:
    """The record that an upsert wrote, and whether it was new."""

    record_id: str
    created: bool


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes records one by one. What is refused raises ApiError."""

    org: Org
    faults: Faults

    def create(self, how: Writing, one: SObject, values: Mapping[str, object]) -> str:
        """Creates a record and answers its Id."""
        self.faults.refuse_locked(how.effect, json.dumps(values, sort_keys=True, default=str))
        return self.org.create(one.name, values, how.user_id, options=how.options)

    def update(self, how: Writing, one: SObject, record_id: str, values: Mapping[str, object]) -> None:
        """Changes fields of a record."""
        self.faults.refuse_locked(how.effect, record_id)
        self.org.update(one.name, record_id, values, how.user_id, options=how.options)

    def delete(self, how: Writing, one: SObject, record_id: str, *, hard: bool = False) -> None:
        """Deletes a record, into the recycle bin unless `hard`."""
        self.faults.refuse_locked(how.effect, record_id)
        if hard:
            self.org.hard_delete(one.name, record_id, how.user_id)
        else:
            self.org.delete(one.name, record_id, how.user_id)

    def upsert(
        self, how: Writing, one: SObject, key: Field, value: Value, values: Mapping[str, object]
    ) -> Upserted:
        """Changes the one record that has this value of the key, or creates it. Raises Ambiguous too."""
        with self.org.store.transaction():
            found = self.found(one, key, value)
            if found is not None:
                self.update(how, one, found, values)
                return Upserted(found, created=False)
            if key.type == "id":
                if value is not None:
                    raise no_such_record()
                return Upserted(self.create(how, one, values), created=True)
            return Upserted(self.create(how, one, {**values, key.name: value}), created=True)

    def found(self, one: SObject, key: Field, value: Value) -> str | None:
        """The record that has this value of the key; None where there is none. Raises Ambiguous, ApiError."""
        if value is None:
            return None
        if key.type == "id":
            record_id = record_id_of(one, str(value))
            row = self.org.store.row(one.name, record_id)
            if row is not None and row.get("IsDeleted"):
                raise deleted()
            return None if row is None else record_id
        alive = ' AND NOT "IsDeleted"' if one.has("IsDeleted") else ""
        rows = self.org.store.rows(one.name, f"{quoted(key.name)} = ?{alive}", (value,))
        record_ids = [str(row["Id"]) for row in rows]
        if len(record_ids) > 1:
            raise Ambiguous(record_ids)
        return record_ids[0] if record_ids else None


def key_named(one: SObject, name: str) -> Field:
    """The field by which clients may name records: Id, or an external Id. Raises ApiError."""
    field = one.field(name)
    if field is None or not (field.type == "id" or field.external_id or (field.unique and field.custom)):
        raise ApiError(
            404, "NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {name}"
        )
    return field


def record_id_of(one: SObject, text: str) -> str:
    """The 18-character Id of a record of this object. Raises ApiError."""
    try:
        record_id = id18(text)
    except MalformedId as error:
        raise malformed_id(text) from error
    if not record_id.startswith(one.key_prefix):
        raise no_such_record()
    return record_id


def objects_list(told: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of JSON objects that a request must have under this name. Raises ApiError."""
    listed = told.get(name)
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise ApiError(400, "JSON_PARSER_ERROR", f"{name} must be a list of objects")
    return listed
