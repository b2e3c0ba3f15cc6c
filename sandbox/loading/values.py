"""From the text of a cell to the value of a field."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, partial

from sandbox.org.ids import MalformedId, id18
from sandbox.org.instants import BadInstant, normal_date, normal_instant
from sandbox.org.schema import NUMBER_TYPES, Field, SObject, Value

Reader = Callable[[str], Value]

_NO_RECORD = "000000000000000"
_IN_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_TRUTHS = {"true": 1, "false": 0, "1": 1, "0": 0, "": 0}


class BadValue(ValueError):
    """A cell cannot be a value of its field; the message says what is wrong with it."""


def reader_of(one: SObject, field: Field) -> Reader:  # noqa: PLR0911 -- one per type
    """What turns a cell of this field's column into a value, or raises BadValue. A blank cell is null."""
    if field.type == "id":
        return partial(_own_id, one)
    if field.type == "reference":
        return _reference
    if field.type == "boolean":
        return _boolean
    if field.type == "datetime":
        return _instant
    if field.type == "date":
        return _date
    if field.type in NUMBER_TYPES:
        return _whole if field.type == "int" else _number
    return partial(_text, field.length)


@lru_cache(maxsize=1 << 16)
def _id(text: str) -> str:
    try:
        return id18(text)
    except MalformedId as error:
        raise BadValue(f"'{_short(text)}' is not a record Id (15 or 18 letters and digits)") from error


def _own_id(one: SObject, text: str) -> Value:
    if not text.strip():
        raise BadValue("is missing: every record needs its Id")
    record_id = _id(text.strip())
    if not record_id.startswith(one.key_prefix):
        raise BadValue(f"'{text}' is not the Id of a {one.label}: those start with {one.key_prefix}")
    return record_id


def _reference(text: str) -> Value:
    text = text.strip()
    # how the weekly export writes "none"
    return None if not text or text.startswith(_NO_RECORD) else _id(text)


def _boolean(text: str) -> Value:
    truth = _TRUTHS.get(text.strip().lower())
    if truth is None:
        raise BadValue(f"'{_short(text)}' is neither true nor false")
    return truth


def _instant(text: str) -> Value:
    try:
        if _IN_FORM.fullmatch(text):
            datetime.fromisoformat(text)
            return text
        return normal_instant(text) if text.strip() else None
    except ValueError as error:
        raise BadValue(f"'{_short(text)}' is not an instant such as 2026-01-31T09:30:00.000Z") from error


def _date(text: str) -> Value:
    if not text.strip():
        return None
    try:
        return normal_date(text)
    except BadInstant as error:
        raise BadValue(f"'{_short(text)}' is not a date such as 2026-01-31") from error


def _number(text: str) -> Value:
    if not text.strip():
        return None
    try:
        number = float(text)
    except ValueError as error:
        raise BadValue(f"'{_short(text)}' is not a number") from error
    if number - number != 0:
        raise BadValue(f"'{_short(text)}' is not a finite number")
    return number


def _whole(text: str) -> Value:
    number = _number(text)
    if isinstance(number, float):
        if not number.is_integer():
            raise BadValue(f"'{_short(text)}' is not a whole number")
        return int(number)
    return None


def _text(length: int, text: str) -> Value:
    if "\0" in text:
        raise BadValue("holds a NUL character")
    if length and len(text) > length:
        raise BadValue(f"has {len(text)} characters, at most {length} fit")
    return text if text.strip() else None


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
