"""A data export into a new organisation: all of it in one transaction, or nothing."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sandbox.loading.completing import complete
from sandbox.loading.infer import inferred
from sandbox.loading.report import Report
from sandbox.loading.source import CsvFile, ExportRefused, files_of
from sandbox.loading.values import BadValue, Reader, reader_of
from sandbox.org.schema import Field, SObject, Value
from sandbox.org.store import Store
from sandbox.org.tables import quoted

_BATCH = 1000
_API_NAME = re.compile(r"[A-Za-z]\w{0,79}", re.ASCII)
# parents before children, so that a record whose parent was rejected is rejected with it
_ORDER = (
    "Organization", "Profile", "UserRole", "User", "Group", "GroupMember", "Account", "Campaign", "Contact",
    "Opportunity", "Lead",
)  # fmt: skip


def load(export: Path, data: Path, *, without: Sequence[str] = ()) -> Report:
    """Makes the organisation's file. `without` names objects that API users shall not see.

    Raises ExportRefused for an export that is wrong as a whole and StoreError when the file cannot be
    made; either way nothing is left behind. Records that are wrong by themselves are left out and reported.
    """
    files = sorted(files_of(export), key=_rank)
    store = Store.create(data)
    try:
        with store.transaction():
            hidden = [store.object(name).name for name in without]
            store.set_setting("hidden_objects", hidden)
            report = _Loading(store).load(files)
        store.finish_bulk()
    except sqlite3.Error as error:
        store.discard()
        raise ExportRefused(f"{data} cannot be written: {error}.") from error
    except BaseException:
        store.discard()
        raise
    return report


def _rank(file: CsvFile) -> int:
    lower = [name.lower() for name in _ORDER]
    return lower.index(file.object_name.lower()) if file.object_name.lower() in lower else len(lower)


@dataclass(frozen=True, slots=True)
class _Column:
    place: int
    field: Field
    read: Reader


class _Loading:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._report = Report()

    def load(self, files: Sequence[CsvFile]) -> Report:
        known = []
        for file in files:
            one = self._store.schema.get(file.object_name)
            if one is None:
                self._report.passed_over.append(
                    f"{file.name}: passed over, the sandbox has no object {file.object_name}."
                )
            else:
                known.append((file, one.name))
        if not known:
            raise ExportRefused("The export has no file of an object the sandbox knows, such as Lead.csv.")
        exported = {name for _, name in known}
        for file, name in known:
            self._load_file(file, name)
            self._reject_orphans(file, name, exported)
            complete(self._store, name, {column.lower() for column in file.header()})
            count = self._store.connection.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()[0]
            self._report.loaded[name] = count
        return self._report

    def _load_file(self, file: CsvFile, name: str) -> None:
        header = file.header()
        self._add_unknown_fields(file, name, header)
        one = self._store.object(name)
        columns = []
        for place, column in enumerate(header):
            field = one.field(column)
            if field is not None:
                columns.append(_Column(place, field, reader_of(one, field)))
        _refuse_missing_columns(file, one, {column.field.name for column in columns})
        names = ", ".join(quoted(column.field.name) for column in columns)
        marks = ", ".join("?" * (len(columns) + 1))
        # the record's line becomes its place in the table: rejections after the fact can still name it
        statement = f"INSERT OR IGNORE INTO {quoted(name)} (row_number, {names}) VALUES ({marks})"
        rows = self._rows(file, len(header), columns)
        id_place = 1 + next(place for place, column in enumerate(columns) if column.field.type == "id")
        while batch := list(islice(rows, _BATCH)):
            if self._store.connection.executemany(statement, batch).rowcount < len(batch):
                self._reject_repeated(file, name, batch, id_place)

    def _add_unknown_fields(self, file: CsvFile, name: str, header: Sequence[str]) -> None:
        one = self._store.object(name)
        unknown = []
        for place, column in enumerate(header):
            if "." in column:
                self._report.passed_over.append(
                    f"{file.name}: column {column} passed over, it belongs to another object."
                )
            elif not _API_NAME.fullmatch(column):
                raise ExportRefused(
                    f"{file.name}, line 1: '{column[:80]}' is not a field's API name such as LastName or Grade__c: "
                    "export with API names as headers."
                )
            elif not one.has(column):
                unknown.append((column, place))
        if not unknown:
            return
        names, places = zip(*unknown, strict=True)
        for field in inferred(names, places, file.records(), self._store.schema):
            self._store.add_field(name, field)
        self._report.added_fields[name] = list(names)

    def _rows(self, file: CsvFile, width: int, columns: Sequence[_Column]) -> Iterator[tuple[Value, ...]]:
        for record in file.records():
            if len(record.values) != width:
                reason = f"has {len(record.values)} values, the header {width}"
                self._report.reject(file.name, record.line, reason)
                continue
            row: list[Value] = [record.line]
            for column in columns:
                try:
                    row.append(column.read(record.values[column.place]))
                except BadValue as error:
                    self._report.reject(file.name, record.line, f"{column.field.name} {error}")
                    break
            else:
                yield tuple(row)

    def _reject_repeated(
        self, file: CsvFile, name: str, batch: Sequence[tuple[Value, ...]], id_place: int
    ) -> None:
        for row in batch:
            found = self._store.connection.execute(
                f'SELECT row_number FROM {quoted(name)} WHERE "Id" = ?', (row[id_place],)
            ).fetchone()
            if found is None:
                raise ExportRefused(f"{file.name}, line {row[0]}: the record cannot be stored.")
            if found[0] != row[0]:
                self._report.reject(
                    file.name, int(row[0] or 0), f"Id '{row[id_place]}' stands already in line {found[0]}"
                )

    def _reject_orphans(self, file: CsvFile, name: str, exported: set[str]) -> None:
        """A required look-up into an object of this export must find its record there.

        Who created or changed a record may be missing (exports leave out system users), and so may
        every record of an object that was not exported at all.
        """
        for field in self._store.object(name).fields:
            if field.nillable or field.type != "reference" or not _is_tie(field):
                continue
            for target in field.reference_to:
                if target not in exported:
                    continue
                prefix = self._store.object(target).key_prefix
                orphans = self._store.connection.execute(
                    f"SELECT row_number, {quoted(field.name)} FROM {quoted(name)} AS child "
                    f"WHERE substr({quoted(field.name)}, 1, 3) = ? AND NOT EXISTS "
                    f'(SELECT 1 FROM {quoted(target)} AS parent WHERE parent."Id" = child.{quoted(field.name)})',
                    (prefix,),
                ).fetchall()
                for line, value in orphans:
                    self._report.reject(
                        file.name, line, f"{field.name} '{value}' is no {target} of this export"
                    )
                self._store.connection.executemany(
                    f"DELETE FROM {quoted(name)} WHERE row_number = ?", ((line,) for line, _ in orphans)
                )


def _is_tie(field: Field) -> bool:
    return field.name not in ("CreatedById", "LastModifiedById")


def _refuse_missing_columns(file: CsvFile, one: SObject, present: set[str]) -> None:
    needed = ["Id"]
    if one.history_of is not None:
        needed += [f"{one.history_of}Id", "CreatedDate"]
    if one.has("Field"):
        needed.append("Field")
    missing = [name for name in needed if name not in present]
    if missing:
        raise ExportRefused(
            f"{file.name} has no column {', '.join(missing)}: export the object again with "
            f"{'it' if len(missing) == 1 else 'them'}. Nothing was loaded."
        )
