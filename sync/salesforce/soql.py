"""The queries that reading asks, as text. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from sync.windows import EVERYTHING, Window, soql_instant

IDS_A_QUERY = 400
"""As many Ids as fit into an address of 16,384 bytes, beside all the fields."""


class Place(NamedTuple):
    """Where a row stands in the order of reading: its stamp as SOQL writes it (empty for null, first), and its Id."""

    stamp: str
    record_id: str


@dataclass(frozen=True)
class Selection:
    """Rows of one object: these fields, of those stamped within a window for which all conditions hold."""

    name: str
    fields: tuple[str, ...]
    stamp: str
    window: Window = EVERYTHING
    conditions: tuple[str, ...] = ()

    def within(self, window: Window) -> Selection:
        """The same rows, of another stretch of time."""
        return replace(self, window=window)

    def soql(self) -> str:
        """All of it, in any order."""
        return f"SELECT {', '.join(self.fields)} {self.scope()}"

    def soql_page(self, after: Place | None) -> str:
        """What follows a place, in the order of stamps and Ids; None begins.

        Each page is a query of its own, so none is lost with a session or a cursor, and equal stamps stay in order.
        """
        return f"SELECT {', '.join(self.fields)} {self.scope(after)} ORDER BY {self.stamp}, Id"

    def scope(self, after: Place | None = None) -> str:
        """`FROM … WHERE …`."""
        conditions = list(self.conditions)
        if after is not None:
            later = f"{self.stamp} > {after.stamp}" if after.stamp else f"{self.stamp} != null"
            equal = f"{self.stamp} = {after.stamp or 'null'}"
            conditions.append(f"({later} OR ({equal} AND Id > '{after.record_id}'))")
        elif self.window.start is not None:
            conditions.append(f"{self.stamp} >= {soql_instant(self.window.start)}")
        if self.window.end is not None:
            conditions.append(f"{self.stamp} < {soql_instant(self.window.end)}")
        return f"FROM {self.name}" + (f" WHERE {' AND '.join(conditions)}" if conditions else "")


def ids_among(ids: Iterable[str], *, of: str = "Id") -> str:
    """The condition that a record, or what its field `of` names, is one of these."""
    listed = ", ".join(f"'{record_id}'" for record_id in ids)
    return f"{of} IN ({listed})"
