"""The CSV of an ingest job: its header, its rows as values to write, and the CSVs that tell what became of them."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sandbox.org.errors import ApiError
from sandbox.org.instants import BadInstant, normal_date, normal_instant, normal_time
from sandbox.org.schema import NUMBER_TYPES, Field, SObject, Value

NULL = "#N/A"
"""A cell that empties its field; an empty cell leaves the field as it is."""

_TRUTHS = {"true": True, "false": False, "1": True, "0": False}
# a cell may hold all that a long text may
csv.field_size_limit(1 << 24)


class BadBatch(Exception):
    """The CSV as a whole cannot be worked on; the message is the job's errorMessage."""


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV whose header is known to be right: a field for each column, and the cells of each row."""

    fields: tuple[Field, ...]
    rows: list[list[str]]

    @property
    def header(self) -> list[str]:
        """The columns by their canonical names."""
        return [field.name for field in self.fields]


def read(one: SObject, content: bytes, *, delimiter: str, line_end: str, only_ids: bool) -> Table:
    """The CSV of a job about this object. Raises BadBatch."""
    try:
        text = content.decode("utf-8-sig")
        found = [
            cells
            for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            if cells
        ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadBatch(f"InvalidBatch : Failed to parse CSV. {error}") from error
    if not found:
        return Table((), [])
    if "\n" in text and (text[: text.index("\n")].endswith("\r")) != (line_end == "\r\n"):
        named = "CRLF" if line_end == "\r\n" else "LF"
        raise BadBatch(
            f"ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {named}"
        )
    header, *rows = found
    fields = tuple(_field(one, name.strip()) for name in header)
    if len({field.name for field in fields}) < len(fields):
        raise BadBatch("InvalidBatch : Field name is there twice in the header")
    if only_ids and [field.name for field in fields] != ["Id"]:
        raise BadBatch("InvalidBatch : A job that deletes has the column Id and no other")
    for place, cells in enumerate(rows, 1):
        if len(cells) != len(fields):
            raise BadBatch(
                f"InvalidBatch : Row {place} has {len(cells)} values, the header has {len(fields)} columns"
            )
    return Table(fields, rows)


def _field(one: SObject, name: str) -> Field:
    field = one.field(name)
    if field is None:
        raise BadBatch(f"InvalidBatch : Field name not found : {name}")
    return field


def values_of(fields: Sequence[Field], cells: Sequence[str]) -> dict[str, Value]:
    """The fields a row writes, as a JSON request would give them. Raises ApiError."""
    return {field.name: _value(field, cell) for field, cell in zip(fields, cells, strict=True) if cell}


def _value(field: Field, cell: str) -> Value:  # noqa: PLR0911 -- one per type
    if cell == NULL:
        return None
    try:
        if field.type == "boolean":
            return _TRUTHS[cell.strip().lower()]
        if field.type in NUMBER_TYPES:
            return _number(field, cell)
        if field.type == "date":
            return normal_date(cell[:10])
        if field.type == "datetime":
            return normal_instant(cell)
        if field.type == "time":
            return normal_time(cell)
    except (KeyError, ValueError, BadInstant) as error:
        raise ApiError(
            400,
            "INVALID_TYPE_ON_FIELD_IN_RECORD",
            f"{field.label or field.name}: value not of required type: {cell}",
            [field.name],
        ) from error
    return cell


def _number(field: Field, cell: str) -> int | float:
    number = float(cell)
    if not math.isfinite(number) or (field.type == "int" and not number.is_integer()):
        raise ValueError
    return int(number) if field.type == "int" else number


def told(error: ApiError) -> str:
    """An error as the column sf__Error has it."""
    fields = ",".join(error.fields or ())
    return f"{error.code}:{error.message}:{fields} --" if fields else f"{error.code}:{error.message}:--"


def written(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, delimiter: str, line_end: str
) -> Iterator[bytes]:
    """Rows as CSV, every value quoted."""
    for cells in (header, *rows):
        yield (delimiter.join('"' + cell.replace('"', '""') + '"' for cell in cells) + line_end).encode()


def field_values(values: Mapping[str, Value], without: str) -> dict[str, Value]:
    """The values but for one field, whatever its case."""
    return {name: value for name, value in values.items() if name.lower() != without.lower()}
