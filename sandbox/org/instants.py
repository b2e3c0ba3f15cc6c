"""Instants as the file keeps them: UTC text of one fixed form, to the millisecond."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?", re.IGNORECASE
)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?Z?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class BadInstant(ValueError):
    """The text is not a date, or not an instant, that exists."""


def to_text(at: datetime) -> str:
    """`2026-01-02T03:04:05.678Z`; what is finer than a millisecond is cut off."""
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z".rjust(24, "0")


def to_second_text(at: datetime) -> str:
    """The same with whole seconds: what Salesforce stamps rows with."""
    return to_text(at.replace(microsecond=0))


def from_text(text: str) -> datetime:
    """The aware instant that a text in the file's own form stands for."""
    return datetime.fromisoformat(text)


def normal_instant(text: str) -> str:
    """Any ISO 8601 instant in the file's form; without a zone it is UTC. Raises BadInstant."""
    match = _INSTANT.fullmatch(text.strip())
    if match is None:
        raise BadInstant(text)
    day, clock, seconds, fraction, zone = match.groups()
    try:
        at = datetime.fromisoformat(f"{day}T{clock}:{seconds or '00'}")
        at = at.replace(microsecond=int((fraction or "0").ljust(6, "0")[:6]), tzinfo=timezone(_offset(zone)))
        return to_text(at)
    except (ValueError, OverflowError) as error:
        raise BadInstant(text) from error


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone in "Zz":
        return timedelta()
    sign = -1 if zone[0] == "-" else 1
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))


def normal_date(text: str) -> str:
    """A calendar date `2026-01-02` that exists. Raises BadInstant."""
    if not _DATE.fullmatch(text.strip()):
        raise BadInstant(text)
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError as error:
        raise BadInstant(text) from error


def normal_time(text: str) -> str:
    """A time of day `13:30:00.000Z`, to the millisecond. Raises BadInstant."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise BadInstant(text)
    hours, minutes, seconds, fraction = match.groups()
    return f"{hours}:{minutes}:{seconds}.{(fraction or '').ljust(3, '0')[:3]}Z"
