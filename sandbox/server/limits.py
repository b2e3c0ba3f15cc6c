"""The organisation's limits: how many calls were made in the last 24 hours, and how large objects are."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field

from starlette.responses import Response

from sandbox.org.errors import unsupported_object
from sandbox.org.org import Org
from sandbox.org.tables import quoted
from sandbox.server.answers import Call, answer

DAILY_REQUESTS = "daily_api_requests"
"""The setting for how many API calls are allowed in 24 hours."""

_DEFAULT_DAILY_REQUESTS = 1_000_000
_DAY_S = 24 * 3600
_BUCKET_S = 60


@dataclass(slots=True)
class Usage:
    """Calls of the last 24 hours, counted by the minute since the server started."""

    _minutes: deque[list[int]] = field(default_factory=deque)
    _used: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self) -> int:
        """Counts one call more and answers how many there were."""
        minute = int(time.time()) // _BUCKET_S
        with self._lock:
            while self._minutes and self._minutes[0][0] <= minute - _DAY_S // _BUCKET_S:
                self._used -= self._minutes.popleft()[1]
            if not self._minutes or self._minutes[-1][0] != minute:
                self._minutes.append([minute, 0])
            self._minutes[-1][1] += 1
            self._used += 1
            return self._used

    @property
    def used(self) -> int:
        """How many calls there were in the last 24 hours."""
        return self._used


@dataclass(frozen=True, slots=True)
class Limits:
    """Handlers of `limits`."""

    org: Org
    usage: Usage

    @property
    def allowed(self) -> int:
        """How many calls 24 hours allow."""
        return int(self.org.store.setting(DAILY_REQUESTS, _DEFAULT_DAILY_REQUESTS))

    def limits(self, _call: Call) -> Response:
        """GET limits."""
        jobs = self.org.store.connection.execute(
            "SELECT count(*) FROM _bulk_job WHERE made_at > ?", (time.time() - _DAY_S,)
        ).fetchone()[0]
        allowed = self.allowed
        return answer(
            {
                "DailyApiRequests": {"Max": allowed, "Remaining": max(0, allowed - self.usage.used)},
                "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": max(0, 10_000 - jobs)},
                "DailyBulkV2QueryFileStorageMB": {"Max": 1_000_000, "Remaining": 1_000_000},
                "DailyBulkApiBatches": {"Max": 15_000, "Remaining": 15_000},
            }
        )

    def record_count(self, call: Call) -> Response:
        """GET limits/recordCount?sObjects=: about how many records; here exactly, without the recycle bin."""
        schema = self.org.store.visible_schema
        wanted = [name for name in call.query.get("sObjects", "").split(",") if name.strip()]
        told = []
        for name in wanted or list(schema.objects):
            one = schema.get(name.strip())
            if one is None:
                raise unsupported_object(name)
            where = ' WHERE NOT "IsDeleted"' if one.has("IsDeleted") else ""
            count = self.org.store.connection.execute(
                f"SELECT count(*) FROM {quoted(one.name)}{where}"
            ).fetchone()[0]
            told.append({"count": count, "name": one.name})
        return answer({"sObjects": told})
