"""Literals of a query as values of the file, checked against the type of the field they are compared with."""

from __future__ import annotations

import re

from sandbox.org import instants
from sandbox.org.errors import ApiError
from sandbox.org.ids import MalformedId, id18
from sandbox.org.schema import NUMBER_TYPES, Field, Value
from sandbox.soql.errors import invalid_field, malformed, pointed
from sandbox.soql.tree import Literal

_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPES = {
    "n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "N": "\n", "R": "\r", "T": "\t", "B": "\b", "F": "\f",
    '"': '"', "'": "'", "\\": "\\", "%": "%", "_": "_",
}  # fmt: skip
# from here on a double no longer tells whole numbers apart
_EXACT = 2.0**53
_QUOTED_TYPES = ("id", "reference")


def text_of(query: str, literal: Literal) -> str:
    """The text a quoted literal stands for."""
    return _unescaped(query, literal, pattern=False)


def pattern_of(query: str, literal: Literal) -> str:
    """A LIKE pattern for SQLite, with the backslash as its escape character."""
    return _unescaped(query, literal, pattern=True)


def _unescaped(query: str, literal: Literal, *, pattern: bool) -> str:
    def replaced(match: re.Match[str]) -> str:
        code = match.group(1)
        if len(code) == 5:
            return chr(int(code[1:], 16))
        if code not in _ESCAPES:
            raise malformed(query, literal.at + 1 + match.start(), f"Illegal escape sequence: \\{code}")
        meant = _ESCAPES[code]
        return f"\\{meant}" if pattern and meant in "%_\\" else meant

    text = _ESCAPE.sub(replaced, literal.text[1:-1])
    # two escapes may be the halves of one character; a half by itself is none
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def value_of(query: str, field: Field, literal: Literal) -> Value:  # noqa: PLR0911 -- one per type
    """The value to compare the field with; a blank string is null. Raises ApiError for the wrong kind of literal."""
    if literal.kind == "null":
        return None
    if field.type == "currency" and literal.kind == "currency":
        return float(literal.text[3:])
    if field.type in NUMBER_TYPES:
        _require(query, field, literal, "number", "int" if field.type == "int" else field.type)
        number = float(literal.text)
        return int(number) if abs(number) < _EXACT and number.is_integer() else number
    if field.type == "boolean":
        _require(query, field, literal, "boolean", "boolean")
        return int(literal.text.lower() == "true")
    if field.type == "date":
        _require(query, field, literal, "date", "date")
        return _instant(query, literal, field)
    if field.type == "time":
        _require(query, field, literal, "time", "time")
        return _instant(query, literal, field)
    if field.type == "datetime":
        _require(query, field, literal, "datetime", "dateTime")
        return _instant(query, literal, field)
    if literal.kind != "string":
        raise invalid_field(
            query,
            literal.at,
            f"value of filter criterion for field '{field.name}' must be of type string and should be enclosed in "
            "quotes",
        )
    text = text_of(query, literal)
    if not text.strip():
        return None
    if field.type in _QUOTED_TYPES:
        try:
            return id18(text)
        except MalformedId as error:
            message = pointed(query, literal.at, f"invalid ID field: {text}")
            raise ApiError(400, "INVALID_QUERY_FILTER_OPERATOR", message) from error
    return text


def _require(query: str, field: Field, literal: Literal, kind: str, told: str) -> None:
    if literal.kind != kind:
        raise invalid_field(
            query,
            literal.at,
            f"value of filter criterion for field '{field.name}' must be of type {told} and should not be enclosed "
            "in quotes",
        )


def _instant(query: str, literal: Literal, field: Field) -> str:
    try:
        if field.type == "date":
            return instants.normal_date(literal.text)
        if field.type == "time":
            return instants.normal_time(literal.text)
        return instants.normal_instant(literal.text)
    except instants.BadInstant as error:
        raise malformed(query, literal.at, f"Invalid date: {literal.text}") from error
