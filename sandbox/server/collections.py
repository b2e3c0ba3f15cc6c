"""Several records in one request: `composite/sobjects`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from sandbox.org.errors import ApiError, malformed_id, no_such_record, unsupported_object
from sandbox.org.ids import MalformedId, id18
from sandbox.org.org import Org
from sandbox.org.schema import SObject
from sandbox.server.answers import Call, answer, object_in
from sandbox.server.query import compiled
from sandbox.server.writing import Ambiguous, Writer, key_named, objects_list, writing_of
from sandbox.soql import rows

MOST = 200
_MOST_CHUNKS = 10
_MOST_READ = 2000
_ROLLED_BACK = (
    "Record rolled back because not all records were valid and the request was using AllOrNone header"
)
Result = dict[str, Any]
Step = Callable[[Any], Result]


class _RollBack(Exception):
    """Not all records of an all-or-none request could be written."""


@dataclass(frozen=True, slots=True)
class Collections:
    """Handlers of `composite/sobjects`."""

    org: Org
    writer: Writer

    def create(self, call: Call) -> Response:
        """POST composite/sobjects."""
        how = writing_of(call)

        def step(record: dict[str, Any]) -> Result:
            return _done(self.writer.create(how, self._object_of(record), record))

        return self._written(call, step)

    def update(self, call: Call) -> Response:
        """PATCH composite/sobjects: each record has its `id`."""
        how = writing_of(call)

        def step(record: dict[str, Any]) -> Result:
            values = {name: value for name, value in record.items() if name.lower() != "id"}
            record_id = next((value for name, value in record.items() if name.lower() == "id"), None)
            if record_id is None:
                raise ApiError(400, "MISSING_ARGUMENT", "Id not specified in an update call", [])
            one, found = self._record(str(record_id), self._object_of(record))
            self.writer.update(how, one, found, values)
            return _done(found)

        return self._written(call, step)

    def upsert(self, call: Call) -> Response:
        """PATCH composite/sobjects/X/{field}."""
        one = object_in(call, self.org)
        key = key_named(one, call.path["field"])
        how = writing_of(call)

        def step(record: dict[str, Any]) -> Result:
            if self._object_of(record) != one:
                raise ApiError(400, "INVALID_TYPE", f"every record must be of type {one.name}", [])
            value = next((value for name, value in record.items() if name.lower() == key.name.lower()), None)
            if value is None and key.type != "id":
                raise ApiError(400, "MISSING_ARGUMENT", f"{key.name} not specified", [])
            values = {name: value for name, value in record.items() if name.lower() != key.name.lower()}
            try:
                done = self.writer.upsert(how, one, key, value, values)
            except Ambiguous as found:
                message = f"{key.name}: more than one record found for external id field: {found.record_ids}"
                raise ApiError(400, "DUPLICATE_VALUE", message, [key.name]) from found
            return {**_done(done.record_id), "created": done.created}

        return self._written(call, step)

    def delete(self, call: Call) -> Response:
        """DELETE composite/sobjects, with `ids` and `allOrNone` in the address."""
        how = writing_of(call)
        ids = [text.strip() for text in call.query.get("ids", "").split(",") if text.strip()]
        if not ids:
            raise ApiError(400, "MISSING_ARGUMENT", "The parameter ids is required.")
        _refuse_too_many(len(ids))
        all_or_none = call.query.get("allOrNone", "false").lower() == "true"

        def step(text: str) -> Result:
            one, record_id = self._record(text, None)
            self.writer.delete(how, one, record_id)
            return _done(record_id)

        return answer(self._all(step, ids, all_or_none=all_or_none))

    def read(self, call: Call) -> Response:
        """GET composite/sobjects/X, with `ids` and `fields` in the address."""
        ids = [text.strip() for text in call.query.get("ids", "").split(",") if text.strip()]
        return self._read(call, ids, call.query.get("fields", "").split(","))

    def read_many(self, call: Call) -> Response:
        """POST composite/sobjects/X: the same with a body."""
        told = call.json()
        ids, names = told.get("ids"), told.get("fields")
        if not isinstance(ids, list) or not isinstance(names, list):
            raise ApiError(400, "JSON_PARSER_ERROR", "ids and fields must be lists")
        return self._read(call, [str(one) for one in ids], [str(one) for one in names])

    def _read(self, call: Call, ids: Sequence[str], names: Sequence[str]) -> Response:
        one = object_in(call, self.org)
        if not ids or not any(name.strip() for name in names):
            raise ApiError(400, "MISSING_ARGUMENT", "ids and fields must be given")
        if len(ids) > _MOST_READ:
            raise ApiError(400, "EXCEEDED_ID_LIMIT", f"at most {_MOST_READ} records can be read at once")
        wanted = [self._id(text) for text in ids]
        told = ", ".join(f"'{record_id}'" for record_id in wanted)
        names = ["Id", *(name.strip() for name in names if name.strip() and name.strip().lower() != "id")]
        query = compiled(
            self.org, f"SELECT {', '.join(names)} FROM {one.name} WHERE Id IN ({told})", all_rows=False
        )
        found = rows.records(self.org.store, query, rows.row_numbers(self.org.store, query), call.base)
        by_id = {record["Id"]: record for record in found}
        return answer([by_id.get(record_id) for record_id in wanted])

    def _written(self, call: Call, step: Step) -> Response:
        told = call.json()
        records = objects_list(told, "records")
        _refuse_too_many(len(records))
        _refuse_many_chunks([str(_type_of(record)).lower() for record in records])
        all_or_none = told.get("allOrNone", False)
        if not isinstance(all_or_none, bool):
            raise ApiError(400, "JSON_PARSER_ERROR", "allOrNone must be true or false")
        return answer(self._all(step, records, all_or_none=all_or_none))

    def _all(self, step: Step, items: Sequence[object], *, all_or_none: bool) -> list[Result]:
        """The step's result for every item, in order; with `all_or_none` nothing is written where one fails."""
        if not all_or_none:
            return [_result(step, item) for item in items]
        results: list[Result] = []
        try:
            with self.org.store.transaction():
                results = [_result(step, item) for item in items]
                if not all(result["success"] for result in results):
                    raise _RollBack
        except _RollBack:
            return [_rolled_back() if result["success"] else result for result in results]
        return results

    def _object_of(self, record: dict[str, Any]) -> SObject:
        name = _type_of(record)
        if not isinstance(name, str) or not name:
            raise ApiError(400, "INVALID_INPUT", "Include an attributes.type with every record.", [])
        one = self.org.store.visible_schema.get(name)
        if one is None:
            raise unsupported_object(name)
        return one

    def _record(self, text: str, one: SObject | None) -> tuple[SObject, str]:
        """The object and Id of an existing record; of `one` where that is given."""
        record_id = self._id(text)
        found = one or next(
            (
                known
                for known in self.org.store.visible_schema.objects.values()
                if record_id.startswith(known.key_prefix) and self.org.store.row(known.name, record_id)
            ),
            None,
        )
        if found is None or not record_id.startswith(found.key_prefix):
            raise no_such_record()
        return found, record_id

    def _id(self, text: str) -> str:
        try:
            return id18(text)
        except MalformedId as error:
            raise malformed_id(text) from error


