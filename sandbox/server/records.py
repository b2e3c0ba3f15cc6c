"""Single records, by Id or by an external Id: create, read, update, upsert, delete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.responses import Response

from sandbox.org.errors import ApiError, no_such_record
from sandbox.org.instants import from_text
from sandbox.org.org import Org
from sandbox.org.schema import Field, SObject, Value
from sandbox.server.answers import Call, answer, nothing, object_in
from sandbox.server.query import compiled
from sandbox.server.writing import Ambiguous, Writer, key_named, record_id_of, writing_of
from sandbox.soql import rows

_UPSERT_TELLS_ITS_ID_SINCE = 46


@dataclass(frozen=True, slots=True)
class Records:
    """Handlers of `sobjects` that read and write records."""

    org: Org
    writer: Writer

    def create(self, call: Call) -> Response:
        """POST sobjects/X."""
        one = object_in(call, self.org)
        record_id = self.writer.create(writing_of(call), one, call.json())
        return _created(call, one, record_id)

    def read(self, call: Call) -> Response:
        """GET sobjects/X/{id}, all fields or those of `?fields=`; with If-Modified-Since only if it changed."""
        one, record_id = self._named(call)
        return self._read(call, one, record_id)

    def update(self, call: Call) -> Response:
        """PATCH sobjects/X/{id}; with If-Unmodified-Since only if nobody was faster."""
        one, record_id = self._named(call)
        values = call.json()
        with self.org.store.transaction():
            self._refuse_if_modified(call, one, record_id)
            self.writer.update(writing_of(call), one, record_id, values)
        return nothing()

    def delete(self, call: Call) -> Response:
        """DELETE sobjects/X/{id}."""
        one, record_id = self._named(call)
        self.writer.delete(writing_of(call), one, record_id)
        return nothing()

    def read_by_key(self, call: Call) -> Response:
        """GET sobjects/X/{field}/{value}."""
        return self._by_key(call, lambda one, record_id: self._read(call, one, record_id))

    def delete_by_key(self, call: Call) -> Response:
        """DELETE sobjects/X/{field}/{value}."""

        def gone(one: SObject, record_id: str) -> Response:
            self.writer.delete(writing_of(call), one, record_id)
            return nothing()

        return self._by_key(call, gone)

    def upsert(self, call: Call) -> Response:
        """PATCH sobjects/X/{field}/{value}: changes the record that has the value, or creates it."""
        one, key = self._key(call)
        values = call.json()
        if any(name.lower() == key.name.lower() for name in values):
            message = f"The {key.name} field should not be specified in the sobject data."
            raise ApiError(400, "INVALID_FIELD", message, [key.name])
        value = call.path["value"]
        if call.query.get("updateOnly", "").lower() == "true" and self.writer.found(one, key, value) is None:
            raise no_such_record()
        try:
            done = self.writer.upsert(writing_of(call), one, key, value, values)
        except Ambiguous as found:
            return _choices(call, one, found)
        if done.created:
            return _created(call, one, done.record_id, created=True)
        if float(call.version) < _UPSERT_TELLS_ITS_ID_SINCE:
            return nothing()
        return answer({"id": done.record_id, "success": True, "errors": [], "created": False})

    def _by_key(self, call: Call, then: Callable[[SObject, str], Response]) -> Response:
        one, key = self._key(call)
        try:
            record_id = self.writer.found(one, key, call.path["value"])
        except Ambiguous as found:
            return _choices(call, one, found)
        if record_id is None:
            raise ApiError(404, "NOT_FOUND", "The requested resource does not exist")
        return then(one, record_id)

    def _key(self, call: Call) -> tuple[SObject, Field]:
        one = object_in(call, self.org)
        return one, key_named(one, call.path["field"])

    def _named(self, call: Call) -> tuple[SObject, str]:
        one = object_in(call, self.org)
        return one, record_id_of(one, call.path["id"])

    def _read(self, call: Call, one: SObject, record_id: str) -> Response:
        modified = _instant(self.org.live_row(one.name, record_id).get("LastModifiedDate"))
        self._refuse_if_modified(call, one, record_id)
        since = _limit(call, "if-modified-since")
        headers = {} if modified is None else {"Last-Modified": format_datetime(modified, usegmt=True)}
        if since is not None and modified is not None and modified <= since:
            return Response(status_code=304, headers=headers)
        wanted = call.query.get("fields")
        names = wanted or ",".join(field.name for field in one.fields)
        query = compiled(self.org, f"SELECT {names} FROM {one.name} WHERE Id = '{record_id}'", all_rows=True)
        found = rows.records(self.org.store, query, rows.row_numbers(self.org.store, query), call.base)
        if not found:
            # there, but not visible yet
            raise no_such_record()
        return answer(found[0], headers=headers)

    def _refuse_if_modified(self, call: Call, one: SObject, record_id: str) -> None:
        limit = _limit(call, "if-unmodified-since")
        if limit is None:
            return
        modified = _instant(self.org.live_row(one.name, record_id).get("LastModifiedDate"))
        if modified is not None and modified > limit:
            raise ApiError(412, "PRECONDITION_FAILED", "The record was modified since the time given.")


def _created(call: Call, one: SObject, record_id: str, **more: bool) -> Response:
    location = {"Location": f"{call.base}/sobjects/{one.name}/{record_id}"}
    return answer({"id": record_id, "success": True, "errors": [], **more}, 201, location)


def _choices(call: Call, one: SObject, found: Ambiguous) -> Response:
    return answer([f"{call.base}/sobjects/{one.name}/{record_id}" for record_id in found.record_ids], 300)


def _instant(value: Value) -> datetime | None:
    """To the second, which is all that HTTP dates tell."""
    return from_text(value).replace(microsecond=0) if isinstance(value, str) else None


def _limit(call: Call, header: str) -> datetime | None:
    """The instant of a conditional header. Raises ApiError where it is none."""
    text = call.headers.get(header)
    if text is None:
        return None
    try:
        at = parsedate_to_datetime(text)
    except ValueError as error:
        raise ApiError(400, "INVALID_HEADER", f"{header} is not an HTTP date: {text}") from error
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
