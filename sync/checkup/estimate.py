"""What the first read will cost: rows, calls, time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from sync.checkup.look import Seen

REST_PAGE_ROWS = 2_000
BULK_FROM_ROWS = 20_000
BULK_PAGE_ROWS = 250_000
ROWS_A_SECOND = 1_000
"""Published figures of Bulk 2.0 from end to end lie between 200 and 1,400 rows a second."""
JOB_S = 15
"""What a bulk job takes to begin and end, however small."""
CALL_S = 0.3
POLLS_A_MINUTE = 6


@dataclass(frozen=True)
class Estimate:
    """The first read of everything. `seconds` is what Salesforce usually needs, and may be five times as much."""

    rows: int
    calls: int
    seconds: float


def estimate(seen: Seen) -> Estimate:
    """Of all objects that can be read; those whose rows are not known cost their calls only."""
    rows = calls = 0
    seconds = 0.0
    for one in seen.objects:
        if not one.is_readable:
            continue
        count = one.rows or 0
        rows += count
        calls += 2  # described and counted
        if count > BULK_FROM_ROWS:
            took = JOB_S + count / ROWS_A_SECOND
            calls += 2 + ceil(count / BULK_PAGE_ROWS) + ceil(took / 60 * POLLS_A_MINUTE)
        else:
            pages = max(1, ceil(count / REST_PAGE_ROWS))
            took = pages * CALL_S + count / ROWS_A_SECOND
            calls += pages
        seconds += took
    return Estimate(rows, calls, seconds)
