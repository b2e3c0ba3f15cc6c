"""The query resources: `query`, `queryAll`, and the pages that follow."""

from __future__ import annotations

import re
import secrets
import time
from array import array
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.responses import Response

from sandbox.org.errors import ApiError
from sandbox.org.ids import DIGITS, checksum
from sandbox.org.org import Org
from sandbox.server.answers import Call, answer
from sandbox.server.columns import columns_of
from sandbox.server.spoiling import declared, page_size, refuse_long, spoilt, start_of
from sandbox.soql import rows
from sandbox.soql.compile import Compiled, compile_query

TIME_ZONE = "time_zone"
"""The setting for the organisation's time zone, in which date literals are days; UTC unless set."""

_MOST, _LEAST = 2000, 200
_CURSOR_LIFE_S = 2 * 24 * 3600
_BATCH_SIZE = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)
_LOCATOR = re.compile(r"(01g[A-Za-z0-9]{15})-(\d+)")
_NUMBER_BYTES = 8


def compiled(org: Org, text: str, *, all_rows: bool) -> Compiled:
    """The query as the API's users may ask it now. Raises ApiError."""
    zone = ZoneInfo(org.store.setting(TIME_ZONE, "UTC"))
    now = org.clock.now()
    return compile_query(
        text, org.store.visible_schema, all_rows=all_rows, now=now, zone=zone, views=org.lateness.sources(now)
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    """A result that is kept for its later pages; `length` in rows."""

    soql: str
    all_rows: bool
    length: int


@dataclass(frozen=True, slots=True)
class Queries:
    """Handlers of `query` and `queryAll`."""

    org: Org

    def query(self, call: Call) -> Response:
        """GET query: without the recycle bin and archived activities."""
        return self._ask(call, all_rows=False)

    def query_all(self, call: Call) -> Response:
        """GET queryAll: with them."""
        return self._ask(call, all_rows=True)

    def _ask(self, call: Call, *, all_rows: bool) -> Response:
        text = call.query.get("q", "")
        if not text.strip():
            raise ApiError(400, "MALFORMED_QUERY", "A query must be given in the parameter q.")
        query = compiled(self.org, text, all_rows=all_rows)
        if call.query.get("columns", "").lower() == "true":
            return answer(columns_of(query))
        if query.kind == "count":
            count = rows.count(self.org.store, query)
            refuse_long(call.effect.timeout_over, count)
            return answer({"totalSize": declared(call.effect, count), "done": True, "records": []})
        if query.kind == "aggregate":
            groups = rows.aggregates(self.org.store, query)
            if len(groups) > _MOST:
                raise ApiError(
                    400,
                    "EXCEEDED_ID_LIMIT",
                    "Aggregate query does not support queryMore(), use LIMIT to restrict the results",
                )
            return answer({"totalSize": len(groups), "done": True, "records": groups})
        numbers = rows.row_numbers(self.org.store, query)
        refuse_long(call.effect.timeout_over, len(numbers))
        size = page_size(call.effect, _batch_size(call))
        cursor = None if len(numbers) <= size else self._keep(query, numbers, all_rows=all_rows)
        return self._page(call, query, numbers[:size], 0, len(numbers), cursor)

    def more(self, call: Call) -> Response:
        """GET query/{locator}: any page of a kept result, again and again until it expires."""
        match = _LOCATOR.fullmatch(call.path["locator"])
        kept = match and self._kept(match[1])
        if not match or not kept or int(match[2]) >= kept.length:
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        first = int(match[2])
        length = min(page_size(call.effect, _batch_size(call)), kept.length - first)
        numbers = self._numbers(match[1], start_of(call.effect, first, length), length)
        query = compiled(self.org, kept.soql, all_rows=kept.all_rows)
        return self._page(call, query, numbers, first, kept.length, match[1])

    def _page(
        self, call: Call, query: Compiled, numbers: array[int], first: int, total: int, cursor: str | None
    ) -> Response:
        after = first + len(numbers)
        told: dict[str, object] = {"totalSize": declared(call.effect, total), "done": after >= total}
        if after < total:
            told["nextRecordsUrl"] = f"{call.base}/query/{cursor}-{after}"
        told["records"] = spoilt(call.effect, rows.records(self.org.store, query, numbers, call.base))
        return answer(told)

    def _kept(self, cursor: str) -> _Kept | None:
        found = self.org.store.connection.execute(
            "SELECT soql, all_rows, length(rows) FROM _cursor WHERE id = ? AND made_at > ?",
            (cursor, time.time() - _CURSOR_LIFE_S),
        ).fetchone()
        return None if found is None else _Kept(found[0], bool(found[1]), found[2] // _NUMBER_BYTES)

    def _numbers(self, cursor: str, first: int, length: int) -> array[int]:
        [numbers] = self.org.store.connection.execute(
            "SELECT substr(rows, ?, ?) FROM _cursor WHERE id = ?",
            (first * _NUMBER_BYTES + 1, length * _NUMBER_BYTES, cursor),
        ).fetchone()
        return array("q", numbers)

    def _keep(self, query: Compiled, numbers: array[int], *, all_rows: bool) -> str:
        id15 = "01g" + "".join(secrets.choice(DIGITS) for _ in range(12))
        cursor = id15 + checksum(id15)
        with self.org.store.transaction():
            connection = self.org.store.connection
            connection.execute("DELETE FROM _cursor WHERE made_at < ?", (time.time() - _CURSOR_LIFE_S,))
            connection.execute(
                "INSERT INTO _cursor VALUES (?, ?, ?, ?, ?)",
                (cursor, query.text, int(all_rows), time.time(), numbers.tobytes()),
            )
        return cursor


def _batch_size(call: Call) -> int:
    match = _BATCH_SIZE.search(call.headers.get("sforce-query-options", ""))
    return _MOST if match is None else min(max(int(match[1]), _LEAST), _MOST)
