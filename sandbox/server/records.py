"""Single records by Id: create, read, update, delete."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from starlette.responses import Response

from sandbox.org.errors import ApiError, malformed_id, no_such_record
from sandbox.org.ids import MalformedId, id18
from sandbox.org.instants import from_text
from sandbox.org.org import Org
from sandbox.org.schema import SObject, Value
from sandbox.server.answers import Call, answer, nothing, object_in
from sandbox.server.query import compiled
from sandbox.soql import rows


@dataclass(frozen=True, slots=True)
class Records:
    """Handlers of `sobjects` that read and write records."""

    org: Org

    def create(self, call: Call) -> Response:
        """POST sobjects/X."""
        one = object_in(call, self.org)
        record_id = self.org.create(one.name, call.json(), call.user_id)
        location = {"Location": f"{call.base}/sobjects/{one.name}/{record_id}"}
        return answer({"id": record_id, "success": True, "errors": []}, 201, location)

    def read(self, call: Call) -> Response:
        """GET sobjects/X/{id}, all fields or those of `?fields=`."""
        one, record_id = self._named(call)
        self.org.live_row(one.name, record_id)
        wanted = call.query.get("fields")
        names = wanted or ",".join(field.name for field in one.fields)
        query = compiled(self.org, f"SELECT {names} FROM {one.name} WHERE Id = '{record_id}'", all_rows=True)
        found = rows.records(self.org.store, query, rows.row_numbers(self.org.store, query), call.base)
        if not found:
            # there, but not visible yet
            raise no_such_record()
        return answer(found[0])

    def update(self, call: Call) -> Response:
        """PATCH sobjects/X/{id}; with If-Unmodified-Since only if nobody was faster."""
        one, record_id = self._named(call)
        since = call.headers.get("if-unmodified-since")
        values = call.json()
        with self.org.store.transaction():
            if since is not None:
                self._refuse_if_modified(one, record_id, since)
            self.org.update(one.name, record_id, values, call.user_id)
        return nothing()

    def delete(self, call: Call) -> Response:
        """DELETE sobjects/X/{id}."""
        one, record_id = self._named(call)
        self.org.delete(one.name, record_id, call.user_id)
        return nothing()

    def _named(self, call: Call) -> tuple[SObject, str]:
        one = object_in(call, self.org)
        try:
            record_id = id18(call.path["id"])
        except MalformedId as error:
            raise malformed_id(call.path["id"]) from error
        if not record_id.startswith(one.key_prefix):
            raise no_such_record()
        return one, record_id

    def _refuse_if_modified(self, one: SObject, record_id: str, since: str) -> None:
        try:
            limit = parsedate_to_datetime(since)
        except ValueError as error:
            raise ApiError(
                400, "INVALID_HEADER", f"If-Unmodified-Since is not an HTTP date: {since}"
            ) from error
        modified: Value = self.org.live_row(one.name, record_id).get("LastModifiedDate")
        if isinstance(modified, str) and from_text(modified).replace(microsecond=0) > _aware(limit):
            raise ApiError(412, "PRECONDITION_FAILED", "The record was modified since the time given.")


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
