"""The WHERE clause as SQL with bound parameters, with Salesforce's idea of null and of text comparison."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sandbox.org.instants import to_text
from sandbox.org.schema import TEXT_TYPES, Value
from sandbox.soql.dates import UnknownDateLiteral, days_of
from sandbox.soql.errors import invalid_field, malformed
from sandbox.soql.functions import reached
from sandbox.soql.literals import pattern_of, text_of, value_of
from sandbox.soql.scope import Reached, Scope
from sandbox.soql.tree import Among, Compare, Condition, Includes, Joined, Like, Literal, Not, Query, Word

if TYPE_CHECKING:
    from collections.abc import Callable

_REFERENCE_TYPES = ("id", "reference")


@dataclass(slots=True)
class Conditions:
    """Compiles conditions in text order, so that parameters stand as their marks do."""

    scope: Scope
    now: datetime
    zone: ZoneInfo
    # how a nested query becomes SQL; given by the caller, which knows about hidden rows
    nested: Callable[[Query, list[Value]], tuple[str, str]]
    parameters: list[Value]
    aggregates: bool = False
    """Whether aggregates may be compared, as in HAVING."""

    def sql(self, condition: Condition) -> str:
        """The condition as SQL; its values join the parameters."""
        match condition:
            case Compare():
                return self._compare(condition)
            case Like():
                return self._like(condition)
            case Among():
                return self._among(condition)
            case Includes():
                return self._includes(condition)
            case Not():
                return f"NOT coalesce({self.sql(condition.operand)}, 0)"
            case Joined():
                return _joined([self.sql(operand) for operand in condition.operands], condition.operator)

    def _filterable(self, path: Word) -> Reached:
        found = reached(self.scope, path, aggregates=self.aggregates)
        if not found.field.filterable:
            raise invalid_field(
                self.scope.query.text,
                path.at,
                f"field '{found.field.name}' can not be filtered in a query call",
            )
        return found

    def _compare(self, condition: Compare) -> str:
        found = self._filterable(condition.path)
        if condition.operator not in ("=", "!=") and (
            found.field.type == "boolean" or condition.value.kind == "null"
        ):
            raise invalid_field(
                self.scope.query.text,
                condition.path.at,
                f"invalid operator on {found.field.type} field: {condition.operator}",
            )
        if condition.value.kind == "date_literal":
            return self._compare_days(found, condition)
        value = value_of(self.scope.query.text, found.field, condition.value)
        sql = found.sql
        if value is None:
            if condition.operator == "=":
                return f"{sql} IS NULL"
            if condition.operator == "!=":
                return f"{sql} IS NOT NULL"
            return "0"
        self.parameters.append(value)
        if condition.operator == "!=":
            return f"{sql} IS NOT ?"
        return f"{sql} {condition.operator} ?"

    def _compare_days(self, found: Reached, condition: Compare) -> str:
        query, literal = self.scope.query.text, condition.value
        if found.field.type not in ("date", "datetime"):
            raise malformed(query, literal.at, f"unexpected token: '{literal.text}'")
        try:
            first, after = days_of(literal.text, self.now.astimezone(self.zone).date())
        except UnknownDateLiteral as error:
            message = f"'{literal.text}' is not a date literal the sandbox supports"
            raise malformed(query, literal.at, message) from error
        except OverflowError as error:
            raise malformed(query, literal.at, f"date literal out of range: {literal.text}") from error
        start, end = (self._bound(found, day) for day in (first, after))
        sql = found.sql
        match condition.operator:
            case "=" | "!=":
                self.parameters += [start, end]
                within = f"{sql} >= ? AND {sql} < ?"
                return within if condition.operator == "=" else f"NOT coalesce({within}, 0)"
            case "<" | ">=":
                self.parameters.append(start)
                return f"{sql} {condition.operator} ?"
            case operator:
                self.parameters.append(end)
                return f"{sql} {'<' if operator == '<=' else '>='} ?"

    def _bound(self, found: Reached, day: date) -> str:
        """The day itself, or the instant at which it starts in the organisation's zone."""
        if found.field.type == "date":
            return day.isoformat()
        return to_text(datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC))

    def _like(self, condition: Like) -> str:
        found = self._filterable(condition.path)
        query = self.scope.query.text
        if found.field.type not in TEXT_TYPES:
            raise invalid_field(
                query, condition.path.at, f"invalid operator on {found.field.type} field: like"
            )
        if condition.value.kind != "string":
            raise malformed(query, condition.value.at, f"unexpected token: '{condition.value.text}'")
        self.parameters.append(pattern_of(query, condition.value))
        return f"{found.sql} LIKE ? ESCAPE '\\'"

    def _among(self, condition: Among) -> str:
        found = self._filterable(condition.path)
        if isinstance(condition.members, Query):
            return self._among_rows(found, condition.members, negated=condition.negated)
        values = [self._member(found, one) for one in condition.members]
        told = [value for value in values if value is not None]
        self.parameters += told
        sql = found.sql
        inside = f"{sql} IN ({', '.join('?' * len(told))})" if told else "0"
        if None in values:
            inside = f"({inside} OR {sql} IS NULL)"
        return f"NOT coalesce({inside}, 0)" if condition.negated else inside

    def _includes(self, condition: Includes) -> str:
        found = self._filterable(condition.path)
        query = self.scope.query.text
        if found.field.type != "multipicklist":
            raise invalid_field(
                query,
                condition.path.at,
                f"invalid operator on {found.field.type} field: {'excludes' if condition.negated else 'includes'}",
            )
        choices = []
        for member in condition.members:
            if member.kind != "string":
                raise malformed(query, member.at, f"unexpected token: '{member.text}'")
            values = text_of(query, member).lower().split(";")
            self.parameters += [f";{value.strip()};" for value in values]
            choices.append(" AND ".join([f"instr(';' || lower({found.sql}) || ';', ?)"] * len(values)))
        inside = " OR ".join(f"({choice})" for choice in choices)
        return f"NOT coalesce({inside}, 0)" if condition.negated else f"({inside})"

    def _member(self, found: Reached, literal: Literal) -> Value:
        if literal.kind == "date_literal":
            raise malformed(
                self.scope.query.text, literal.at, "date literals in IN are not supported by the sandbox"
            )
        return value_of(self.scope.query.text, found.field, literal)

    def _among_rows(self, found: Reached, query: Query, *, negated: bool) -> str:
        if found.field.type not in _REFERENCE_TYPES:
            raise invalid_field(
                self.scope.query.text,
                query.object.at,
                f"The left operand field in the where expression should be an id field: '{found.field.name}'",
            )
        sql, column = self.nested(query, self.parameters)
        inside = f"{found.sql} IN ({sql} AND {column} IS NOT NULL)"
        return f"NOT coalesce({inside}, 0)" if negated else inside


def _joined(parts: list[str], operator: str) -> str:
    """Joined by halves: SQLite limits how deep an expression nests, and a chain nests at every link."""
    if len(parts) == 1:
        return f"({parts[0]})"
    half = len(parts) // 2
    return f"({_joined(parts[:half], operator)} {operator} {_joined(parts[half:], operator)})"
