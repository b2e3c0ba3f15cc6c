"""Running a compiled query: which rows, then their values as the REST API or a CSV file shows them."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sandbox.org.errors import ApiError
from sandbox.org.schema import NUMBER_TYPES, Field, Value
from sandbox.org.store import Store
from sandbox.soql.compile import ChildQuery, Column, Compiled
from sandbox.soql.scope import Relation

_FETCH = 5000
# SQLite limits how deep an expression nests: long concatenations are built of short ones
_CONCATENATED = 20
_TOO_COMPLEX = ("too large", "stack overflow", "too many", "at most")

RowNumbers = Sequence[int]
Record = dict[str, Any]


def _executed(store: Store, sql: str, parameters: Sequence[Value]) -> sqlite3.Cursor:
    """Runs SQL that came of a query. Raises ApiError where the query is more than the file's engine takes."""
    try:
        return store.connection.execute(sql, parameters)
    except sqlite3.OperationalError as error:
        if any(sign in str(error) for sign in _TOO_COMPLEX):
            raise ApiError(
                400, "MALFORMED_QUERY", f"The query is too complex for the sandbox: {error}."
            ) from error
        raise


def row_numbers(store: Store, query: Compiled) -> array[int]:
    """The positions of the rows found, in the query's order, fixed as of now."""
    found = array("q")
    cursor = _executed(store, query.select(["q0.row_number"]), query.parameters)
    while batch := cursor.fetchmany(_FETCH):
        found.extend(number for (number,) in batch)
    return found


def count(store: Store, query: Compiled) -> int:
    """What COUNT() answers."""
    inner = query.select(["1"])
    return int(_executed(store, f"SELECT count(*) FROM ({inner})", query.parameters).fetchone()[0])


def aggregates(store: Store, query: Compiled) -> list[Record]:
    """The groups of an aggregate query."""
    found = _executed(store, query.select(column.sql for column in query.columns), query.parameters)
    shows = [_shown(column.field) for column in query.columns]
    return [
        {
            "attributes": {"type": "AggregateResult"},
            **{
                column.names[0]: show(value)
                for column, show, value in zip(query.columns, shows, values, strict=True)
            },
        }
        for values in found
    ]


def records(store: Store, query: Compiled, numbers: RowNumbers, base: str) -> list[Record]:
    """The rows at these positions, in this order, as JSON shows them. `base` is the API's path, with version.

    A row that has gone since is left out.
    """
    expressions = ["q0.row_number", 'q0."Id"']
    expressions += [column.sql for column in query.columns]
    for relation in query.relations:
        expressions += [relation.sql_of("Id"), relation.sql_of_type()]
    found = _executed(
        store,
        f"SELECT {', '.join(expressions)} FROM {query.from_sql} "
        "WHERE q0.row_number IN (SELECT value FROM json_each(?))",
        (json.dumps(list(numbers)),),
    )
    by_number = {row[0]: row for row in found}
    build = _record_builder(query, base)
    rows = [by_number[number] for number in numbers if number in by_number]
    built = [build(row) for row in rows]
    for child in query.children:
        families = _families(store, child, [row[1] for row in rows], base)
        for row, record in zip(rows, built, strict=True):
            record[child.name] = families.get(row[1])
    return built


def _families(store: Store, child: ChildQuery, parent_ids: Sequence[str], base: str) -> dict[str, Record]:
    """The children of each of these parents, as a query's answer; a parent without children is not there."""
    query = replace(
        child.query,
        condition=f"{child.query.condition} AND {child.look_up} IN (SELECT value FROM json_each(?))",
        limit=None,
        offset=0,
    )
    found = _executed(
        store,
        query.select([child.look_up, "q0.row_number"]),
        (*query.parameters, json.dumps(list(parent_ids))),
    )
    numbers: dict[str, list[int]] = {}
    for parent_id, number in found:
        numbers.setdefault(parent_id, []).append(number)
    first, limit = child.query.offset, child.query.limit
    families = {}
    for parent_id, all_of_one in numbers.items():
        mine = all_of_one[first : None if limit is None else first + limit]
        if mine:
            listed = records(store, query, mine, base)
            families[parent_id] = {"totalSize": len(listed), "done": True, "records": listed}
    return families


