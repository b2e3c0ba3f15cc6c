"""The invariant of every story of reading: the mirror is the organisation, row for row, and nothing failed unsaid."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sandbox.org.org import Org
from sync.models import ObjectState
from sync.salesforce.objects import OBJECTS, MirroredObject
from tests.sync.world import World, row, values


def assert_like(world: World, *, but: tuple[str, ...] = ()) -> None:
    """Every row and value of the organisation is in the mirror, and nothing else is; `but` are objects to leave out.

    History that the organisation has forgotten may be there: it is kept for ever.
    """
    for spec in OBJECTS:
        if spec.name not in but:
            assert_object_like(world.org, spec)


def assert_object_like(org: Org, spec: MirroredObject) -> None:
    """One object."""
    sent = {str(one["Id"]): one for one in org.store.rows(spec.name)}
    here = {str(value) for value in values(f"SELECT id FROM {spec.table}")}
    assert sent.keys() - here == set(), f"{spec.name}: missing"
    assert spec.parent or here - sent.keys() == set(), f"{spec.name}: too many"
    for record_id, one in sent.items():
        mirrored = row(spec.table, record_id)
        for api_name, column in spec.columns.items():
            assert_same(one.get(api_name), mirrored[column], f"{spec.name}.{api_name} of {record_id}")


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
