"""What `columns=true` answers: the columns of a query in place of its rows."""

from __future__ import annotations

from sandbox.org.schema import NUMBER_TYPES, Field
from sandbox.soql.compile import Column, Compiled

_APEX_TYPES = {
    "id": "Id", "reference": "Id", "boolean": "Boolean", "int": "Integer", "date": "Date", "datetime": "Datetime",
    "time": "Time",
}  # fmt: skip
_WITHOUT_TEXT = frozenset({"id", "reference", "boolean", "date", "datetime", "time", *NUMBER_TYPES})


def columns_of(query: Compiled) -> dict[str, object]:
    """The metadata of a query's columns; a parent's fields are joined under its relationship."""
    told: list[dict[str, object]] = []
    for column in query.columns:
        _add(told, column, column.names, is_aggregate=query.kind == "aggregate")
    for child in query.children:
        inner: list[dict[str, object]] = []
        for column in child.query.columns:
            _add(inner, column, column.names, is_aggregate=False)
        told.append(_joined(child.name, inner))
    return {
        "columnMetadata": told,
        "entityName": query.sobject.name,
        "groupBy": query.kind == "aggregate" and bool(query.group),
        "idSelected": any(column.names == ("Id",) for column in query.columns),
        "keyPrefix": query.sobject.key_prefix,
    }


def _add(
    told: list[dict[str, object]], column: Column, names: tuple[str, ...], *, is_aggregate: bool
) -> None:
    if len(names) == 1:
        told.append(_column(names[0], column.field, is_aggregate=is_aggregate))
        return
    parent = next((one for one in told if one["columnName"] == names[0]), None)
    if parent is None:
        parent = _joined(names[0], [])
        told.append(parent)
    inner = parent["joinColumns"]
    assert isinstance(inner, list)
    _add(inner, column, names[1:], is_aggregate=is_aggregate)


def _column(name: str, field: Field, *, is_aggregate: bool) -> dict[str, object]:
    number = field.type in NUMBER_TYPES
    return {
        "aggregate": is_aggregate and field.name != name,
        "apexType": _APEX_TYPES.get(field.type, "Double" if number else "String"),
        "booleanType": field.type == "boolean",
        "columnName": name,
        "custom": field.custom,
        "displayName": name,
        "foreignKeyName": field.relationship_name,
        "insertable": field.createable,
        "joinColumns": [],
        "numberType": number,
        "textType": field.type not in _WITHOUT_TEXT,
        "updatable": field.updateable,
    }


def _joined(name: str, inner: list[dict[str, object]]) -> dict[str, object]:
    return {
        **_column(name, Field(name, "reference"), is_aggregate=False),
        "apexType": None,
        "insertable": False,
        "updatable": False,
        "joinColumns": inner,
    }
