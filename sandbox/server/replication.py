"""Which records changed and which went in a period: `updated` and `deleted`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.responses import Response

from sandbox.org.errors import ApiError
from sandbox.org.instants import BadInstant, from_text, normal_instant, to_text
from sandbox.org.org import Org
from sandbox.org.schema import SObject
from sandbox.org.tables import quoted
from sandbox.server.answers import Call, answer, object_in
from sandbox.soql.rows import rest_instant

DELETIONS_SINCE = "deletions_since"
"""The setting for the instant up to which the organisation has forgotten its deletions, as a busy one does early."""
MOST_IDS = "most_replicated_ids"
"""The setting for how many Ids one answer may have; 600,000 unless set."""

_MOST_IDS = 600_000
_UPDATES_KEPT = timedelta(days=30)
_DELETIONS_KEPT = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class Replication:
    """Handlers of `updated` and `deleted`."""

    org: Org

    def updated(self, call: Call) -> Response:
        """GET sobjects/X/updated: Ids created or changed in a period."""
        now = self.org.clock.now()
        one, start, end = self._period(call, _UPDATES_KEPT, now)
        table = self.org.lateness.sources(now).get(one.name) or quoted(one.name)
        stamp = quoted(one.cursor_field)
        found = self.org.store.connection.execute(
            f'SELECT "Id" FROM {table} WHERE {stamp} >= ? AND {stamp} < ? ORDER BY {stamp}, "Id"',
            (start, end),
        ).fetchall()
        self._refuse_too_many(len(found))
        return answer(
            {
                "ids": [record_id for (record_id,) in found],
                "latestDateCovered": rest_instant(self._covered(one, end, now)),
            }
        )

    def deleted(self, call: Call) -> Response:
        """GET sobjects/X/deleted: also of records that skip the recycle bin."""
        now = self.org.clock.now()
        one, start, end = self._period(call, _DELETIONS_KEPT, now)
        earliest = to_text(now - _DELETIONS_KEPT)
        forgotten: str | None = self.org.store.setting(DELETIONS_SINCE)
        if forgotten is not None:
            earliest = max(earliest, normal_instant(forgotten))
        table = self.org.lateness.sources(now).get(one.name)
        # a deletion that is not yet visible is of a row that is still seen
        still_seen = f'AND record_id NOT IN (SELECT "Id" FROM {table} WHERE NOT "IsDeleted")' if table else ""
        found = self.org.store.connection.execute(
            "SELECT record_id, deleted_at FROM _deletion WHERE object = ? AND deleted_at >= ? AND deleted_at < ? "
            f"{still_seen} ORDER BY deleted_at, record_id",
            (one.name, max(start, earliest), end),
        ).fetchall()
        self._refuse_too_many(len(found))
        return answer(
            {
                "deletedRecords": [
                    {"id": record_id, "deletedDate": rest_instant(at)} for record_id, at in found
                ],
                "earliestDateAvailable": rest_instant(earliest),
                "latestDateCovered": rest_instant(self._covered(one, end, now)),
            }
        )

    def _covered(self, one: SObject, end: str, now: datetime) -> str:
        """Up to when the answer is complete: changes that are not visible yet may still come after that."""
        unseen = self.org.lateness.covered_until(one, now)
        covered = min(end, to_text(now))
        return _whole_minute(covered if unseen is None else min(covered, unseen))

    def _refuse_too_many(self, count: int) -> None:
        if count > self.org.store.setting(MOST_IDS, _MOST_IDS):
            raise ApiError(400, "EXCEEDED_ID_LIMIT", "too many IDs in the time range: ask for a shorter one")

    def _period(self, call: Call, kept: timedelta, now: datetime) -> tuple[SObject, str, str]:
        """The object, and the period in whole minutes: the seconds of both ends are ignored."""
        one = object_in(call, self.org)
        if not one.replicateable:
            raise ApiError(400, "INVALID_TYPE_FOR_OPERATION", f"entity type {one.name} is not replicatable")
        try:
            start, end = (
                _whole_minute(normal_instant(call.query[name].replace(" ", "+"))) for name in ("start", "end")
            )
        except KeyError as error:
            raise ApiError(400, "MISSING_ARGUMENT", f"The parameter {error.args[0]} is required.") from error
        except BadInstant as error:
            raise ApiError(400, "INVALID_REPLICATION_DATE", f"not an instant: {error}") from error
        if end <= start:
            raise ApiError(
                400, "INVALID_REPLICATION_DATE", "endDate must be at least one minute after startDate"
            )
        if from_text(start) < now - kept:
            raise ApiError(
                400, "INVALID_REPLICATION_DATE", f"startDate cannot be more than {kept.days} days ago"
            )
        if from_text(start) > now:
            raise ApiError(400, "INVALID_REPLICATION_DATE", "startDate cannot be in the future")
        return one, start, end


def _whole_minute(at: str) -> str:
    return at[:16] + ":00.000Z"
