"""Late visibility: rows that others see only some time after the instant they are stamped with.

In Salesforce a long transaction stamps rows when it writes them and shows them when it commits. Here triggers keep,
for every change, the row as it was before; until the change is due, readers get that row.
"""

from __future__ import annotations

from datetime import datetime

from sandbox.org import tables
from sandbox.org.instants import to_text
from sandbox.org.schema import SObject
from sandbox.org.store import Store
from sandbox.org.tables import quoted

_SETTING = "late_objects"


class Lateness:
    """How late changes become visible. `seconds` are of the organisation's clock, after a row's stamp."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def set(self, seconds: float) -> None:
        """From now on changes become visible so late; 0 is at once. Changes still unseen become visible now."""
        with self._store.transaction():
            for name in self._store.setting(_SETTING, []):
                for kind in ("insert", "update", "delete"):
                    self._store.connection.execute(f"DROP TRIGGER {quoted(f'_late_{kind}_{name}')}")
                self._store.connection.execute(f"DROP TABLE {_kept(name)}")
            late = [one for one in self._store.schema.objects.values() if seconds]
            for one in late:
                for statement in _statements(one, seconds):
                    self._store.connection.execute(statement)
            self._store.set_setting(_SETTING, [one.name for one in late])
            self._store.set_setting("late_seconds", seconds)

    @property
    def seconds(self) -> float:
        """How late changes become visible."""
        return float(self._store.setting("late_seconds", 0))

    def sources(self, now: datetime) -> dict[str, str]:
        """For each object with changes not yet visible: SQL that stands for its table as others see it."""
        at = to_text(now)
        return {
            name: _as_seen(self._store.object(name), at)
            for name in self._store.setting(_SETTING, [])
            if self._first_unseen(name, at) is not None
        }

    def covered_until(self, one: SObject, now: datetime) -> str | None:
        """The stamp of the earliest change of the object's rows that is not yet visible."""
        if one.name not in self._store.setting(_SETTING, []):
            return None
        return self._first_unseen(one.name, to_text(now))

    def _first_unseen(self, name: str, at: str) -> str | None:
        [stamp] = self._store.connection.execute(
            f"SELECT min(stamp) FROM {_kept(name)} WHERE visible_at > ?", (at,)
        ).fetchone()
        return None if stamp is None else str(stamp)


def _kept(name: str) -> str:
    """The table of the rows as they were before changes."""
    return quoted(f"_before_{name}")


def _columns(one: SObject) -> list[str]:
    return ["row_number", *(quoted(field.name) for field in one.fields)]


def _as_seen(one: SObject, at: str) -> str:
    """Of a row with several changes that are not visible, the state before the first of them."""
    columns = ", ".join(_columns(one))
    unseen = f"SELECT min(change) FROM {_kept(one.name)} WHERE visible_at > '{at}' GROUP BY row_number"
    return (
        f"(SELECT {columns} FROM {quoted(one.name)} WHERE row_number NOT IN "
        f"(SELECT row_number FROM {_kept(one.name)} WHERE visible_at > '{at}') "
        f"UNION ALL SELECT {columns} FROM {_kept(one.name)} WHERE existed AND change IN ({unseen}))"
    )


def _statements(one: SObject, seconds: float) -> list[str]:
    """The table of former rows and the triggers that fill it."""
    kept, table = _kept(one.name), quoted(one.name)
    declared = ", ".join(tables.loose_column(field) for field in one.fields)
    columns = _columns(one)
    stamp = f"NEW.{quoted(one.cursor_field)}"
    told = f"strftime('%Y-%m-%dT%H:%M:%fZ', {stamp}, '{seconds:+} seconds'), {stamp}"
    former = ", ".join(f"OLD.{column}" for column in columns)
    return [
        (
            f"CREATE TABLE {kept} (change INTEGER PRIMARY KEY, visible_at TEXT, stamp TEXT, existed INTEGER, "
            f"row_number INTEGER, {declared})"
        ),
        (
            f"CREATE TRIGGER {quoted(f'_late_insert_{one.name}')} AFTER INSERT ON {table} BEGIN "
            f"INSERT INTO {kept} (visible_at, stamp, existed, row_number) VALUES ({told}, 0, NEW.row_number); END"
        ),
        (
            f"CREATE TRIGGER {quoted(f'_late_update_{one.name}')} BEFORE UPDATE ON {table} BEGIN "
            f"INSERT INTO {kept} (visible_at, stamp, existed, {', '.join(columns)}) VALUES ({told}, 1, {former}); END"
        ),
        (
            f"CREATE TRIGGER {quoted(f'_late_delete_{one.name}')} BEFORE DELETE ON {table} BEGIN "
            f"DELETE FROM {kept} WHERE row_number = OLD.row_number; END"
        ),
    ]
