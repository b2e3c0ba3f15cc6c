"""Single records by Id: create, read, update, delete; and which ones changed or went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from starlette.responses import Response

from sandbox.org.errors import ApiError, malformed_id, no_such_record
from sandbox.org.ids import MalformedId, id18
from sandbox.org.instants import BadInstant, from_text, normal_instant, to_text
from sandbox.org.org import Org
from sandbox.org.schema import SObject, Value
from sandbox.org.tables import quoted
from sandbox.server.answers import Call, answer, nothing, object_in
from sandbox.server.query import compiled
from sandbox.soql import rows

_MOST_LOOK_BACK = {"updated": timedelta(days=30), "deleted": timedelta(days=15)}


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

    def updated(self, call: Call) -> Response:
        """GET sobjects/X/updated: Ids created or changed in a period."""
        one, start, end = self._period(call, "updated")
        stamp = quoted(one.cursor_field)
        found = self.org.store.connection.execute(
            f'SELECT "Id" FROM {quoted(one.name)} WHERE {stamp} >= ? AND {stamp} < ? ORDER BY {stamp}, "Id"',
            (start, end),
        )
        return answer(
            {"ids": [record_id for (record_id,) in found], "latestDateCovered": rows.rest_instant(end)}
        )

    def deleted(self, call: Call) -> Response:
        """GET sobjects/X/deleted: also of records that skip the recycle bin."""
        one, start, end = self._period(call, "deleted")
        found = self.org.store.connection.execute(
            "SELECT record_id, deleted_at FROM _deletion WHERE object = ? AND deleted_at >= ? AND deleted_at < ? "
            "ORDER BY deleted_at, record_id",
            (one.name, start, end),
        )
        earliest = to_text(self.org.clock.now() - _MOST_LOOK_BACK["deleted"])
        return answer(
            {
                "deletedRecords": [
                    {"id": record_id, "deletedDate": rows.rest_instant(at)} for record_id, at in found
                ],
                "earliestDateAvailable": rows.rest_instant(earliest),
                "latestDateCovered": rows.rest_instant(end),
            }
        )

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

    def _period(self, call: Call, kind: str) -> tuple[SObject, str, str]:
        one = object_in(call, self.org)
        if not one.replicateable:
            raise ApiError(400, "INVALID_TYPE_FOR_OPERATION", f"entity type {one.name} is not replicatable")
        try:
            start, end = (
                normal_instant(call.query[name].replace(" ", "+"))[:19] + ".000Z" for name in ("start", "end")
            )
        except KeyError as error:
            raise ApiError(400, "MISSING_ARGUMENT", f"The parameter {error.args[0]} is required.") from error
        except BadInstant as error:
            raise ApiError(400, "INVALID_REPLICATION_DATE", f"not an instant: {error}") from error
        if end <= start:
            raise ApiError(400, "INVALID_REPLICATION_DATE", "startDate must be before endDate")
        if from_text(start) < self.org.clock.now() - _MOST_LOOK_BACK[kind]:
            raise ApiError(
                400,
                "INVALID_REPLICATION_DATE",
                f"startDate is too far back: at most {_MOST_LOOK_BACK[kind].days} days",
            )
        return one, start, min(end, to_text(self.org.clock.now()))


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
