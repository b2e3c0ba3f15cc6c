"""Pages from Salesforce, on disk before any of them is believed: counted first, then copied in."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

REPLACEMENT = "\ufffd".encode()


class ShortRead(Exception):
    """Salesforce declared another number of rows than arrived. Nothing was taken over."""

    def __init__(self, what: str, declared: int, arrived: int) -> None:
        super().__init__(
            f"{what}: Salesforce declared {declared} rows but {arrived} arrived; nothing was taken over."
            " The next read asks again."
        )


class Page(NamedTuple):
    """One CSV file of a spool, and how many rows Salesforce says it has."""

    path: Path
    row_count: int


class Mark(NamedTuple):
    """How full a spool was."""

    page_count: int
    replaced_nuls: int


class Spool:
    """CSV pages of one read, each with a header of API names; every page has the same header."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pages: list[Page] = []
        self.replaced_nuls = 0
        self.is_pieced = False
        """Whether it was asked for in several queries, so that a row that changed meanwhile may be there twice."""

    @property
    def row_count(self) -> int:
        """The rows of all pages, as declared."""
        return sum(page.row_count for page in self.pages)

    def mark(self) -> Mark:
        """How full it is now, to go back to."""
        return Mark(len(self.pages), self.replaced_nuls)

    def back_to(self, mark: Mark) -> None:
        """Forget the pages that came after a mark."""
        for page in self.pages[mark.page_count :]:
            page.path.unlink(missing_ok=True)
        del self.pages[mark.page_count :]
        self.replaced_nuls = mark.replaced_nuls

    def add_stream(self, chunks: Iterable[bytes], row_count: int) -> None:
        """Write one CSV page as it streams in. PostgreSQL holds no NUL: U+FFFD stands for it, and is counted.

        `row_count` are the rows it has by Salesforce's word; who copies it in counts them.
        """
        path = self._next(row_count)
        with path.open("wb") as file:
            for chunk in chunks:
                self.replaced_nuls += chunk.count(b"\0")
                file.write(chunk.replace(b"\0", REPLACEMENT))

    def add_rows(
        self, header: Sequence[str], rows: Sequence[Mapping[str, object]], types: Mapping[str, str]
    ) -> None:
        """Write one page of REST records in the form Bulk gives: quoted, empty for null, instants ending in Z.

        The same record must give the same text by either way, or reading it again would look like a change.
        `types` are the fields' types as described.
        """
        forms = _forms(header, types)
        forms_of_instants = _forms(header, types, _INSTANTS_IN_HISTORY)
        self.is_pieced = self.is_pieced or bool(self.pages)
        path = self._next(len(rows))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerow(header)
            for row in rows:
                cells = [self._cell(row.get(name)) for name in header]
                for place, form in forms_of_instants if row.get("DataType") == "DateTime" else forms:
                    cells[place] = form(cells[place])
                writer.writerow(cells)

    def _cell(self, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            text = value
        elif isinstance(value, bool):
            return "true" if value else "false"
        else:
            text = json.dumps(value) if isinstance(value, (dict, list)) else str(value)
        if "\0" in text:
            self.replaced_nuls += text.count("\0")
            text = text.replace("\0", "\ufffd")
        return text

    def _next(self, row_count: int) -> Path:
        path = self.folder / f"page-{len(self.pages):06}.csv"
        self.pages.append(Page(path, row_count))
        return path

    def header(self) -> list[str]:
        """The API names of the columns; empty when nothing was read."""
        if not self.pages:
            return []
        with self.pages[0].path.open(encoding="utf-8", newline="") as file:
            return next(csv.reader(file), [])

    def ids(self) -> set[str]:
        """The Ids of all rows."""
        found: set[str] = set()
        for page in self.pages:
            with page.path.open(encoding="utf-8", newline="") as file:
                found |= {row["Id"] for row in csv.DictReader(file)}
        return found


def as_bulk_instant(text: str) -> str:
    """REST writes `2026-01-02T03:04:05.678+0000` where Bulk writes `2026-01-02T03:04:05.678Z`."""
    return f"{text.removesuffix('+0000')}Z" if text.endswith("+0000") else text


def as_bulk_number(text: str) -> str:
    """JSON may leave out the point where an exponent follows: `1e-07` for `1.0e-07`."""
    mantissa, exponent, power = text.partition("e")
    return f"{mantissa}.0e{power}" if exponent and "." not in mantissa else text


Form = Callable[[str], str]
_FORMS: Mapping[str, Form] = {
    "datetime": as_bulk_instant,
    "double": as_bulk_number,
    "currency": as_bulk_number,
    "percent": as_bulk_number,
}
"""Type → how REST's text becomes Bulk's, where they differ."""
_INSTANTS_IN_HISTORY = dict.fromkeys(("OldValue", "NewValue"), "datetime")


def _forms(
    header: Sequence[str], types: Mapping[str, str], others: Mapping[str, str] = {}
) -> list[tuple[int, Form]]:
    """Where in a row, and how, REST's text becomes Bulk's; `others` are types that go before those described."""
    known = {**types, **others}
    return [(place, _FORMS[known[name]]) for place, name in enumerate(header) if known.get(name) in _FORMS]


@contextmanager
def spooling(name: str) -> Iterator[Spool]:
    """A spool in a folder of its own, removed at the end; what a killed read left is removed by `sweep`."""
    root = Path(settings.SALESFORCE_SPOOL_DIR)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=root))
    try:
        yield Spool(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(name: str) -> None:
    """Remove what killed reads of this object left. Call only while holding the object's lock."""
    root = Path(settings.SALESFORCE_SPOOL_DIR)
    for folder in root.glob(f"{name}-*") if root.is_dir() else ():
        shutil.rmtree(folder, ignore_errors=True)
