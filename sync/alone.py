"""One reader per object: a lock held by the database connection, so that a killed process lets go at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from sync.salesforce.objects import OBJECTS


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Whether we are the only reader of this object."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('pull'), hashtext(%s))", [name])
        row = cursor.fetchone()
        is_alone = bool(row and row[0])
        try:
            yield is_alone
        finally:
            if is_alone:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('pull'), hashtext(%s))", [name])


def being_read() -> set[str]:
    """The objects that somebody reads at this moment, whatever a killed reader left in the books."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS of_object (name) JOIN pg_locks ON locktype = 'advisory' AND granted"
            " AND classid = hashtext('pull')::oid AND objid = hashtext(name)::oid AND objsubid = 2"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [[spec.name for spec in OBJECTS]],
        )
        return {str(name) for (name,) in cursor.fetchall()}
