"""The columns of lists as CSV files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from base.downloads import Value
from metrics.behind import Row
from metrics.now import OpenRow

BEHIND = (
    "record_id name title company cycle rep source campaign path assigned_at started_at first_touch_at"
    " response_s waited_s touches outcome handling reason counts"
).split()
WAITING = (
    "record_id name title company cycle holder source campaign path assigned_at waited_s owes_response touches"
    " first_touch_at last_touch_at last_reason"
).split()


def behind_lines(rows: Iterable[Row]) -> Iterator[Sequence[Value]]:
    """The rows behind a number, a column for each of BEHIND."""
    for row in rows:
        yield (
            row.person_id, row.name, row.title, row.company, row.number, row.rep_name, row.source, row.campaign,
            row.path, row.assigned_at, row.started_at, row.first_touch_at, row.response_s, row.waited_s,
            row.touch_count, row.outcome, row.handling, row.reason, row.is_member,
        )  # fmt: skip


def waiting_lines(rows: Iterable[OpenRow]) -> Iterator[Sequence[Value]]:
    """Open people, a column for each of WAITING."""
    for row in rows:
        yield (
            row.person_id, row.name, row.title, row.company, row.number, row.holder, row.source, row.campaign,
            row.path, row.assigned_at, row.waited_s, row.owes_response, row.touch_count, row.first_touch_at,
            row.last_touch_at, row.last_reason,
        )  # fmt: skip
