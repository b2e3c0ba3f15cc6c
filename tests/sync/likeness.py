"""The invariant of every story of reading: the mirror is the organisation, row for row, and nothing failed unsaid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from sandbox.org.org import Org
from sync.models import ObjectState
from sync.salesforce.objects import OBJECTS, MirroredObject
from tests.sync.world import World

Rows = Mapping[str, Mapping[str, object]]
"""A table's rows by their Ids."""


def rows_here(table: str) -> Rows:
    """What our database has."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        assert cursor.description
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, found, strict=True)) for found in cursor.fetchall()]
    return {str(row["id"]): row for row in rows}


def assert_like(world: World, *, but: tuple[str, ...] = ()) -> None:
    """Every row and value of the organisation is in the mirror, and nothing else is; `but` are objects to leave out.

    History that the organisation has forgotten may be there: it is kept for ever; and, as deleted, who is gone from it.
    """
    for spec in OBJECTS:
        if spec.name not in but:
            assert_object_like(world.org, spec)


def assert_object_like(org: Org, spec: MirroredObject, read: Callable[[str], Rows] = rows_here) -> None:
    """One object. `read` gives a table of the mirror."""
    sent = {str(one["Id"]): one for one in org.store.rows(spec.name)}
    here = read(spec.table)
    assert sent.keys() - here.keys() == set(), f"{spec.name}: missing"
    kept = {one for one, row in here.items() if spec.parent or (spec.outlives and row["is_deleted"])}
    assert here.keys() - kept - sent.keys() == set(), f"{spec.name}: too many"
    for record_id, one in sent.items():
        for api_name, column in spec.columns.items():
            assert_same(one.get(api_name), here[record_id][column], f"{spec.name}.{api_name} of {record_id}")


def assert_same(sent: object, mirrored: object, where: str) -> None:
    """One value, in the organisation's form and in PostgreSQL's."""
    if isinstance(mirrored, bool):
        sent = bool(sent)
    elif isinstance(mirrored, datetime):
        sent = datetime.fromisoformat(str(sent))
    elif isinstance(mirrored, date):
        sent = date.fromisoformat(str(sent))
    elif isinstance(mirrored, Decimal):
        sent = Decimal(str(sent))
    elif isinstance(sent, str) and "\0" in sent:
        sent = sent.replace("\0", "\ufffd")
    assert sent == mirrored, where


def failing() -> dict[str, str]:
    """What is said to fail, and with what words."""
    found = ObjectState.objects.filter(state=ObjectState.State.FAILING)
    return {state.name: state.error for state in found}
