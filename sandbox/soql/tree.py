"""A parsed query. Words keep their place in the text, so that errors can point at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the query; `at` counts characters from 0."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Literal:
    """`kind`: string, datetime, date, number, boolean, null or date_literal; `text` as it was written."""

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
class Not:
    """The opposite of a condition."""

    operand: Condition


@dataclass(frozen=True, slots=True)
class Joined:
    """Several conditions under one `AND` or `OR`."""

    operator: str
    operands: tuple[Condition, ...]


Condition: TypeAlias = Compare | Like | Among | Not | Joined


@dataclass(frozen=True, slots=True)
class Sort:
    """`nulls_first` as the query says, or None where it says nothing (Salesforce then puts them first)."""

    path: Word
    function: str | None
    descending: bool
    nulls_first: bool | None


@dataclass(frozen=True, slots=True)
class Query:
    """The whole query; `text` is what was asked."""

    text: str
    selected: tuple[Selected | FieldSet, ...]
    object: Word
    alias: str | None
    where: Condition | None
    group_by: tuple[Word, ...]
    order_by: tuple[Sort, ...]
    limit: int | None
    offset: int | None
