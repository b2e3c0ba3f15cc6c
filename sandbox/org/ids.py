"""Salesforce record Ids: 15 case-sensitive characters, or 18 with a suffix that tells the case."""

from __future__ import annotations

import re

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""Base 62 in ASCII order, so Ids of one prefix sort as their numbers do."""

INSTANCE = "gL0"
"""Characters 4 to 6 of every Id the sandbox gives out."""

_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHAPE = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_NUMBER_WIDTH = 9
_VALUE = {digit: value for value, digit in enumerate(DIGITS)}


class MalformedId(ValueError):
    """The text is not a record Id: wrong length, foreign characters, or a suffix that does not fit."""


def checksum(id15: str) -> str:
    """The three characters that complete a 15-character Id: one per five characters, a bit for each capital."""
    return "".join(
        _SUFFIX[sum(1 << place for place, char in enumerate(id15[start : start + 5]) if "A" <= char <= "Z")]
        for start in (0, 5, 10)
    )


def make_id(prefix: str, number: int) -> str:
    """The 18-character Id of record `number` (0 or more) of the object with this key prefix."""
    if number < 0:
        raise ValueError(f"record numbers start at 0, not {number}")
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = DIGITS[rest] + digits
    id15 = prefix + INSTANCE + digits.rjust(_NUMBER_WIDTH, "0")
    return id15 + checksum(id15)


def number_of(record_id: str) -> int:
    """The number `make_id` was given."""
    number = 0
    for digit in record_id[6:15]:
        number = number * 62 + _VALUE[digit]
    return number


def id18(text: str) -> str:
    """The 18-character form of a 15- or 18-character Id.

    Raises MalformedId. Of an 18-character Id the suffix must fit its first 15, save that a client may
    have changed the case of the whole: the suffix then restores it.
    """
    if not _SHAPE.fullmatch(text):
        raise MalformedId(text)
    if len(text) == 15:
        return text + checksum(text)
    suffix = text[15:].upper()
    if checksum(text[:15]) == suffix:
        return text[:15] + suffix
    restored = _restore_case(text[:15], suffix)
    if restored is None:
        raise MalformedId(text)
    return restored + suffix


def _restore_case(id15: str, suffix: str) -> str | None:
    restored = []
    for group, code in enumerate(suffix):
        bits = _SUFFIX.find(code)
        if bits < 0:
            return None
        for place, char in enumerate(id15[group * 5 : group * 5 + 5]):
            capital = bool(bits >> place & 1)
            if capital and not char.isalpha():
                return None
            restored.append(char.upper() if capital else char.lower())
    return "".join(restored)
