"""The organisation's limits: how many calls it answers, and how large its objects are."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from starlette.responses import Response

from sandbox.org.errors import ApiError, unsupported_object
from sandbox.org.org import Org
from sandbox.org.tables import quoted
from sandbox.server.answers import Call, answer
from sandbox.server.usage import UnderWay, Usage

DAILY_REQUESTS = "daily_api_requests"
"""The setting for how many API calls are allowed in 24 hours."""

CONCURRENT_REQUESTS = "concurrent_requests"
"""The setting for how many long calls may be under way at once; 25 unless set, as in production."""
LONG_REQUEST_SECONDS = "long_request_seconds"
"""The setting for how long a call must have been under way to be a long one; 20 unless set."""

_USUAL_DAILY_REQUESTS = 1_000_000
_USUAL_CONCURRENT_REQUESTS = 25
_USUAL_LONG_REQUEST_S = 20
_DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Admission:
    """A call that was counted, or the refusal of one that was not; and how many calls are used up of how many."""

    used: int
    allowed: int
    refusal: ApiError | None = None

    @property
    def told(self) -> str:
        """As the header `Sforce-Limit-Info` tells it."""
        return f"api-usage={self.used}/{self.allowed}"


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts calls and refuses those that are too many; handlers of `limits`."""

    org: Org
    usage: Usage = field(default_factory=Usage)
    under_way: UnderWay = field(default_factory=UnderWay)

    @property
    def allowed(self) -> int:
        """How many calls 24 hours allow."""
        return int(self.org.store.setting(DAILY_REQUESTS, _USUAL_DAILY_REQUESTS))

    def admit(self) -> Admission:
        """Counts a call, or refuses it."""
        setting, allowed = self.org.store.setting, self.allowed
        long = self.under_way.longer_than(setting(LONG_REQUEST_SECONDS, _USUAL_LONG_REQUEST_S))
        if long >= setting(CONCURRENT_REQUESTS, _USUAL_CONCURRENT_REQUESTS):
            used = self.usage.used(self.org.clock.now())
            return Admission(used, allowed, _exceeded("ConcurrentRequests (Concurrent API Requests)"))
        used, is_counted = self.usage.count(self.org.clock.now(), allowed)
        return Admission(used, allowed, None if is_counted else _exceeded("TotalRequests"))

    def running(self) -> AbstractContextManager[None]:
        """A call that was admitted is under way while the block runs."""
        return self.under_way.one()

    def limits(self, _call: Call) -> Response:
        """GET limits."""
        jobs = self.org.store.connection.execute(
            "SELECT count(*) FROM _bulk_job WHERE made_at > ?", (time.time() - _DAY_S,)
        ).fetchone()[0]
        allowed, used = self.allowed, self.usage.used(self.org.clock.now())
        return answer(
            {
                "DailyApiRequests": {"Max": allowed, "Remaining": max(0, allowed - used)},
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


def _exceeded(what: str) -> ApiError:
    return ApiError(403, "REQUEST_LIMIT_EXCEEDED", f"{what} Limit exceeded.")