def _record_builder(query: Compiled, base: str) -> Callable[[sqlite3.Row | tuple[Any, ...]], Record]:
    shows = [_shown(column.field) for column in query.columns]
    plain = [
        (place + 2, column, show)
        for place, (column, show) in enumerate(zip(query.columns, shows, strict=True))
    ]
    first_relation = 2 + len(query.columns)
    relations = [(first_relation + 2 * place, relation) for place, relation in enumerate(query.relations)]

    def build(row: Any) -> Record:
        record: Record = {"attributes": _attributes(query.sobject.name, query.sobject.name, row[1], base)}
        parents: dict[tuple[str, ...], Record | None] = {(): record}
        for place, column, show in plain:
            chain = column.names[:-1]
            if chain not in parents:
                _open_parents(parents, relations, chain, row, base)
            parent = parents[chain]
            if parent is not None:
                parent[column.names[-1]] = show(row[place])
        return record

    return build


def _open_parents(
    parents: dict[tuple[str, ...], Record | None],
    relations: Sequence[tuple[int, Relation]],
    chain: tuple[str, ...],
    row: Any,
    base: str,
) -> None:
    """Makes the nested objects down this chain, null where there is no parent."""
    for place, relation in relations:
        if relation.names in parents or chain[: len(relation.names)] != relation.names:
            continue
        holder = parents[relation.names[:-1]]
        parent: Record | None = None
        if row[place] is not None:
            parent = {"attributes": _attributes(relation.entity, row[place + 1], row[place], base)}
        if holder is not None:
            holder[relation.names[-1]] = parent
        parents[relation.names] = parent


def _attributes(entity: str, object_name: str, record_id: str, base: str) -> Record:
    return {"type": entity, "url": f"{base}/sobjects/{object_name}/{record_id}"}


def _shown(field: Field) -> Callable[[Value], Value]:
    if field.type == "boolean":
        return _as_boolean
    if field.type == "datetime":
        return rest_instant
    if field.type in NUMBER_TYPES and field.type != "int":
        return _as_double
    return _as_is


def rest_instant(value: Value) -> Value:
    """`2026-01-02T03:04:05.678+0000`, as REST answers write an instant."""
    return f"{value[:-1]}+0000" if isinstance(value, str) else None


def _as_boolean(value: Value) -> Value:
    return bool(value)


def _as_double(value: Value) -> Value:
    return None if value is None else float(value)


def _as_is(value: Value) -> Value:
    return value


def csv_header(query: Compiled, delimiter: str) -> str:
    """The header line without its end: paths in canonical spelling."""
    return delimiter.join(f'"{".".join(column.names)}"' for column in query.columns)


def csv_lines(store: Store, query: Compiled, delimiter: str, line_end: str) -> Iterator[list[bytes]]:
    """The rows as finished CSV lines, in batches: SQLite writes them, Python only passes them on."""
    line = _concatenated([_csv_value(column) for column in query.columns], delimiter)
    end = "char(13) || char(10)" if line_end == "\r\n" else "char(10)"
    statement = query.select([f"CAST({line} || {end} AS BLOB)"])
    cursor = _executed(store, statement, query.parameters)
    while batch := cursor.fetchmany(_FETCH):
        yield [one for (one,) in batch]


def _csv_value(column: Column) -> str:
    sql = column.sql
    if column.field.type == "boolean":
        return f"""CASE {sql} WHEN 1 THEN '"true"' WHEN 0 THEN '"false"' ELSE '""' END"""
    if column.field.type in NUMBER_TYPES and column.field.type != "int":
        # SQLite writes 15 digits of a number; the few that need more are written as JSON has them
        sql = f"CASE WHEN CAST(CAST({sql} AS TEXT) AS REAL) IS {sql} THEN {sql} ELSE all_digits({sql}) END"
    if column.field.type in NUMBER_TYPES or column.field.type in (
        "id",
        "reference",
        "date",
        "datetime",
        "time",
    ):
        return f"""coalesce('"' || {sql} || '"', '""')"""
    return f"""coalesce('"' || replace({sql}, '"', '""') || '"', '""')"""


def _concatenated(parts: Sequence[str], delimiter: str) -> str:
    between = f" || '{delimiter}' || "
    groups = [
        between.join(parts[start : start + _CONCATENATED]) for start in range(0, len(parts), _CONCATENATED)
    ]
    return between.join(f"({group})" for group in groups)
