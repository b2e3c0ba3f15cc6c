"""Who was open at an instant, as it was known by one (M3): derived anew from few people, not from all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.rebuild import EVERYBODY, derive_then, people_concerned, read_model
from leadmodel.settings_store import settings_in_force

OPEN_THEN = "openthen_"
_EVER = datetime(1901, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
"""A meeting may be dated after now."""


def derive_open(
    cursor: Cursor,
    *,
    as_of: datetime | None,
    known_by: datetime | None,
    now: datetime,
    reps: frozenset[str] | None,
) -> str:
    """Derive whoever may have had an open cycle then into temporary tables; returns their prefix.

    `reps` (None: everybody's): whose people are asked for; those whom no active user holds are always among them.

    Whoever was open then is open still, was closed since, has something dated or recorded since, or is marked to be
    derived anew: others are as they were. Where the settings were others, anybody may have been open. What the mirror
    keeps no past of (who is an active user, names) is told as it is now. Call within a transaction; the rows live as
    long as it does.
    """
    model = read_model(known_by=known_by)
    since = min(as_of or now, known_by or now)
    marked = _marked(cursor)
    if EVERYBODY in marked or model.settings != settings_in_force():
        ids = people_concerned(cursor, model, _EVER, now + _AHEAD)
    else:
        concerned = people_concerned(cursor, model, since, now + _AHEAD)
        ids = sorted({*_open_or_closed(cursor, since, reps), *marked, *concerned})
    return derive_then(cursor, model, ids, prefix=OPEN_THEN, as_of=as_of, known_by=known_by)


def _marked(cursor: Cursor) -> set[str]:
    """Whose stored cycles are not yet what the mirror says."""
    cursor.execute("SELECT DISTINCT record_id FROM sync_mark")
    return {row[0] for row in cursor.fetchall()}


def _open_or_closed(cursor: Cursor, since: datetime, reps: frozenset[str] | None) -> list[str]:
    """The people with a cycle that is open and these reps' or nobody's, or that was open until `since` or later.

    Who held somebody else's person then has a change of owner dated since.
    """
    cursor.execute(
        """
        SELECT person_id FROM leadmodel_cycle cycle
        WHERE outcome = 'open' AND (%(reps)s::text[] IS NULL OR holder_id = ANY(%(reps)s) OR NOT EXISTS (
            SELECT FROM sync_user holder WHERE holder.id = cycle.holder_id AND holder.is_active
        ))
        UNION SELECT person_id FROM leadmodel_cycle WHERE closed_at >= %(since)s
        """,
        {"since": since, "reps": sorted(reps) if reps is not None else None},
    )
    return [row[0] for row in cursor.fetchall()]
