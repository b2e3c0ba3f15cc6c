"""Read Salesforce into the mirror: everything at first, then what changed. One object at a time, each on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from django.db import connection

from sync.fields import ensure_columns
from sync.load import UnreadableRows, load
from sync.models import CustomField, ObjectState
from sync.salesforce.client import ObjectHidden, Organisation
from sync.salesforce.http import OrganisationError
from sync.salesforce.objects import OBJECTS, MirroredObject
from sync.salesforce.spool import ShortRead, spooling, sweep
from sync.windows import soql_instant, start_of_read

log = structlog.get_logger(__name__)

DESCRIBE_EVERY = timedelta(minutes=10)
BULK_FROM_ROWS = 20_000
"""Larger windows are read by Bulk 2.0; REST gives 2,000 rows a call."""
Told = Callable[[str, int, int | None], None]
"""Progress: object, rows so far, rows expected (None: unknown)."""


class Pulled(NamedTuple):
    """What became of one object: rows read, rows new or different, and a sentence if something is to be said."""

    name: str
    row_count: int
    changed_count: int
    said: str = ""
    is_failure: bool = False


def pull(
    organisation: Organisation, *, now: datetime, full: bool = False, told: Told | None = None
) -> list[Pulled]:
    """Bring the mirror up to date. An object that fails says so and does not stop the others."""
    ensure_columns()
    return [pull_object(organisation, spec, now=now, full=full, told=told) for spec in OBJECTS]


def pull_object(
    organisation: Organisation,
    spec: MirroredObject,
    *,
    now: datetime,
    full: bool = False,
    told: Told | None = None,
) -> Pulled:
    """One object: describe when due, read into a spool, count, load."""
    ObjectState.objects.get_or_create(name=spec.name)
    with _alone(spec.name) as is_alone:
        if not is_alone:
            return Pulled(spec.name, 0, 0, f"{spec.name} is being read by another process.")
        sweep(spec.name)
        try:
            return _read(organisation, spec, now, full=full, told=told)
        except ObjectHidden as error:
            _say(spec, state=ObjectState.State.ABSENT, error=str(error), described_at=now)
            return Pulled(spec.name, 0, 0, str(error))
        except (OrganisationError, ShortRead, UnreadableRows) as error:
            _say(spec, state=ObjectState.State.FAILING, error=str(error), described_at=None)
            log.warning("pull_failed", object=spec.name, error=str(error))
            return Pulled(spec.name, 0, 0, str(error), is_failure=True)


def _read(
    organisation: Organisation, spec: MirroredObject, now: datetime, *, full: bool, told: Told | None
) -> Pulled:
    fields = _described(organisation, spec, now)
    header = [name for name in wanted(spec) if name in fields]
    missing = [name for name in wanted(spec) if name not in fields]
    state = ObjectState.objects.get(name=spec.name)
    is_whole = full or state.needs_backfill or state.read_at is None
    start = None if is_whole else start_of_read(state.cursor)
    scope = f"FROM {spec.name}"
    if start is not None:
        scope += f" WHERE {spec.stamp} >= {soql_instant(start)}"
    select = f"SELECT {', '.join(header)} {scope}"
    with spooling(spec.name) as spool:
        expected = organisation.count(scope) if start is None or state.row_count > BULK_FROM_ROWS else None
        # an object that was empty is asked for everything again: that must not cost a Bulk job a minute
        if is_whole or (expected is not None and expected > BULK_FROM_ROWS):
            organisation.read_bulk(
                select, spool, told=lambda n: told(spec.name, n, expected) if told else None
            )
        else:
            organisation.read_rest(f"{select} ORDER BY {spec.stamp}, Id", header, fields, spool)
        if told is not None:
            told(spec.name, spool.row_count, spool.row_count)
        loaded = load(spec, spool, read_at=now, missing=missing)
    log.info(
        "pulled", object=spec.name, rows=loaded.row_count, changed=loaded.changed_count, full=start is None
    )
    return Pulled(spec.name, loaded.row_count, loaded.changed_count)


def wanted(spec: MirroredObject) -> list[str]:
    """The API names of the fields we mirror of an object, custom ones that were asked for included."""
    custom = CustomField.objects.filter(object_name=spec.name).order_by("api_name")
    return [*spec.columns, *custom.values_list("api_name", flat=True)]


def _described(organisation: Organisation, spec: MirroredObject, now: datetime) -> dict[str, str]:
    """The readable fields, asked again every ten minutes and after a failure; a new wanted one is back-filled."""
    state = ObjectState.objects.get(name=spec.name)
    if state.described_at is not None and state.described_at > now - DESCRIBE_EVERY:
        if state.state == ObjectState.State.ABSENT:
            raise ObjectHidden(state.error)
        return dict(state.fields)
    fields = organisation.describe(spec.name)
    appeared = {name for name in wanted(spec) if name in fields} & set(state.missing)
    ObjectState.objects.filter(pk=spec.name).update(
        fields=fields, described_at=now, needs_backfill=state.needs_backfill or bool(appeared)
    )
    return fields


def _say(spec: MirroredObject, **values: object) -> None:
    ObjectState.objects.filter(pk=spec.name).update(**values)


@contextmanager
def _alone(name: str) -> Iterator[bool]:
    """Whether we are the only reader of this object. Held by the connection, so a killed process lets go at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('pull'), hashtext(%s))", [name])
        row = cursor.fetchone()
        is_alone = bool(row and row[0])
        try:
            yield is_alone
        finally:
            if is_alone:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('pull'), hashtext(%s))", [name])
