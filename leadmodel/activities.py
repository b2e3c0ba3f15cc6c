"""Gather the Tasks and Events of a batch of people: all for a story, or those that can count for figures (M7, K10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.filling import Filling, Lists
from leadmodel.lifecycle.facts import Activity, Users
from leadmodel.lifecycle.settings import Touches

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
_WHO = ("task.who_id", "relation.is_deleted IS NOT TRUE AND relation.relation_id")
"""Whom the rows of each are about."""
_EVENTS = """
    SELECT who_id, id, true, created_at, NULL::timestamptz, true, owner_id, COALESCE(subject, ''), event_subtype
    FROM sync_event WHERE who_id = ANY(%(batch)s::text[]) AND created_at IS NOT NULL
    UNION
    SELECT relation.relation_id, event.id, true, event.created_at, NULL, true, event.owner_id,
           COALESCE(event.subject, ''), event.event_subtype
    FROM sync_eventrelation relation JOIN sync_event event ON event.id = relation.event_id
    WHERE relation.relation_id = ANY(%(batch)s::text[]) AND relation.is_deleted IS NOT TRUE
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
            f"{tasks} WHERE {who} = ANY(%(batch)s::text[]) AND task.created_at IS NOT NULL",
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
    for tasks, who in zip(_TASKS, _WHO, strict=True):
        done = f"{who} = ANY(%(batch)s::text[]) AND task.created_at IS NOT NULL AND task.is_closed"
        _put(filling, cursor, f"{tasks} WHERE {done} AND {_OWN}", asked)
    _put(filling, cursor, _EVENTS, asked)
    window = timedelta(minutes=rules.answer_window_minutes)
    answered = [one for family in families for one in _answered(family, rules, window)]
    if not answered:
        return
    people, since, until = zip(*answered, strict=True)
    asked |= {"who": list(people), "since": list(since), "until": list(until)}
    for tasks, who in zip(_TASKS, _WHO, strict=True):
        _put(
            filling,
            cursor,
            f"{tasks} JOIN unnest(%(who)s::text[], %(since)s::timestamptz[], %(until)s::timestamptz[])"
            f" AS answer (who, since, until) ON {who} = answer.who"
            f" WHERE task.created_at IS NOT NULL AND task.is_closed AND NOT {_OWN} AND"
            " (task.created_at BETWEEN since AND until OR task.completed_at BETWEEN since AND until)",
            asked,
        )


def _put(filling: Filling, cursor: Cursor, query: str, asked: dict[str, object]) -> None:
    cursor.execute(query, asked)
    rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    for row in rows:
        if (family := filling.get(row[0])) is not None:
            family.activities.append(Activity._make(row))


def _answered(family: Lists, rules: Touches, window: timedelta) -> Iterator[tuple[str, datetime, datetime]]:
    """For each record of the family and each answer, when an automatic touch before it would have been logged."""
    answers = [
        activity
        for activity in family.activities
        if activity.is_event or rules.kind_of_subject(activity.subject) == "inbound"
    ]
    for answer in answers:
        first, last = sorted((answer.created_at, answer.completed_at or answer.created_at))
        for record in family.records:
            yield record.record_id, first - window, last


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
