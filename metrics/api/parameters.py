"""Parameters of addresses: each declared once, for reading it, refusing what is wrong, and for the schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter

from base.address import FIRST_YEAR, LAST_YEAR
from base.zones import zone_names
from metrics.api.errors import Refused, Wrong

T = TypeVar("T")
LONGEST_TEXT = 200
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)


class NotRead(Exception):
    """A text is none of its kind. `what` follows the text in a sentence, `instead` says what to write."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(what)
        self.what = what
        self.instead = instead


@dataclass(frozen=True, eq=False)
class Parameter(Generic[T]):
    """One parameter: its name, what it does in words, how its text is read (raises NotRead), its JSON schema."""

    name: str
    words: str
    read: Callable[[str], T]
    schema: Mapping[str, Any] = field(default_factory=dict)
    required: bool = False

    def described(self) -> OpenApiParameter:
        """As the schema tells it."""
        return OpenApiParameter(
            self.name, {"type": "string", **self.schema}, description=self.words, required=self.required
        )


class Asked:
    """The parameters of an address as they were read."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getitem__(self, parameter: Parameter[T]) -> T | None:
        """The value, None where the address has none."""
        return self._values.get(parameter.name)

    def need(self, parameter: Parameter[T]) -> T:
        """The value of a parameter that is required."""
        value: T = self._values[parameter.name]
        return value


def read_query(query: QueryDict, known: Sequence[Parameter[Any]]) -> Asked:
    """Read all parameters of an address. Raises Refused with everything that is wrong with them."""
    wrongs, values = _strangers(query, [one.name for one in known]), {}
    for one in known:
        where, text = f"query.{one.name}", query.get(one.name)
        if text is None:
            if one.required:
                wrongs.append(Wrong(where, f"{one.name} is missing.", one.words))
            continue
        try:
            values[one.name] = one.read(_plain(text))
        except NotRead as error:
            wrongs.append(Wrong(where, f"“{_shown(text)}” {error.what}.", error.instead))
    if wrongs:
        raise Refused(*wrongs)
    return Asked(values)


def _strangers(query: QueryDict, names: Collection[str]) -> list[Wrong]:
    known = f"Known here: {', '.join(sorted(names))}." if names else "This address has none."
    wrongs = []
    for name, values in query.lists():
        if name not in names:
            wrongs.append(Wrong("query", f"There is no parameter “{_shown(name)}”.", known))
        elif len(values) > 1:
            wrongs.append(Wrong(f"query.{name}", f"{name} stands {len(values)} times.", "Write it once."))
    return wrongs


def _shown(text: str) -> str:
    return text[:40].replace("\x00", "\ufffd")


def _plain(text: str) -> str:
    if not text:
        raise NotRead("is empty", "Write a value, or leave the parameter out.")
    if "\x00" in text:
        raise NotRead("holds a NUL character, which no text has", "Remove it.")
    if len(text) > LONGEST_TEXT:
        raise NotRead(f"is {len(text):,} letters long", f"Write at most {LONGEST_TEXT}.")
    return text


def text(name: str, words: str, *, required: bool = False) -> Parameter[str]:
    """Any text that is not empty."""
    schema = {"minLength": 1, "maxLength": LONGEST_TEXT, "pattern": r"^[^\x00]+$"}
    return Parameter(name, words, lambda given: given, schema, required)


def one_of(name: str, words: str, known: Collection[str]) -> Parameter[str]:
    """One of a closed set."""

    def read(given: str) -> str:
        if given not in known:
            raise NotRead(f"is no {name}", f"Write one of {', '.join(known)}.")
        return given

    return Parameter(name, words, read, {"enum": list(known)})


def several_of(name: str, words: str, known: Collection[str]) -> Parameter[tuple[str, ...]]:
    """Some of a closed set, with commas between them."""

    def read(given: str) -> tuple[str, ...]:
        names = tuple(given.split(","))
        for one in names:
            if one not in known:
                raise NotRead(
                    "names what is not there", f"Write some of {', '.join(known)}, with commas between."
                )
        return names

    either = "|".join(known)
    return Parameter(name, words, read, {"pattern": f"^({either})(,({either}))*$", "maxLength": 2000})


def whole(name: str, words: str, *, least: int, most: int, default: int) -> Parameter[int]:
    """A whole number within bounds."""

    def read(given: str) -> int:
        if not re.fullmatch(r"\d{1,9}", given, re.ASCII) or not least <= int(given) <= most:
            raise NotRead("is not possible", f"Write a whole number from {least} through {most}.")
        return int(given)

    schema = {"type": "integer", "minimum": least, "maximum": most, "default": default}
    return Parameter(name, words, read, schema)


def record_id(name: str, words: str) -> Parameter[str]:
    """A Salesforce Id of 15 or 18 characters."""

    def read(given: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?", given, re.ASCII):
            raise NotRead("is no Salesforce Id", "Write all 18 characters.")
        return given

    return Parameter(name, words, read, {"pattern": "^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$"})


def day(name: str, words: str, *, required: bool = False) -> Parameter[date]:
    """A date like 2011-10-01."""
    return Parameter(name, words, read_day, {"format": "date"}, required)


def instant(name: str, words: str) -> Parameter[datetime]:
    """An instant with its zone, as UTC."""
    return Parameter(name, words, read_instant, {"format": "date-time"})


def zone(name: str, words: str) -> Parameter[ZoneInfo]:
    """A time zone by its IANA name."""

    def read(given: str) -> ZoneInfo:
        if given not in zone_names():
            raise NotRead("is no time zone", "Write one like Europe/Berlin.")
        return ZoneInfo(given)

    return Parameter(name, words, read, {"example": "Europe/Berlin"})


def read_day(given: str) -> date:
    """A date. Raises NotRead."""
    try:
        if not _DAY.fullmatch(given):
            raise ValueError(given)
        found = date.fromisoformat(given)
    except ValueError as error:
        raise NotRead("is no date", "Write it like 2011-10-01.") from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise NotRead("lies outside all records", f"Write a year from {FIRST_YEAR} on.")
    return found


def read_instant(given: str) -> datetime:
    """An instant, as UTC. Raises NotRead."""
    try:
        if not _INSTANT.fullmatch(given):
            raise ValueError(given)
        found = datetime.fromisoformat(given)
    except ValueError as error:
        raise NotRead("is no instant", "Write it with its zone, like 2011-11-15T12:00:00Z.") from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise NotRead("lies outside all records", f"Write a year from {FIRST_YEAR} on.")
    return found.astimezone(UTC)
