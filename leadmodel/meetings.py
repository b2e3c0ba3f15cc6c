"""Gather the meetings with a batch of people that nobody marked, or came to (M18)."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.filling import Filling, Unmarked, any_of
from leadmodel.lifecycle.clocks_of_meetings import marked_since
from leadmodel.lifecycle.facts import Meeting
from leadmodel.lifecycle.policies import Policies
from sync.fields import column_of

IS_COPY = "IsChild"
"""The field that says that an Event is an invited colleague's copy of another, which alone is marked."""


def read_unmarked(policies: Sequence[Policies]) -> Unmarked | None:
    """Where the mirror tells what became of meetings, and since when it is asked; None where it does not."""
    field, since = marked_since(policies)
    outcome = column_of("Event", field)
    if outcome is None:
        return None
    return Unmarked(outcome, policies[-1].meetings.no_shows, column_of("Event", IS_COPY), since)


def put_meetings(filling: Filling, cursor: Cursor, batch: str, unmarked: Unmarked) -> None:
    """Those that may owe an outcome, or touches: with the person first named in it, for a meeting is marked once."""
    outcome = sql.SQL("COALESCE({}::text, '')").format(sql.Identifier(unmarked.outcome))
    conditions = [
        sql.SQL(f"who_id = {any_of('batch')} AND is_deleted IS NOT TRUE AND created_at IS NOT NULL"),
        sql.SQL("COALESCE(ends_at, starts_at) IS NOT NULL"),
        sql.SQL("({0} = '' OR casefold({0} COLLATE pg_unicode_fast) = ANY(%(no_shows)s))").format(outcome),
    ]
    if unmarked.is_copy is not None:
        conditions.append(
            sql.SQL("lower({}) IS DISTINCT FROM 'true'").format(sql.Identifier(unmarked.is_copy))
        )
    if unmarked.since is not None:
        conditions.append(sql.SQL("COALESCE(ends_at, starts_at) >= %(since)s"))
    cursor.execute(
        sql.SQL(
            "SELECT who_id, id, owner_id, created_at, COALESCE(ends_at, starts_at), {outcome} <> '',"
            " CASE WHEN {outcome} <> '' THEN ("
            "  SELECT min(later.created_at) FROM sync_event later WHERE later.who_id = sync_event.who_id"
            "  AND later.is_deleted IS NOT TRUE AND COALESCE(later.ends_at, later.starts_at)"
            "   > COALESCE(sync_event.ends_at, sync_event.starts_at)) END"
            " FROM sync_event WHERE {those}"
        ).format(outcome=outcome, those=sql.SQL(" AND ").join(conditions)),
        {"batch": batch, "since": unmarked.since, "no_shows": sorted(unmarked.no_shows)},
    )
    for row in cursor.fetchall():
        if (family := filling.get(row[0])) is not None:
            family.meetings.append(Meeting._make(row))
