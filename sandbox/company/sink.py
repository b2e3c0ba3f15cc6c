"""Where rows go on their way into the store: some thousands at a time, so that memory stays flat."""

from __future__ import annotations

from typing import TypeAlias

from sandbox.company.stamps import Ids
from sandbox.org.store import Store

Value: TypeAlias = str | int | float | bool | None
Row: TypeAlias = dict[str, Value]

BATCH = 4000


class Sink:
    """Collects rows per object and hands them on in batches; gives out the Ids."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: dict[str, list[Row]] = {}
        self.contacts = Ids("003")
        self.opportunities = Ids("006")
        self.roles = Ids("00K")
        self.stages = Ids("008")
        self.tasks = Ids("00T")
        self.events = Ids("00U")
        self.members = Ids("00v")
        self.histories = Ids("017")
        """All field histories share one prefix."""

    def put(self, object_name: str, row: Row) -> None:
        """One row; those of an object must all name the same fields in the same order."""
        rows = self._waiting.setdefault(object_name, [])
        rows.append(row)
        if len(rows) >= BATCH:
            self._store.insert_many(object_name, rows)
            rows.clear()

    def flush(self) -> None:
        """Hands on what is left."""
        for object_name, rows in self._waiting.items():
            if rows:
                self._store.insert_many(object_name, rows)
        self._waiting.clear()
