"""The organisation's rows, at rest in one SQLite file: a million leads do not live in memory."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from sandbox.org import tables
from sandbox.org.ids import INSTANCE, make_id, number_of
from sandbox.org.schema import Field, Schema, SObject, Value
from sandbox.org.standard import STANDARD
from sandbox.org.tables import quoted
from sandbox.org.viewer import viewer

Row = Mapping[str, Value]

HIDDEN_FROM_USERS = "hidden_from_users"
"""The setting for what single users cannot see: user Id → `{"objects": […], "fields": ["Lead.Rating"]}`."""
HIDDEN_FROM_PROFILES = "hidden_from_profiles"
"""The same by profile Id."""

_REMOVED = "highest Id removed: "
"""Settings that begin with it tell, by key prefix, which number is given out no more."""
_BUSY_TIMEOUT_S = 30.0
_FETCH = 2000


class StoreError(Exception):
    """The data file cannot be used as asked; the message is a sentence for the person who asked."""


class Store:
    """One organisation's file.

    Safe to use from several threads: each has its own connection, and writers take turns. Reading never
    waits for a writer.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._writing = threading.RLock()
        self.schema: Schema = STANDARD
        self._visible: dict[tuple[str | None, str | None], Schema] = {}

    @classmethod
    def create(cls, path: Path | str) -> Store:
        """A new organisation with the standard objects and no rows. Raises StoreError where a file is in the way."""
        path = Path(path)
        if path.exists():
            raise StoreError(f"{path} is already there: choose another file, or delete it first.")
        if not path.parent.is_dir():
            raise StoreError(f"The folder {path.parent} does not exist: make it first.")
        store = cls(path)
        try:
            store.connection.execute("PRAGMA journal_mode = WAL")
            with store.transaction():
                for statement in tables.OWN_TABLES:
                    store.connection.execute(statement)
                for one in STANDARD.objects.values():
                    store.connection.execute(tables.create_table(one))
                store.set_setting("layout_version", tables.LAYOUT_VERSION)
        except sqlite3.Error as error:
            raise StoreError(f"{path} cannot be written: {error}.") from error
        return store

    @classmethod
    def open(cls, path: Path | str) -> Store:
        """An organisation made before. Raises StoreError for a missing, foreign or damaged file."""
        path = Path(path)
        if not path.is_file():
            raise StoreError(
                f"{path} does not exist: make it with `python -m sandbox load` or `python -m sandbox company`."
            )
        store = cls(path)
        try:
            version = store.setting("layout_version")
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{path} is not a sandbox organisation, or is damaged: {error}.") from error
        if version != tables.LAYOUT_VERSION:
            raise StoreError(
                f"{path} was made by another version of the sandbox (layout {version}, "
                f"this one reads {tables.LAYOUT_VERSION}): make it again."
            )
        added = store.connection.execute("SELECT object, definition FROM _added_field ORDER BY rowid")
        for object_name, definition in added:
            store.schema = store.schema.with_object(
                store.object(object_name).with_field(_field_from_json(definition))
            )
        return store

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection; in autocommit unless inside `transaction`."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = sqlite3.connect(
                self.path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            found.create_function("all_digits", 1, repr, deterministic=True)
            found.execute("PRAGMA synchronous = NORMAL")
            found.execute("PRAGMA cache_size = -65536")
            self._local.connection = found
        return found

    def close(self) -> None:
        """Closes this thread's connection; the others' close when their threads end."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is not None:
            found.close()
            self._local.connection = None

    def discard(self) -> None:
        """Deletes the file and what SQLite keeps beside it: a half-made organisation is none."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. One writer at a time; inside another transaction of the thread it is a part of that one."""
        with self._writing:
            begin, undo, end = (
                ("SAVEPOINT part", "ROLLBACK TO part; RELEASE part", "RELEASE part")
                if self.connection.in_transaction
                else ("BEGIN IMMEDIATE", "ROLLBACK", "COMMIT")
            )
            self.connection.execute(begin)
            try:
                yield
            except BaseException:
                for statement in undo.split("; "):
                    self.connection.execute(statement)
                raise
            self.connection.execute(end)

    # -- settings

    def setting(self, key: str, default: Any = None) -> Any:
        """A setting of the organisation: any JSON value; `default` where it is not set, or set to nothing."""
        found = self.connection.execute("SELECT value FROM _setting WHERE key = ?", (key,)).fetchone()
        kept = None if found is None else json.loads(found[0])
        return default if kept is None else kept

    def set_setting(self, key: str, value: Any) -> None:
        """Keeps a setting: any JSON value."""
        with self.transaction():
            self.connection.execute(
                "INSERT OR REPLACE INTO _setting (key, value) VALUES (?, ?)", (key, json.dumps(value))
            )
        self._visible = {}

    # -- schema

    def object(self, name: str) -> SObject:
        """The object of this name. Raises StoreError when the organisation has none."""
        found = self.schema.get(name)
        if found is None:
            raise StoreError(f"The organisation has no object {name}.")
        return found

    @property
    def visible_schema(self) -> Schema:
        """What the viewer sees: the schema less what is hidden from everybody, from the viewer or its profile."""
        user_id = viewer()
        profile_id = None if user_id is None else self._profile_of(user_id)
        # a schema that was made from settings of before must not come to lie among those of after
        known = self._visible
        if (user_id, profile_id) not in known:
            hiding = [
                {"objects": self.setting("hidden_objects", []), "fields": self.setting("hidden_fields", [])},
                self.setting(HIDDEN_FROM_USERS, {}).get(user_id, {}),
                self.setting(HIDDEN_FROM_PROFILES, {}).get(profile_id, {}),
            ]
            known[user_id, profile_id] = self.schema.visible(
                frozenset(name for one in hiding for name in one.get("objects", ())),
                frozenset(name for one in hiding for name in one.get("fields", ())),
            )
        return known[user_id, profile_id]

    def _profile_of(self, user_id: str) -> str | None:
        found = self.connection.execute(
            'SELECT "ProfileId" FROM "User" WHERE "Id" = ?', (user_id,)
        ).fetchone()
        return None if found is None else found[0]

    def add_field(self, object_name: str, field: Field) -> None:
        """Adds a field to an object; a field of that name that is there already is left as it is."""
        one = self.object(object_name)
        if one.has(field.name):
            return
        with self.transaction():
            self.connection.execute(f"ALTER TABLE {quoted(one.name)} ADD COLUMN {tables.column(field)}")
            self.declare(one.name, field.name, field)

    def declare(self, object_name: str, name: str, field: Field | None) -> None:
        """Keeps the declaration of an object's field of this name: another one, or none any more."""
        one = self.object(object_name)
        with self.transaction():
            self.connection.execute(
                "DELETE FROM _added_field WHERE object = ? AND name = ?", (one.name, name)
            )
            if field is None:
                one = one.without_fields(frozenset({name}))
            else:
                self.connection.execute(
                    "INSERT INTO _added_field (object, name, definition) VALUES (?, ?, ?)",
                    (one.name, field.name, json.dumps(asdict(field))),
                )
                one = one.with_field(field, instead_of=name)
        self.schema = self.schema.with_object(one)
        self._visible = {}

    # -- rows

    def insert_many(self, object_name: str, rows: Iterable[Row]) -> int:
        """Writes rows as given and answers how many: no stamps, no history, no checks.

        Fields left out are null (false for checkboxes); a person's Name left out is made of its parts.
        Fastest when neighbouring rows name the same fields in the same order. Raises StoreError for an
        unknown field or an Id already there.
        """
        one = self.object(object_name)
        count = 0
        with self.transaction():
            for names, group in groupby(rows, key=tuple):
                statement = _insert_statement(one, names)
                try:
                    done = self.connection.executemany(statement, (tuple(row.values()) for row in group))
                except sqlite3.IntegrityError as error:
                    raise StoreError(f"{one.name}: a row breaks a rule of the file: {error}.") from error
                count += done.rowcount
        return count

    def finish_bulk(self) -> None:
        """Makes the indexes that large inserts go without, where they are missing."""
        for name in self.schema.objects:
            self.index(name)
        self.connection.execute("PRAGMA optimize")

    def index(self, object_name: str) -> None:
        """Makes the indexes of one object, where they are missing."""
        for statement in tables.create_indexes(self.object(object_name)):
            self.connection.execute(statement)

    def rows(
        self, object_name: str, where: str = "1", parameters: Sequence[Value] = ()
    ) -> Iterator[dict[str, Value]]:
        """The rows for which an SQL condition over field names holds, streamed; checkboxes as 0 and 1."""
        one = self.object(object_name)
        names = [field.name for field in one.fields]
        found = self.connection.execute(
            f"SELECT {', '.join(map(quoted, names))} FROM {quoted(one.name)} WHERE {where}", parameters
        )
        found.arraysize = _FETCH
        while batch := found.fetchmany():
            for values in batch:
                yield dict(zip(names, values, strict=True))

    def row(self, object_name: str, record_id: str) -> dict[str, Value] | None:
        """The row with this 18-character Id, deleted or not."""
        return next(self.rows(object_name, '"Id" = ?', (record_id,)), None)

    def update_row(self, object_name: str, record_id: str, values: Row) -> None:
        """Writes these fields of one row as given."""
        if not values:
            return
        assignments = ", ".join(f"{quoted(name)} = ?" for name in values)
        with self.transaction():
            self.connection.execute(
                f'UPDATE {quoted(self.object(object_name).name)} SET {assignments} WHERE "Id" = ?',
                (*values.values(), record_id),
            )

    def remove_rows(self, object_name: str, where: str, parameters: Sequence[Value]) -> None:
        """Removes rows without a trace, but for their Ids: none of them is given out again."""
        one = self.object(object_name)
        with self.transaction():
            ours = one.key_prefix + INSTANCE
            given_out = f'SELECT max("Id") FROM {quoted(one.name)} WHERE "Id" >= ? AND "Id" < ? AND {where}'
            highest = self.connection.execute(given_out, (ours, f"{ours}~", *parameters)).fetchone()[0]
            if highest is not None:
                kept = _REMOVED + one.key_prefix
                self.set_setting(kept, max(number_of(highest), self.setting(kept, -1)))
            self.connection.execute(f"DELETE FROM {quoted(one.name)} WHERE {where}", tuple(parameters))

    def new_id(self, object_name: str) -> str:
        """An Id no row has, or ever had. Call inside the transaction that uses it."""
        prefix = self.object(object_name).key_prefix
        highest: int = self.setting(_REMOVED + prefix, -1)
        for one in self.schema.objects.values():
            if one.key_prefix != prefix:
                continue
            found = self.connection.execute(
                f'SELECT max("Id") FROM {quoted(one.name)} WHERE "Id" >= ? AND "Id" < ?',
                (prefix + INSTANCE, prefix + INSTANCE + "~"),
            ).fetchone()[0]
            if found is not None:
                highest = max(highest, number_of(found))
        return make_id(prefix, highest + 1)


def _insert_statement(one: SObject, names: tuple[str, ...]) -> str:
    unknown = [name for name in names if not one.has(name)]
    if unknown:
        raise StoreError(f"{one.name} has no field {unknown[0]}: add it with add_field first.")
    columns = [quoted(name) for name in names]
    values = [f"?{place}" for place in range(1, len(names) + 1)]
    if one.has("LastName") and "LastName" in names and "Name" not in names:
        last = f"?{names.index('LastName') + 1}"
        first = f"?{names.index('FirstName') + 1}" if "FirstName" in names else "NULL"
        columns.append('"Name"')
        values.append(f"coalesce({first} || ' ', '') || coalesce({last}, '')")
    return f"INSERT INTO {quoted(one.name)} ({', '.join(columns)}) VALUES ({', '.join(values)})"


def _field_from_json(definition: str) -> Field:
    parts = json.loads(definition)
    for name in ("reference_to", "values"):
        parts[name] = tuple(parts[name])
    return Field(**parts)
