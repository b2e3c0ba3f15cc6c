"""Gather the Tasks and Events of a batch of people: all for a story, or those that can count for figures (M7, K10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.filling import Filling, Lists, any_of, array
from leadmodel.lifecycle.facts import Activity, Users
from leadmodel.lifecycle.settings import Touches
from sync.gone import still_tells

_activity = partial(tuple.__new__, Activity)
"""As `Activity._make`, less a call of Python's: a rebuild makes millions."""

# mostly a call is logged as completed: one instant told once is a tenth of a batch's values
_TASK = """
    SELECT {who}, task.id, false, task.created_at, NULLIF(task.completed_at, task.created_at),
           COALESCE(task.is_closed, false), task.owner_id, COALESCE(task.subject, ''), task.task_subtype
    FROM {source}
"""
_TASKS = (
    _TASK.format(who="task.who_id", source="sync_task task"),
    # of the people a task is also about, where the organisation shares activities
    _TASK.format(
        who="relation.relation_id",
        source="sync_taskrelation relation JOIN sync_task task ON task.id = relation.task_id",
    ),
)
_WHO = ("task.who_id", f"{still_tells('relation', 'task')} AND relation.relation_id")
"""Whom the rows of each are about."""
_OWN_EVENTS = f"""
    SELECT who_id, id, true, created_at, NULL::timestamptz, true, owner_id, COALESCE(subject, ''), event_subtype
    FROM sync_event WHERE who_id = {any_of("batch")} AND created_at IS NOT NULL
"""
_EVENTS = f"""
    {_OWN_EVENTS}
    UNION
    SELECT relation.relation_id, event.id, true, event.created_at, NULL, true, event.owner_id,
           COALESCE(event.subject, ''), event.event_subtype
    FROM sync_eventrelation relation JOIN sync_event event ON event.id = relation.event_id
    WHERE relation.relation_id = {any_of("batch")} AND {still_tells("relation", "event")}
      AND event.created_at IS NOT NULL
"""
_OWN = "(task.owner_id = ANY(%(humans)s) OR task.subject LIKE ANY(%(inbound)s)) IS TRUE"
"""A human's, or perhaps from the person: what counts, and what answers."""


def put_activities(filling: Filling, cursor: Cursor, batch: str) -> None:
    """Everything that was logged, also what counts for nothing: a story tells it."""
    for tasks, who in zip(_TASKS, _WHO, strict=True):
        _put(
            filling,
            cursor,
            f"{tasks} WHERE {who} = {any_of('batch')} AND task.created_at IS NOT NULL",
            {"batch": batch},
        )
    _put(filling, cursor, _EVENTS, {"batch": batch})


def put_what_may_count(
    filling: Filling, families: Iterable[Lists], cursor: Cursor, batch: str, rules: Touches, users: Users
) -> None:
    """What figures rest on. A machine's task counts only where the person answered at once, so only those are read.

    In most organisations machines log more than people do.
    """
    asked: dict[str, object] = {
        "batch": batch,
        "humans": [*users.humans, *users.acting_for],
        "inbound": [inbound_like(pattern) for pattern in rules.inbound_subjects],
    }
    # most organisations share no activities: who asks nothing of an empty table saves a look for each person
    shares_tasks, shares_events = shares(cursor)
    for tasks, who in list(zip(_TASKS, _WHO, strict=True))[: 1 + shares_tasks]:
        done = f"{who} = {any_of('batch')} AND task.created_at IS NOT NULL AND task.is_closed"
        _put(filling, cursor, f"{tasks} WHERE {done} AND {_OWN}", asked)
    _put(filling, cursor, _EVENTS if shares_events else _OWN_EVENTS, asked)
    kind_of, window = rules.kind_of_subject, rules.answer_window
    answered = {who: windows for family in families for who, windows in _answered(family, kind_of, window)}
    if not answered:
        return
    asked |= {"who": array(answered), "windows": array(answered.values())}
    _put(filling, cursor, _JUST_BEFORE[shares_tasks], asked)


_AUTOMATIC = [
    f"""
    {tasks} WHERE {who} = answered.who AND task.created_at IS NOT NULL AND task.is_closed AND NOT {_OWN}
        AND (task.created_at <@ answered.windows OR task.completed_at <@ answered.windows)
    """
    for tasks, who in zip(_TASKS, _WHO, strict=True)
]
_JUST_BEFORE = [
    f"""
    SELECT automatic.*
    FROM (
        SELECT * FROM unnest(%(who)s::text[], %(windows)s::tstzmultirange[]) AS told (who, windows)
        OFFSET 0
    ) AS answered
    CROSS JOIN LATERAL ({automatic} OFFSET 0) AS automatic
"""
    for automatic in (_AUTOMATIC[0], " UNION ALL ".join(_AUTOMATIC))
]
"""Person by person, by the index: few of the many that machines log are near an answer. What the planner must not
turn round stands behind OFFSET 0: it would read every Task there is, batch for batch.
Without shared tasks, and with them."""


def shares(cursor: Cursor) -> tuple[bool, bool]:
    """Whether any task, and any event, is about several people here (K10)."""
    cursor.execute("SELECT EXISTS (SELECT FROM sync_taskrelation), EXISTS (SELECT FROM sync_eventrelation)")
    row = cursor.fetchone()
    return (bool(row[0]), bool(row[1])) if row is not None else (False, False)


def _put(filling: Filling, cursor: Cursor, query: str, asked: dict[str, object]) -> None:
    cursor.execute(query, asked)
    rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    for row in rows:
        if (family := filling.get(row[0])) is not None:
            family.activities.append(_activity(row))


def _answered(
    family: Lists, kind_of: Callable[[str], str | None], window: timedelta
) -> Iterator[tuple[str, str]]:
    """For each record of the family that answered, when an automatic touch before would have been logged.

    As PostgreSQL writes a set of stretches of time; those that overlap are one to it.
    """
    answers = [one for one in family.activities if one.is_event or kind_of(one.subject) == "inbound"]
    if not answers:
        return
    told = []
    for answer in answers:
        first, last = sorted((answer.created_at, answer.completed_at or answer.created_at))
        told.append(f"[{(first - window).isoformat()},{last.isoformat()}]")
    windows = f"{{{','.join(told)}}}"
    for record in family.records:
        yield record.record_id, windows


def inbound_like(pattern: str) -> str:
    """A pattern of * and ? for LIKE, which finds at least what the settings' does: letters may be any, in any case.

    Folding case in the database costs more than reading the few subjects that are of the same form.
    """
    told = ""
    for character in pattern:
        if character == "*":
            told += "%"
        elif character == "?" or not character.isascii() or character.isalpha():
            told += "_"
        else:
            told += f"\\{character}" if character in r"\%_" else character
    return told
