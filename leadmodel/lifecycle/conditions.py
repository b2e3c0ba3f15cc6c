"""The small language of rules: conditions on a person's fields, joined by all and any (A16, R143). Pure.

A field is named as Salesforce names it: `Rating` of the Lead or Contact, `Account.Industry` of its account. Texts
compare without regard to case, as in Salesforce; a value that is no number is neither large nor small.
`leadmodel.rules_sql` says the same in SQL.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from pydantic import Field, model_validator

from leadmodel.lifecycle.section import Section

Read = Callable[[str], str | None]
"""A field's name to its value as text; None where it is empty or unknown."""


class Operator(StrEnum):
    """How a field is held against a value."""

    IS = "is"
    IS_NOT = "is not"
    IS_ONE_OF = "is one of"
    IS_NONE_OF = "is none of"
    CONTAINS = "contains"
    STARTS_WITH = "starts with"
    AT_LEAST = "is at least"
    AT_MOST = "is at most"
    IS_EMPTY = "is empty"
    IS_FILLED = "is filled"


LISTS = frozenset({Operator.IS_ONE_OF, Operator.IS_NONE_OF})
NUMBERS = frozenset({Operator.AT_LEAST, Operator.AT_MOST})
ALONE = frozenset({Operator.IS_EMPTY, Operator.IS_FILLED})
"""Operators that take no value."""
NUMBER = r"[+-]?([0-9]{1,100}([.][0-9]{0,100})?|[.][0-9]{1,100})(e[+-]?[0-9]{1,3})?"
"""What a number looks like as text, in small letters: to Python and to PostgreSQL alike."""


class Condition(Section):
    """One field held against one value."""

    field: str = Field(min_length=1)
    operator: Operator
    value: bool | int | float | str | tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Condition:
        operator, value = self.operator, self.value
        if operator in ALONE:
            if value is not None:
                raise ValueError(f"“{operator}” takes no value; leave it out")
        elif operator in LISTS:
            if not isinstance(value, tuple) or not value:
                raise ValueError(f"“{operator}” takes a list; write [One, Two]")
        elif operator in NUMBERS:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"“{operator}” takes a number; write one like 50")
            if not math.isfinite(value):
                raise ValueError(f"“{operator}” takes a number that ends; write one like 50")
        elif value is None or isinstance(value, tuple):
            raise ValueError(f"“{operator}” takes one value; write it without brackets")
        return self

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The values as texts that compare without regard to case."""
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        return tuple(str(value).casefold() for value in values if value is not None)

    def holds(self, read: Read) -> bool:
        """Whether the field's value is so."""
        return self._test((read(self.field) or "").casefold(), self.texts)

    @cached_property
    def _test(self) -> Callable[[str, tuple[str, ...]], bool]:
        return _HOLDS[self.operator]

    def conditions(self) -> Iterator[Condition]:
        """This condition alone."""
        yield self

    def __str__(self) -> str:
        value = ", ".join(self.value) if isinstance(self.value, tuple) else self.value
        return f"{self.field} {self.operator}" + ("" if value is None else f" {value}")


def _compares(told: str, limits: tuple[str, ...], *, at_least: bool) -> bool:
    if not re.fullmatch(NUMBER, told):
        return False
    number, limit = Decimal(told), Decimal(limits[0])
    return number >= limit if at_least else number <= limit


_HOLDS: dict[Operator, Callable[[str, tuple[str, ...]], bool]] = {
    Operator.IS: lambda told, texts: told in texts,
    Operator.IS_NOT: lambda told, texts: told not in texts,
    Operator.IS_ONE_OF: lambda told, texts: told in texts,
    Operator.IS_NONE_OF: lambda told, texts: told not in texts,
    Operator.CONTAINS: lambda told, texts: texts[0] in told,
    Operator.STARTS_WITH: lambda told, texts: told.startswith(texts[0]),
    Operator.AT_LEAST: lambda told, limits: _compares(told, limits, at_least=True),
    Operator.AT_MOST: lambda told, limits: _compares(told, limits, at_least=False),
    Operator.IS_EMPTY: lambda told, _: not told,
    Operator.IS_FILLED: lambda told, _: bool(told),
}


class Rule(Section):
    """Conditions of which all, or any, must hold; one of them may be such a rule itself."""

    all_of: tuple[Condition | Rule, ...] = Field(default=(), alias="all")
    any_of: tuple[Condition | Rule, ...] = Field(default=(), alias="any")

    @model_validator(mode="after")
    def _one_way(self) -> Rule:
        if bool(self.all_of) == bool(self.any_of):
            raise ValueError("needs conditions under all or under any, and under one of the two only")
        return self

    def holds(self, read: Read) -> bool:
        """Whether the conditions hold."""
        # plain loops: a rebuild asks every rule of every cycle
        for part in self.all_of:
            if not part.holds(read):
                return False
        for part in self.any_of:
            if part.holds(read):
                return True
        return bool(self.all_of)

    def conditions(self) -> Iterator[Condition]:
        """Every condition in it."""
        for part in self.all_of or self.any_of:
            yield from part.conditions()

    def __str__(self) -> str:
        joint = " and " if self.all_of else " or "
        return joint.join(
            f"({part})" if isinstance(part, Rule) else str(part) for part in self.all_of or self.any_of
        )
