"""What a figure is: a declaration that SQL is compiled from. Pure.

Predicates are SQL over the columns that `metrics.compile` gives every row, whether a row is a cycle (overall, per
team, source, path) or an owing span (per rep, M12): so each figure is declared once for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from leadmodel.lifecycle.explain import Topic


class Unit(StrEnum):
    """How a value is written."""

    COUNT = "count"
    SHARE = "share"
    SECONDS = "seconds"
    MEAN = "mean"


class Kind(StrEnum):
    """How a value is computed over the rows of the population."""

    COUNT = "count"
    """How many rows are members."""
    SHARE = "share"
    """Members / population; null when the population is empty."""
    PERCENTILE = "percentile"
    """Linear interpolation over `value` of the members."""
    MEAN = "mean"
    """Average of `value` over the members."""
    WAITING_PERCENTILE = "waiting_percentile"
    """Kaplan-Meier: members are answered after `value`, the rest of the population waits at least `value`."""


@dataclass(frozen=True)
class Condition:
    """What is asked of a row: as SQL, and in words why a row that fails it fails.

    `because` are (SQL, words): the first that holds of a failing row says why, else `fails` does. The words are
    explained by what a cycle's sentences say about `topic`.
    """

    sql: str
    fails: str = ""
    rule: str = ""
    topic: Topic | None = None
    because: tuple[tuple[str, str], ...] = ()


All = tuple[Condition, ...]
"""Conditions that all hold."""


def sql_of(conditions: All) -> str:
    """The SQL of conditions that all hold; true where there is none."""
    return " AND ".join(f"({condition.sql})" for condition in conditions) or "true"


@dataclass(frozen=True)
class Figure:
    """One figure. `among` says which rows it speaks of, its population; `counted` those it counts or measures."""

    name: str
    label: str
    kind: Kind
    unit: Unit
    counts: str
    """In words: what is counted."""
    leaves_out: str
    """In words: what is not."""
    counted: All = ()
    among: All = ()
    value: str = "NULL::float8"
    at: float = 0.5
    """For percentiles: which."""
    of_left_out: bool = False
    """Whether its rows are those that exceptions leave out of all others (M16)."""

    @property
    def member(self) -> str:
        """The rows it counts or measures, as SQL."""
        return sql_of(self.counted)

    @property
    def population(self) -> str:
        """The rows it speaks of, as SQL."""
        return sql_of(self.among)

    @property
    def has_denominator(self) -> bool:
        """Whether it is shown with the number of rows it rests on (`<name>_of`)."""
        return self.kind is Kind.SHARE
