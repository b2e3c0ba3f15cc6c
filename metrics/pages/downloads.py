"""Lists as CSV files: a line per row, streamed, harmless to a spreadsheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from django.http import StreamingHttpResponse

from metrics.behind import Row
from metrics.now import OpenRow
from metrics.report import harmless

BEHIND = (
    "record_id name title company cycle rep source campaign path assigned_at started_at first_touch_at"
    " response_s waited_s touches outcome handling counts"
).split()
WAITING = (
    "record_id name title company cycle holder source campaign path assigned_at waited_s owes_response touches"
    " first_touch_at last_touch_at last_reason"
).split()
Value = str | int | float | bool | datetime | None


class _Line:
    """What csv writes to: hands the line back."""

    def write(self, text: str) -> str:
        return text


def download(name: str, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> StreamingHttpResponse:
    """A CSV file of that name, its rows written as they are asked for."""
    writer = csv.writer(_Line())

    def lines() -> Iterator[str]:
        # a spreadsheet reads names in any script as UTF-8 by this mark
        yield "\ufeff" + writer.writerow(header)
        for row in rows:
            yield writer.writerow([_cell(value) for value in row])

    return StreamingHttpResponse(
        lines(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name(name)}.csv"'},
    )


def file_name(words: str) -> str:
    """Words as the name of a file on any system."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", words).strip("-").lower()[:120]


def behind_lines(rows: Iterable[Row]) -> Iterator[Sequence[Value]]:
    """The rows behind a number, a column for each of BEHIND."""
    for row in rows:
        yield (
            row.person_id, row.name, row.title, row.company, row.number, row.rep_name, row.source, row.campaign,
            row.path, row.assigned_at, row.started_at, row.first_touch_at, row.response_s, row.waited_s,
            row.touch_count, row.outcome, row.handling, row.is_member,
        )  # fmt: skip


def waiting_lines(rows: Iterable[OpenRow]) -> Iterator[Sequence[Value]]:
    """Open people, a column for each of WAITING."""
    for row in rows:
        yield (
            row.person_id, row.name, row.title, row.company, row.number, row.holder, row.source, row.campaign,
            row.path, row.assigned_at, row.waited_s, row.owes_response, row.touch_count, row.first_touch_at,
            row.last_touch_at, row.last_reason,
        )  # fmt: skip


def _cell(value: Value) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, float):
        return round(value, 3)
    return harmless(value) if isinstance(value, str) else value
