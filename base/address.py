"""Reading what addresses ask for. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1901, 8999
"""What fits a calendar in every zone, with room for the period before."""


class WrongAddress(Exception):
    """The address asks for what cannot be. The text is a sentence: what is wrong, what to write instead."""


def given(parameters: Mapping[str, object], name: str) -> str | None:
    """A parameter's text, None where it is missing or empty."""
    return str(parameters.get(name) or "").strip() or None


def one_of(parameters: Mapping[str, object], name: str, known: Collection[str], what: str) -> str | None:
    """A parameter that must be one of a closed set. Raises WrongAddress."""
    value = given(parameters, name)
    if value is not None and value not in known:
        raise WrongAddress(f"“{value[:60]}” is no {what}: choose one of {', '.join(known)}.")
    return value


def whole_number(text: str) -> int | None:
    """A number as addresses and forms have it: plain digits, few enough for any column; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def read_place(parameters: Mapping[str, object]) -> int | None:
    """After which row, by its number, a list goes on; None: from its start. Raises WrongAddress."""
    after = given(parameters, "after")
    number = whole_number(after) if after is not None else None
    if after is not None and number is None:
        raise WrongAddress(f"“{after[:40]}” is no place in this list; begin again without it.")
    return number


def read_day(parameters: Mapping[str, object], name: str) -> date:
    """A parameter that must be a date. Raises WrongAddress."""
    text = given(parameters, name)
    if text is None:
        raise WrongAddress(f"A period of your own needs both days: “{name}” is missing.")
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise WrongAddress(f"{name} “{text[:40]}” is no date: write it like 2011-10-01.") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise WrongAddress(
            f"{name} “{text[:40]}” lies outside all records: write a year from {FIRST_YEAR} on."
        )
    return day


def read_instant(
    parameters: Mapping[str, object], name: str, *, zone: ZoneInfo, now: datetime
) -> datetime | None:
    """An instant of the past that a page is asked for; one without a zone is of `zone`. Raises WrongAddress."""
    text = given(parameters, name)
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongAddress(
            f"{name} “{text[:40]}” is no instant: write it like 2011-11-15T12:00:00Z."
        ) from error
    at = at if at.tzinfo is not None else at.replace(tzinfo=zone)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise WrongAddress(f"{name} “{text[:40]}” lies outside all records: write an instant of the past.")
    if at > now:
        raise WrongAddress(
            f"{name} “{text[:40]}” is in the future: write an instant of the past, or leave it out."
        )
    return at.astimezone(UTC)


def written_instant(at: datetime | None) -> str | None:
    """An instant as addresses have it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at is not None else None
