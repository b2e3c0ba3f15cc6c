"""Which steps of the ladder should have been decided by now, recomputed from cycles, spans and the policies ever.

Not from the stored steps (`leadmodel_rung`), by which the scan goes: where those are wrong or missing, this tells it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import connection

from alerts.auditor.differing import MOST_LOOKED_AT, Check, Checked, Difference, Look
from alerts.auditor.due import Due, decided, stale_by, time_of
from alerts.kept import excepted, has_news
from alerts.ladder.words import of_act
from alerts.stops import stopped_acts
from leadmodel.lifecycle.lead_types import Priority
from leadmodel.lifecycle.policies import Act, Policies
from leadmodel.settings_store import policies_ever

_LONG = timedelta(minutes=10)
"""A step that waits is looked at again when it says; so much later nobody does."""
_DUE = f"""
    WITH promised AS (
        SELECT * FROM jsonb_to_recordset(%(promised)s::jsonb)
            AS one (since timestamptz, until timestamptz, priority text, step int, act text, us bigint)
    ), waiting AS (
        SELECT cycle.person_id, cycle.number, cycle.priority, held.holder_id, held.rep IS NOT NULL AS is_reps,
               CASE WHEN held.rep IS NULL THEN cycle.assigned_at ELSE held.started_at END AS since
        FROM leadmodel_cycle cycle
        JOIN leadmodel_person person ON person.person_id = cycle.person_id AND NOT person.is_deleted
        CROSS JOIN LATERAL (
            SELECT span.holder_id, span.rep, span.started_at FROM leadmodel_span span
            WHERE span.person_id = cycle.person_id AND span.number = cycle.number ORDER BY span.ordinal DESC LIMIT 1
        ) held
        WHERE cycle.outcome = 'open' AND cycle.first_touch_at IS NULL AND cycle.path = 'inbound'
    ), due AS MATERIALIZED (
        SELECT waiting.person_id, waiting.number, waiting.holder_id, promised.step, promised.act,
               GREATEST(waiting.since, waiting.since + promised.us * interval '1 microsecond') AS due_at,
               NULL::text AS activity_id
        FROM waiting JOIN promised
          ON (promised.since IS NULL OR promised.since <= waiting.since)
         AND (promised.until IS NULL OR promised.until > waiting.since)
         AND promised.priority = COALESCE(waiting.priority, '')
         AND (waiting.is_reps OR promised.act <> 'remind_rep')
        WHERE promised.act <> ALL(%(stopped)s) AND waiting.since > %(begun)s
    )
    SELECT due.person_id, due.number, due.holder_id, due.step, due.act, due.due_at, '',
           done.id, done.state, done.again_at, done.decided_at, done.person_id, done.holder_id, due.activity_id
    FROM due {decided("interval '0 s'")}
    WHERE due.due_at <= %(at)s AND due.due_at > %(stale)s
      AND NOT {excepted("due")} AND NOT {has_news("due")}
    ORDER BY due.due_at, due.person_id, due.step
"""


def read_due(look: Look) -> list[Due]:
    """Whatever was due by `look.at`, and not so long ago that it is not done any more."""
    stale = stale_by(look)
    promised = list(_promised(policies_ever()))
    longest = timedelta(microseconds=max((int(one["us"] or 0) for one in promised), default=0))
    asked: dict[str, str | datetime | list[str] | None] = {
        "promised": json.dumps(promised),
        "begun": stale - max(longest, timedelta(0)),
        "at": look.at,
        "now": look.now,
        "stale": stale,
        "stopped": stopped_acts(look.stopped),
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE, asked)
        return [Due(*row) for row in cursor.fetchall()]


def _promised(policies: Sequence[Policies]) -> Iterator[dict[str, str | int | None]]:
    """From when until when which step is due how long after a wait begins; each policy for the waits of its time.

    Promises in business hours are no number of seconds (`business`).
    """
    for place, one in enumerate(policies):
        if one.response.hours == "business":
            continue
        for priority in (None, *Priority):
            for step, told in enumerate(one.response.ladder, start=1):
                after = one.response.owed(told.of, priority) + timedelta(minutes=told.minutes)
                yield {
                    **time_of(policies, place),
                    "priority": priority or "",
                    "step": step,
                    "act": told.do.value,
                    "us": after // timedelta(microseconds=1),
                }


def check_steps(look: Look, due: Sequence[Due]) -> Checked:
    """Each was decided, or is looked at again when it said."""
    found = (_not_decided(one, look.now) for one in due)
    return Checked(len(due), [one for one in found if one is not None][:MOST_LOOKED_AT])


def _words(one: Due) -> str:
    about = f"step {one.step} {one.about}".strip()
    return f"“{of_act(one.act)}” ({about})"


def _not_decided(one: Due, now: datetime) -> Difference | None:
    words = f"{_words(one)} was due on {one.due_at:%Y-%m-%d %H:%M} UTC"
    if one.number is None:
        return Difference(
            Check.STEPS, f"steps/{one.key}", one.person_id, f"{words}, and nothing was decided."
        )
    if one.state == "waiting" and one.again_at is not None and one.again_at < now - _LONG:
        said = f"{words}; it waits, and nobody looked again by {one.again_at:%H:%M} UTC as it said."
        return Difference(Check.STEPS, f"steps/again/{one.key}", one.person_id, said)
    return None


_TOLD = """
    SELECT asked.key
    FROM unnest(%(keys)s::text[], %(persons)s::text[], %(kept)s::text[]) AS asked (key, person_id, kept_of)
    WHERE EXISTS (
        SELECT FROM base_auditentry entry WHERE entry.person_id = asked.kept_of
          AND entry.what LIKE 'told.%%' AND starts_with(entry.cause, 'ladder/' || asked.key || '/')
    ) OR EXISTS (
        SELECT FROM leadmodel_personrecord record JOIN base_auditentry entry ON entry.person_id = record.record_id
        WHERE record.person_id = asked.person_id
          AND entry.what LIKE 'told.%%' AND starts_with(entry.cause, 'ladder/' || asked.key || '/')
    )
