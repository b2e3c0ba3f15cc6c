"""Who only ever heard from machines: no touch that counts, and at least one automatic one (R086).

Worked out from the mirror when it is asked for: which activities count is `lifecycle.touches`' rule, here as SQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.db import connection

from leadmodel.activities import shares
from leadmodel.directory import read_directory
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.rebuild import AS_OF
from leadmodel.settings_store import settings_in_force
from metrics.compile import STORED, tables
from metrics.selection import Selection
from metrics.spec import Condition, Figure, Kind, Unit
from sync.gone import still_tells

# activities of untouched people, as `touches._why` looks at them: what came from the person is neither; looked
# through once, whatever the planner expects
_HEARD = """
    person_id IN (WITH heard AS MATERIALIZED (
        SELECT record.person_id
        FROM (SELECT DISTINCT person_id FROM {cycle}
              WHERE touch_count = 0 AND assigned_at >= %(start)s AND assigned_at < %(end)s) untouched
        JOIN {record} record ON record.person_id = untouched.person_id
        JOIN ({activities}) activity ON activity.who_id = record.record_id
        WHERE told_at <= LEAST(%(instant)s, %(known_by)s::timestamptz)
          AND NOT subject COLLATE pg_unicode_fast ~* %(inbound_subjects)s
        GROUP BY 1
        HAVING bool_and(subtype = ANY(%(automatic_subtypes)s::text[])
                        OR subject COLLATE pg_unicode_fast ~* %(automatic_subjects)s
                        OR (owner_id = ANY(%(humans)s::text[])) IS NOT TRUE)
    ) SELECT person_id FROM heard)
    AND person_id NOT IN (SELECT person_id FROM {cycle} WHERE touch_count > 0)
"""

_TASKS = """
    SELECT {who} AS who_id, task.owner_id, COALESCE(task.subject, '') AS subject,
           COALESCE(task.task_subtype, '') AS subtype, GREATEST(task.created_at, task.completed_at) AS told_at
    FROM {source} WHERE task.is_closed
"""
_EVENTS = """
    SELECT {who}, event.owner_id, COALESCE(event.subject, ''), COALESCE(event.event_subtype, ''), event.created_at
    FROM {source}
"""
_OWN = (
    _TASKS.format(who="task.who_id", source="sync_task task"),
    _EVENTS.format(who="event.who_id", source="sync_event event"),
)
# of the people an activity is also about, where the organisation shares activities (K10)
_SHARED_TASKS = _TASKS.format(
    who="relation.relation_id",
    source="sync_taskrelation relation JOIN sync_task task"
    f" ON task.id = relation.task_id AND {still_tells('relation', 'task')}",
)
_SHARED_EVENTS = _EVENTS.format(
    who="relation.relation_id",
    source="sync_eventrelation relation JOIN sync_event event"
    f" ON event.id = relation.event_id AND {still_tells('relation', 'event')}",
)


def only_automatic(selection: Selection) -> tuple[Figure, Mapping[str, object]]:
    """The cycles of a selection whose people only ever got automatic touches, and what the condition asks for.

    As of an instant: of what had been logged by then.
    """
    settings = settings_in_force(known_by=selection.known_by)
    is_past = selection.as_of is not None or selection.known_by is not None
    heard = _HEARD.format(activities=_activities(), **tables(AS_OF if is_past else STORED))
    figure = Figure(
        "pick_up",
        "Only automatic touches",
        Kind.COUNT,
        Unit.COUNT,
        "cycles of people to whom machines wrote and no human ever did, in this cycle or any other",
        "people nobody and nothing ever wrote to, people under an exception",
        # all of them count: asked once
        among=(Condition("touch_count = 0"), Condition(heard)),
    )
    return figure, _values(settings, selection)


def _activities() -> str:
    """Everything logged, a row for each it is about; tables of an organisation that shares none are not asked."""
    with connection.cursor() as wrapped:
        shares_tasks, shares_events = shares(wrapped.cursor)
    shared = [_SHARED_TASKS] * shares_tasks + [_SHARED_EVENTS] * shares_events
    return " UNION ALL ".join([*_OWN, *shared])


def _values(settings: ModelSettings, selection: Selection) -> Mapping[str, object]:
    users, rules = read_directory(settings, known_by=selection.known_by), settings.touches
    return {
        "humans": [*users.humans, *users.acting_for],
        "automatic_subtypes": list(rules.automatic_subtypes),
        "automatic_subjects": as_expression(rules.automatic_subjects),
        "inbound_subjects": as_expression(rules.inbound_subjects),
    }


def as_expression(patterns: tuple[str, ...]) -> str:
    """Patterns of * and ? as one regular expression of PostgreSQL; of none one that nothing fits."""
    told = ("".join(_as_written(letter) for letter in pattern) for pattern in patterns)
    return f"^(?:{'|'.join(told)})$" if patterns else "(?!)"


def _as_written(letter: str) -> str:
    if letter in "*?":
        return {"*": ".*", "?": "."}[letter]
    return re.sub(r"[^\w\s]", r"\\\g<0>", letter)
