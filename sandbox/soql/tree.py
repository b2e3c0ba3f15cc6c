"""A parsed query. Words keep their place in the text, so that errors can point at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the query; `at` counts characters from 0. `function` is what is applied to the field it names."""

    text: str
    at: int
    function: str | None = None


@dataclass(frozen=True, slots=True)
class Literal:
    """`text` as it was written; `kind`: string, datetime, date, time, number, currency, boolean, null, date_literal."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Selected:
    """A field, or with `function` an aggregate of one (`path` None: `COUNT()`)."""

    path: Word | None
    function: str | None = None
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class FieldSet:
    """`FIELDS(ALL)` and its like."""

    which: Word


@dataclass(frozen=True, slots=True)
class Children:
    """A query for the records that look up each record found; its object is a relationship's name."""

    query: Query


@dataclass(frozen=True, slots=True)
class Compare:
    """A field, an operator such as `=` or `<`, and a value."""

    path: Word
    operator: str
    value: Literal


@dataclass(frozen=True, slots=True)
class Like:
    """A field and a pattern."""

    path: Word
    value: Literal


@dataclass(frozen=True, slots=True)
class Among:
    """`IN`, or `NOT IN` when negated; the members are values or another query's."""

    path: Word
    members: tuple[Literal, ...] | Query
    negated: bool


@dataclass(frozen=True, slots=True)
class Includes:
    """`INCLUDES` of a multi-select picklist, or `EXCLUDES` when negated; a member is values joined by semicolons."""

    path: Word
    members: tuple[Literal, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    operand: Condition


@dataclass(frozen=True, slots=True)
class Joined:
    """Several conditions under one `AND` or `OR`."""

    operator: str
    operands: tuple[Condition, ...]


Condition: TypeAlias = Compare | Like | Among | Includes | Not | Joined


@dataclass(frozen=True, slots=True)
class Sort:
    """`nulls_first` as the query says, or None where it says nothing (Salesforce then puts them first)."""

    path: Word
    descending: bool
    nulls_first: bool | None


@dataclass(frozen=True, slots=True)
class Query:
    """The whole query; `text` is what was asked."""

    text: str
    selected: tuple[Selected | FieldSet | Children, ...]
    object: Word
    alias: str | None
    scope: Word | None
    where: Condition | None
    security: Word | None
    group_by: tuple[Word, ...]
    having: Condition | None
    order_by: tuple[Sort, ...]
    limit: int | None
    offset: int | None
    purpose: Word | None
