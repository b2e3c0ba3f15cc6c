"""Functions of a query: aggregates, and the parts of a date."""

from __future__ import annotations

from dataclasses import replace

from sandbox.org.schema import NUMBER_TYPES, Field
from sandbox.soql.errors import invalid_field, malformed
from sandbox.soql.scope import Reached, Scope
from sandbox.soql.tree import Word

AGGREGATES = {
    "COUNT": "count({})", "COUNT_DISTINCT": "count(DISTINCT {})", "SUM": "sum({})", "AVG": "avg({})",
    "MIN": "min({})", "MAX": "max({})",
}  # fmt: skip
_MONTH = "CAST(substr({}, 6, 2) AS INTEGER)"
_DAY = "CAST(substr({}, 9, 2) AS INTEGER)"
_DAY_OF_YEAR = "CAST(strftime('%j', substr({}, 1, 10)) AS INTEGER)"
_YEAR = "CAST(substr({}, 1, 4) AS INTEGER)"
_QUARTER = f"({_MONTH} + 2) / 3"
# the fiscal year is the calendar's
_OF_DATES = {
    "CALENDAR_MONTH": _MONTH,
    "CALENDAR_QUARTER": _QUARTER,
    "CALENDAR_YEAR": _YEAR,
    "FISCAL_MONTH": _MONTH,
    "FISCAL_QUARTER": _QUARTER,
    "FISCAL_YEAR": _YEAR,
    "DAY_IN_MONTH": _DAY,
    "DAY_IN_WEEK": "strftime('%w', substr({}, 1, 10)) + 1",
    "DAY_IN_YEAR": _DAY_OF_YEAR,
    "WEEK_IN_MONTH": f"({_DAY} - 1) / 7 + 1",
    "WEEK_IN_YEAR": f"({_DAY_OF_YEAR} - 1) / 7 + 1",
    "HOUR_IN_DAY": "CAST(substr({}, 12, 2) AS INTEGER)",
    "DAY_ONLY": "substr({}, 1, 10)",
}
_OF_INSTANTS = ("HOUR_IN_DAY", "DAY_ONLY")


def reached(scope: Scope, path: Word, *, aggregates: bool = False) -> Reached:
    """The field at the end of a path, with what is applied to it. `aggregates` may be among that. Raises ApiError."""
    plain = scope.reach(path)
    if path.function is None:
        return plain
    if path.function in AGGREGATES:
        if not aggregates:
            raise malformed(scope.query.text, path.at, f"unexpected token: '{path.function}'")
        field = _aggregated(scope, path.function, plain, path)
        return replace(plain, field=field, sql=AGGREGATES[path.function].format(plain.sql))
    allowed = ("datetime",) if path.function in _OF_INSTANTS else ("date", "datetime")
    if plain.field.type not in allowed:
        raise invalid_field(
            scope.query.text,
            path.at,
            f"field {plain.field.name} does not support the function {path.function}",
        )
    name = f"{path.function}({plain.field.name})"
    field = Field(name, "date" if path.function == "DAY_ONLY" else "int")
    return replace(plain, field=field, sql=f"({_OF_DATES[path.function].format(plain.sql)})")


def _aggregated(scope: Scope, function: str, plain: Reached, path: Word) -> Field:
    """What an aggregate of the field is."""
    if function in ("COUNT", "COUNT_DISTINCT"):
        return Field(function, "int")
    message = f"field {plain.field.name} does not support aggregate operator {function}"
    if function in ("SUM", "AVG") and plain.field.type not in NUMBER_TYPES:
        raise malformed(scope.query.text, path.at, message)
    if not plain.field.filterable or plain.field.type == "boolean":
        raise invalid_field(scope.query.text, path.at, message)
    return Field(function, "double") if function == "AVG" else plain.field
