"""Reading by REST: page after page in the order of stamps and Ids, each counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sync.salesforce.calls import Calls
from sync.salesforce.outcomes import Refused
from sync.salesforce.soql import Place, Selection
from sync.salesforce.spool import ShortRead, Spool, as_bulk_instant

Heard = Callable[[int, int | None], None]
"""Progress: rows in the spool, rows there will be (None: unknown)."""


class TooLarge(Refused):
    """More rows than we want to read by REST."""

    def __init__(self, row_count: int) -> None:
        super().__init__(f"{row_count:,} rows are too many for REST.")


def read_rest(
    calls: Calls,
    selection: Selection,
    types: Mapping[str, str],
    spool: Spool,
    *,
    most: int | None,
    heard: Heard,
) -> None:
    """Query, deleted rows included, into the spool; `types` are the fields' types as described.

    Raises TooLarge when there are more rows than `most`, ShortRead when rows are missing. A row that changes while we
    read may come twice, the later version later; where the window ends it may be gone from it, and is in a later one.
    """
    may_leave = selection.window.end is not None and selection.stamp != "CreatedDate"
    after: Place | None = None
    owed = 0
    while True:
        page = calls.json("queryAll", params={"q": selection.soql_page(after)})
        declared, records, is_last = int(page["totalSize"]), page["records"], bool(page["done"])
        if most is not None and declared > most:
            raise TooLarge(declared)
        if (declared < owed and not may_leave) or (is_last and declared != len(records)):
            raise ShortRead("REST query", max(declared, owed), len(records) if is_last else declared)
        spool.add_rows(selection.fields, records, types)
        heard(spool.row_count, spool.row_count + declared - len(records))
        if is_last:
            return
        following = max((_place(record, selection.stamp) for record in records), default=None)
        if following is None or (after is not None and following <= after):
            raise ShortRead("REST query", declared, 0)
        after, owed = following, declared - len(records)


def _place(record: Mapping[str, Any], stamp: str) -> Place:
    return Place(as_bulk_instant(record[stamp] or ""), record["Id"])