def _type_of(record: dict[str, Any]) -> object:
    attributes = record.get("attributes")
    return attributes.get("type") if isinstance(attributes, dict) else None


def _refuse_too_many(count: int) -> None:
    if count > MOST:
        raise ApiError(
            400,
            "EXCEEDED_ID_LIMIT",
            f"record limit reached. cannot submit more than {MOST} records into this call",
        )


def _refuse_many_chunks(types: Sequence[str]) -> None:
    chunks = sum(place == 0 or types[place - 1] != name for place, name in enumerate(types))
    if chunks > _MOST_CHUNKS:
        raise ApiError(
            400,
            "LIMIT_EXCEEDED",
            f"Cannot have more than {_MOST_CHUNKS} chunks in a single operation. Please rearrange the data to reduce "
            "chunking.",
        )


def _result(step: Step, item: object) -> Result:
    try:
        return step(item)
    except ApiError as error:
        told = {"statusCode": error.code, "message": error.message, "fields": list(error.fields or [])}
        return {"success": False, "errors": [told]}


def _done(record_id: str) -> Result:
    return {"id": record_id, "success": True, "errors": []}


def _rolled_back() -> Result:
    told = {"statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK", "message": _ROLLED_BACK, "fields": []}
    return {"success": False, "errors": [told]}