"""
_ACCOUNTS = """
    SELECT account.salesforce_id, account.role, account.date_joined FROM base_user account
    LEFT JOIN sync_user person ON person.id = account.salesforce_id
    WHERE account.is_active AND (account.salesforce_id IS NULL OR person.is_active)
      AND NOT EXISTS (SELECT FROM base_auditentry entry WHERE entry.what = 'user' AND entry.became = 'changed'
                      AND entry.user_id = account.id AND entry.at > %(stale)s)
"""
"""Who could be told all the while: an account that was changed lately may have come to it since."""


def check_told(look: Look, due: Sequence[Due]) -> Checked:
    """Of each step that only tells: somebody was told, by what was noted when they were, or nobody could be."""
    telling = [one for one in due if one.state in ("done", "untold") and one.act != Act.REASSIGN]
    with connection.cursor() as cursor:
        asked: dict[str, list[str] | list[str | None]] = {
            "keys": [one.key for one in telling],
            "persons": [one.person_id for one in telling],
            "kept": [one.kept_of for one in telling],
        }
        cursor.execute(_TOLD, asked)
        told = {key for (key,) in cursor.fetchall()}
        cursor.execute(_ACCOUNTS, {"stale": stale_by(look)})
        accounts = cursor.fetchall()
    joined = {salesforce_id: at for salesforce_id, _, at in accounts}
    operations = [at for _, role, at in accounts if role == "ops"]
    expected = [one for one in telling if one.state == "done" or _could_be_told(one, joined, operations)]
    differing = [
        Difference(Check.TOLD, f"told/{one.key}", one.person_id, f"{_words(one)} {_WRONG[one.state or '']}")
        for one in expected
        if one.key not in told
    ]
    return Checked(len(expected), differing[:MOST_LOOKED_AT])


_WRONG = {
    "done": "is kept as done, and nobody was told.",
    "untold": "told nobody, and there was somebody to tell.",
}


def _could_be_told(one: Due, joined: dict[str | None, datetime], operations: Sequence[datetime]) -> bool:
    """The rep, where they had an account; anybody above, where there are operations to fall back on."""
    assert one.decided_at is not None
    if one.act == Act.REMIND_REP:
        return one.kept_holder in joined and joined[one.kept_holder] < one.decided_at
    return any(at < one.decided_at for at in operations)


_GIVEN = """
    SELECT asked.person_id, asked.number
    FROM unnest(%(persons)s::text[], %(numbers)s::int[]) AS asked (person_id, number)
    JOIN leadmodel_cycle cycle ON cycle.person_id = asked.person_id AND cycle.number = asked.number
    WHERE EXISTS (SELECT FROM leadmodel_personrecord record
                  JOIN alerts_assignment line ON line.person_id = record.record_id
                  WHERE record.person_id = cycle.person_id AND line.due_at >= cycle.assigned_at
                    AND line.to_id IS NOT NULL)
"""


def check_reassigned(due: Sequence[Due]) -> Checked:
    """Of each step that gives to somebody else and was done, the ledger says to whom."""
    done = [one for one in due if one.state == "done" and one.act == Act.REASSIGN]
    with connection.cursor() as cursor:
        asked: dict[str, list[str] | list[int]] = {
            "persons": [one.person_id for one in done],
            "numbers": [one.cycle for one in done],
        }
        cursor.execute(_GIVEN, asked)
        given = set(cursor.fetchall())
    differing = [
        Difference(
            Check.REASSIGNED,
            f"reassigned/{one.key}",
            one.person_id,
            f"“Re-assign” (step {one.step}) is kept as done, and the ledger of re-assignments has no line of it.",
        )
        for one in done
        if (one.person_id, one.cycle) not in given
    ]
    return Checked(len(done), differing[:MOST_LOOKED_AT])
