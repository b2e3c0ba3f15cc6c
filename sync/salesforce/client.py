"""The organisation as reading asks it: fields, counts, rows, deletions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.conf import settings

from sync.salesforce.access import Access, configured_access
from sync.salesforce.calls import Calls
from sync.salesforce.outcomes import ObjectHidden
from sync.windows import soql_instant


@dataclass(frozen=True)
class Described:
    """The fields of an object that our user may see."""

    types: Mapping[str, str]
    """API name → type."""
    calculated: frozenset[str]
    """Formulas: they change without any stamp."""

    @property
    def digest(self) -> str:
        """The same as long as no field changes."""
        told = sorted((name, kind, name in self.calculated) for name, kind in self.types.items())
        return sha256(repr(told).encode()).hexdigest()


@dataclass(frozen=True)
class Deletions:
    """What was deleted in a period."""

    deleted_at: dict[str, datetime]
    """By the records' Ids."""
    known_from: datetime
    """Deletions before this are forgotten."""
    covered_to: datetime
    """Later ones may still show up."""


def connect(*, stop_at: int | None = None) -> Organisation:
    """Sign in to the organisation. Raises OrganisationError with what to do when that cannot be.

    `stop_at` is the share of the day's calls, in percent, that may be used up; what reading may, unless given.
    """
    return Organisation(configured_access(), stop_at=stop_at)


class Organisation(Calls):
    """A signed-in connection."""

    def __init__(self, access: Access, *, stop_at: int | None = None) -> None:
        super().__init__(access, stop_at=settings.SALESFORCE_READS_STOP_AT if stop_at is None else stop_at)

    def describe(self, name: str) -> Described:
        """The fields our user may read. Raises ObjectHidden."""
        try:
            told = self.json(f"sobjects/{name}/describe")
        except ObjectHidden as error:
            raise ObjectHidden(
                f"{name} is absent from this organisation, or hidden from our user."
            ) from error
        if not told.get("queryable", True):
            raise ObjectHidden(f"{name} cannot be queried by our user.")
        return Described(
            {field["name"]: field["type"] for field in told["fields"]},
            frozenset(field["name"] for field in told["fields"] if field.get("calculated")),
        )

    def count(self, scope: str) -> int:
        """The number of rows, deleted ones too, of `FROM … WHERE …`."""
        return int(self.json("queryAll", params={"q": f"SELECT COUNT() {scope}"})["totalSize"])

    def deletions(self, name: str, start: datetime, end: datetime) -> Deletions:
        """What was deleted between two instants, at least a minute apart, of the last 15 days. Raises TooManyIds."""
        told = self.json(
            f"sobjects/{name}/deleted/",
            params={"start": soql_instant(start), "end": soql_instant(end)},
        )
        return Deletions(
            {str(one["id"]): datetime.fromisoformat(one["deletedDate"]) for one in told["deletedRecords"]},
            datetime.fromisoformat(told["earliestDateAvailable"]),
            datetime.fromisoformat(told["latestDateCovered"]),
        )
