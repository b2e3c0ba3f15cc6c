"""The export's files: in a folder or in a zip, read as a stream of records with their line numbers."""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

csv.field_size_limit(sys.maxsize)


class ExportRefused(Exception):
    """The export cannot be loaded at all; nothing was written. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file; `line` is where it starts, counted from 1."""

    line: int
    values: list[str]


@dataclass(frozen=True, slots=True)
class CsvFile:
    """One object's file. `name` is for messages."""

    name: str
    object_name: str
    _export: Path
    _member: str

    def header(self) -> list[str]:
        """The column names. Raises ExportRefused for an empty file or a column that stands twice."""
        with self._open() as text:
            header = next(self._reader(text), None)
        if header is None:
            raise ExportRefused(f"{self.name} is empty: it needs a header line with the fields' API names.")
        names = [name.strip() for name in header.values]
        for name in names:
            if not name:
                raise ExportRefused(f"{self.name}, line 1: a column has no name.")
            if [other.lower() for other in names].count(name.lower()) > 1:
                raise ExportRefused(f"{self.name}, line 1: the column {name} stands twice.")
        return names

    def records(self) -> Iterator[Record]:
        """The records after the header; empty lines are passed over."""
        with self._open() as text:
            reader = self._reader(text)
            next(reader, None)
            for record in reader:
                if record.values:
                    yield record

    def _reader(self, text: io.TextIOWrapper) -> Iterator[Record]:
        rows = csv.reader(text, strict=True)
        line = 0
        while True:
            line = rows.line_num + 1
            try:
                values = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                raise ExportRefused(
                    f"{self.name}, line {line}: not readable as CSV ({error}): every quote must be closed, "
                    "and a quote inside a value doubled."
                ) from error
            except UnicodeDecodeError as error:
                raise ExportRefused(
                    f"{self.name}, after line {line}: not in UTF-8: export the data again with that encoding."
                ) from error
            yield Record(line, values)

    @contextmanager
    def _open(self) -> Iterator[io.TextIOWrapper]:
        with self._open_bytes() as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
            yield text

    @contextmanager
    def _open_bytes(self) -> Iterator[IO[bytes]]:
        if self._export.is_dir():
            with (self._export / self._member).open("rb") as raw:
                yield raw
            return
        try:
            with zipfile.ZipFile(self._export) as archive, archive.open(self._member) as raw:
                yield raw
        except (zipfile.BadZipFile, EOFError) as error:
            raise ExportRefused(f"{self._export} is damaged at {self._member}: {error}.") from error


def files_of(export: Path) -> list[CsvFile]:
    """The CSV files of a folder or zip. Raises ExportRefused when there are none, or two for one object."""
    if export.is_dir():
        members = sorted(entry.name for entry in export.iterdir() if entry.is_file())
    elif not export.exists():
        raise ExportRefused(f"{export} does not exist: give the folder or the zip file of the export.")
    else:
        try:
            with zipfile.ZipFile(export) as archive:
                members = sorted(entry.filename for entry in archive.infolist() if not entry.is_dir())
        except (zipfile.BadZipFile, OSError) as error:
            raise ExportRefused(f"{export} is neither a folder nor a readable zip file: {error}.") from error
    found = [
        CsvFile(PurePosixPath(member).name, PurePosixPath(member).stem, export, member)
        for member in members
        if member.lower().endswith(".csv") and not member.startswith("__MACOSX/")
    ]
    if not found:
        raise ExportRefused(
            f"{export} holds no CSV file: a data export has one per object, such as Lead.csv."
        )
    for one in found:
        if [other.object_name.lower() for other in found].count(one.object_name.lower()) > 1:
            raise ExportRefused(f"{export} holds {one.name} twice: there can be one file per object.")
    return found
