"""Steps that should have been decided by now, whatever they are about, beside what was decided about each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from alerts.auditor.differing import Look
from alerts.kept import excepted, has_news
from alerts.stops import stopped_acts
from leadmodel.lifecycle.of_type import OfType
from leadmodel.lifecycle.policies import Policies


class Step(NamedTuple):
    """A step that is due about a person at an instant. `about`: what it is of, in words, where it is of no answer.

    `activity_id`: the meeting or Task it is about, which it is told by then.
    """

    person_id: str
    cycle: int
    holder_id: str | None
    step: int
    act: str
    due_at: datetime
    about: str
    activity_id: str | None = None


class Due(NamedTuple):
    """A step that was due, and what was decided about it, of which record of theirs; `number` None: nothing.

    `kept_of`, `kept_holder`: who the person and the holder were then.
    """

    person_id: str
    cycle: int
    holder_id: str | None
    step: int
    act: str
    due_at: datetime
    about: str
    number: int | None
    state: str | None
    again_at: datetime | None
    decided_at: datetime | None
    kept_of: str | None
    kept_holder: str | None
    activity_id: str | None

    @property
    def key(self) -> str:
        """Whose step, which, when, and about which meeting or Task."""
        key = f"{self.kept_of or self.person_id}/{self.step}/{self.due_at:%Y%m%dT%H%M%S}"
        return key if self.activity_id is None else f"{key}/{self.activity_id}"


def stale_by(look: Look) -> datetime:
    """What was due by then is not done any more: nobody is told so late."""
    return look.now - timedelta(hours=look.settings.response.stale_after_hours)


def time_of(policies: Sequence[Policies], place: int) -> dict[str, str | None]:
    """From when until when the policies at this place were in force; the first always were, the last always will be."""
    since = policies[place].since if place else None
    until = policies[place + 1].since if place + 1 < len(policies) else None
    return {"since": since.isoformat() if since else None, "until": until.isoformat() if until else None}


def held_at(policies: Sequence[Policies], at: datetime) -> Policies:
    """The policies that held then: the latest entered by then, else the first."""
    entered = [one for one in policies[1:] if one.since is not None and one.since <= at]
    return entered[-1] if entered else policies[0]


def is_for(of: OfType, path: str, priority: str | None, *, is_target_account: bool) -> bool:
    """Whether what is for some lead types only is for this one: whatever they do not name may be anything."""
    wanted = ((of.path, path), (of.priority, priority), (of.target_account, is_target_account))
    return all(want is None or want == told for want, told in wanted)


def decided(apart: str) -> str:
    """What was decided about each step that is `due`, joined as `done`: by its meeting or Task, else by the person.

    Under whichever record: they may have been converted or merged since. `apart`: how far two ways to the instant may
    part, as an interval.
    """
    return f"""
        LEFT JOIN LATERAL (
            SELECT one.* FROM alerts_escalation one
            WHERE one.about = ANY(CASE WHEN due.activity_id IS NOT NULL THEN ARRAY[due.activity_id] ELSE ARRAY(
                      SELECT record_id FROM leadmodel_personrecord record WHERE record.person_id = due.person_id
                  ) END) AND one.step = due.step
              AND one.due_at BETWEEN due.due_at - {apart} AND due.due_at + {apart}
            ORDER BY one.state = 'waiting', one.id LIMIT 1
        ) done ON true
    """


_DECIDED = f"""
    SELECT due.person_id, due.cycle, due.holder_id, due.step, due.act, COALESCE(done.due_at, due.due_at), due.about,
           done.id, done.state, done.again_at, done.decided_at, done.person_id, done.holder_id, due.activity_id
    FROM (
        SELECT person_id COLLATE "C" AS person_id, cycle, holder_id, step, act, due_at, about,
               activity_id COLLATE "C" AS activity_id
        FROM unnest(%(persons)s::text[], %(cycles)s::int[], %(holders)s::text[], %(steps)s::int[], %(acts)s::text[],
                    %(dues)s::timestamptz[], %(abouts)s::text[], %(activities)s::text[])
            AS one (person_id, cycle, holder_id, step, act, due_at, about, activity_id)
    ) due
    {decided("interval '2 s'")}
    WHERE due.act <> ALL(%(stopped)s) AND NOT {excepted("due")} AND NOT {has_news("due")}
    ORDER BY due.due_at, due.person_id, due.step
"""
"""Two ways to the same instant may part by what they round."""


def read_decided(steps: Sequence[Step], look: Look) -> list[Due]:
    """Of these steps those that are due by `look.at`, and not so long ago that they are not done any more."""
    assert look.at is not None
    stale = stale_by(look)
    due = [one for one in steps if stale < one.due_at <= look.at]
    if not due:
        return []
    asked: dict[str, datetime | list[str] | list[str | None] | list[int] | list[datetime]] = {
        "persons": [one.person_id for one in due],
        "cycles": [one.cycle for one in due],
        "holders": [one.holder_id for one in due],
        "steps": [one.step for one in due],
        "acts": [one.act for one in due],
        "dues": [one.due_at for one in due],
        "abouts": [one.about for one in due],
        "activities": [one.activity_id for one in due],
        "now": look.now,
        "stopped": stopped_acts(look.stopped),
    }
    with connection.cursor() as cursor:
        cursor.execute(_DECIDED, asked)
        return [Due(*row) for row in cursor.fetchall()]
