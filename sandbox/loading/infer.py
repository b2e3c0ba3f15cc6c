"""What kind of field a column holds that the organisation does not know yet, judged by all its values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sandbox.loading.source import Record
from sandbox.org.ids import MalformedId, id18
from sandbox.org.instants import BadInstant, normal_date, normal_instant
from sandbox.org.schema import Field, Schema

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,15})?")
_MOST_PICKLIST_VALUES = 100
_STRING_LENGTH = 255
_TEXTAREA_LENGTH = 131_072


@dataclass(slots=True)
class _Column:
    """What is still possible after the values seen so far."""

    kinds: set[str] = field(default_factory=lambda: {"boolean", "date", "datetime", "double", "reference"})
    prefixes: set[str] = field(default_factory=set)
    distinct: set[str] = field(default_factory=set)
    seen: int = 0
    longest: int = 0
    scale: int = 0

    def look_at(self, value: str) -> None:
        if not value.strip():
            return
        self.seen += 1
        self.longest = max(self.longest, len(value))
        if len(self.distinct) <= _MOST_PICKLIST_VALUES:
            self.distinct.add(value)
        self.kinds = {kind for kind in self.kinds if _FITS[kind](value)}
        if "reference" in self.kinds:
            self.prefixes.add(value[:3])
        if "double" in self.kinds:
            self.scale = max(self.scale, len(value.partition(".")[2]))


def inferred(
    names: Sequence[str], places: Sequence[int], records: Iterable[Record], schema: Schema
) -> list[Field]:
    """Declarations of the columns at these places of the records, named so."""
    columns = [_Column() for _ in names]
    for record in records:
        for column, place in zip(columns, places, strict=True):
            if place < len(record.values):
                column.look_at(record.values[place])
    return [_declared(name, column, schema) for name, column in zip(names, columns, strict=True)]


def _declared(name: str, column: _Column, schema: Schema) -> Field:  # noqa: PLR0911 -- one per type
    tracked = name.endswith("__c")
    kinds = column.kinds if column.seen else set()
    if "boolean" in kinds:
        return Field(name, "boolean", nillable=False, defaulted_on_create=True, tracked=tracked)
    if "date" in kinds:
        return Field(name, "date", tracked=tracked)
    if "datetime" in kinds:
        return Field(name, "datetime", tracked=tracked)
    if "reference" in kinds and len(column.prefixes) == 1:
        target = schema.by_prefix(next(iter(column.prefixes)))
        if target is not None:
            relation = f"{name[:-3]}__r" if tracked else name.removesuffix("Id")
            return Field(
                name,
                "reference",
                18,
                reference_to=(target.name,),
                relationship_name=relation,
                tracked=tracked,
            )
    if "double" in kinds:
        return Field(name, "double", precision=18, scale=column.scale, tracked=tracked)
    if column.longest > _STRING_LENGTH:
        return Field(name, "textarea", _TEXTAREA_LENGTH, filterable=False)
    repeats = column.seen >= 2 * len(column.distinct)
    if column.seen and repeats and len(column.distinct) <= _MOST_PICKLIST_VALUES:
        return Field(name, "picklist", _STRING_LENGTH, values=tuple(sorted(column.distinct)), tracked=tracked)
    return Field(name, "string", _STRING_LENGTH, tracked=tracked)


def _is_date(value: str) -> bool:
    try:
        normal_date(value)
    except BadInstant:
        return False
    return True


def _is_instant(value: str) -> bool:
    try:
        normal_instant(value)
    except BadInstant:
        return False
    return True


def _is_reference(value: str) -> bool:
    try:
        return len(value) == 18 and bool(id18(value))
    except MalformedId:
        return False


_FITS = {
    "boolean": lambda value: value.lower() in ("true", "false"),
    "date": _is_date,
    "datetime": _is_instant,
    "double": lambda value: _NUMBER.fullmatch(value) is not None,
    "reference": _is_reference,
}
