"""Lists as CSV files: a line per row, streamed, harmless to a spreadsheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypedDict

from django.http import HttpResponse, StreamingHttpResponse

Value = str | int | float | bool | datetime | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _AsFile(TypedDict):
    content_type: str
    headers: dict[str, str]


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

    return StreamingHttpResponse(lines(), **_as_file(name))


def csv_file(name: str, text: str) -> HttpResponse:
    """A CSV file of that name, of which the text is there already."""
    return HttpResponse("\ufeff" + text, **_as_file(name))


def _as_file(name: str) -> _AsFile:
    return {
        "content_type": "text/csv; charset=utf-8",
        "headers": {"Content-Disposition": f'attachment; filename="{file_name(name)}.csv"'},
    }


def file_name(words: str) -> str:
    """Words as the name of a file on any system."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", words).strip("-").lower()[:120]


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


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
