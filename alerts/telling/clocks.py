"""Whether a clock that somebody is told of still runs, by the derived tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connection

from alerts.kept import excepted
from leadmodel.lifecycle.clocks import ClockKind
from leadmodel.recycling import opted_out


class Stopped(StrEnum):
    """Why a clock is nobody's matter any more, in a phrase."""

    MERGED = "merged with another person"
    DELETED = "deleted in Salesforce"
    EXCEPTED = "an exception is in force"
    DISPOSED = "disposed since"
    ANSWERED = "answered since"
    TAKEN_UP = "taken up or moved on since"
    LOOKED_AT = "looked at again since"
    FOLLOWED_UP = "done or moved since, or in Nurture no more"
    MARKED = "marked or called off since"
    TRIED = "followed up or given up since"
    OPTED_OUT = "opted out since"
    REASSIGNED = "re-assigned since"
    WORKED = "worked again since"
    OVER = "its clock runs no more"
    MOVED = "its clock is due at another time"


_AFTER = {
    ClockKind.ACCEPTANCE: Stopped.TAKEN_UP,
    ClockKind.RETURN: Stopped.LOOKED_AT,
    ClockKind.FOLLOW_UP: Stopped.FOLLOWED_UP,
    ClockKind.MEETING: Stopped.MARKED,
    ClockKind.NO_SHOW: Stopped.TRIED,
}
"""What goes by no open cycle, and is of whose the person or the meeting is: and what it means that it runs no more."""
OF_AN_ANSWER = {ClockKind.RESPONSE_TARGET, ClockKind.RESPONSE_MAXIMUM}
"""The clocks of one wait: what is promised, and the most."""
_STAND = f"""
    SELECT person.person_id IS NULL OR asked.is_joined AND asked.is_merged AND clock.due_at IS NULL,
           COALESCE(person.is_deleted, false),
           {excepted("asked")}, asked.kind IN ('{ClockKind.RETURN}', '{ClockKind.FOLLOW_UP}') AND {opted_out("asked")},
           cycle.closed_at IS NOT NULL, cycle.first_touch_at IS NOT NULL, cycle.holder_id,
           CASE asked.kind WHEN '{ClockKind.MEETING}' THEN meeting.owner_id ELSE person.holder_id END, clock.due_at
    FROM (
        -- it is about whoever the person has become
        SELECT COALESCE(record.person_id, told.person_id) AS person_id, record.person_id <> told.person_id AS is_joined,
               (SELECT master_record_id FROM sync_lead WHERE id = told.person_id COLLATE "C" UNION ALL
                SELECT master_record_id FROM sync_contact WHERE id = told.person_id COLLATE "C") <> '' AS is_merged,
               number, ordinal, kind, due_at, activity_id, place
        FROM unnest(%(persons)s::text[], %(numbers)s::int[], %(ordinals)s::int[], %(kinds)s::text[],
                    %(dues)s::timestamptz[], %(activities)s::text[])
            WITH ORDINALITY AS told (person_id, number, ordinal, kind, due_at, activity_id, place)
        LEFT JOIN leadmodel_personrecord record ON record.record_id = told.person_id COLLATE "C"
    ) AS asked
    LEFT JOIN leadmodel_person person ON person.person_id = asked.person_id COLLATE "C"
    LEFT JOIN LATERAL (
        -- cycles of two people are numbered anew when these become one; until when a clock runs stays
        SELECT * FROM leadmodel_clock running
        WHERE running.person_id = asked.person_id COLLATE "C" AND running.kind = asked.kind
          AND CASE WHEN asked.activity_id IS NOT NULL THEN running.activity_id = asked.activity_id
                   WHEN asked.is_joined THEN running.due_at = asked.due_at
                   ELSE running.number = asked.number AND running.ordinal = asked.ordinal END
        ORDER BY running.ordinal <> asked.ordinal LIMIT 1
    ) clock ON true
    LEFT JOIN leadmodel_cycle cycle
        ON cycle.person_id = asked.person_id COLLATE "C" AND cycle.number = COALESCE(clock.number, asked.number)
    LEFT JOIN sync_event meeting ON meeting.id = asked.activity_id COLLATE "C"
    ORDER BY asked.place
"""


class _Stand(NamedTuple):
    """How it stands with whom a clock is about.

    `is_lost`: their records are somebody else's, and which of that one's cycles would be theirs nobody can say.
    `due_at` None: it runs no more.
    """

    is_lost: bool
    is_deleted: bool
    is_excepted: bool
    is_opted_out: bool
    is_closed: bool
    is_touched: bool
    cycle_holder_id: str | None
    holder_id: str | None
    due_at: datetime | None


def why_stopped(conditions: Sequence[Mapping[str, Any]], now: datetime) -> list[str]:
    """Of each condition why its clock is nobody's matter any more, in a phrase; empty where it is.

    A condition has `person_id`, `number` of the cycle, `ordinal`, `clock` (its kind), `due_at`, `holder` where it is
    about who held the person, and `activity_id` where it is about a meeting or a Task.
    """
    values: dict[str, datetime | list[str] | list[int] | list[str | None]] = {
        "now": now,
        "persons": [one["person_id"] for one in conditions],
        "numbers": [one["number"] for one in conditions],
        "ordinals": [one["ordinal"] for one in conditions],
        "kinds": [one["clock"] for one in conditions],
        "dues": [one["due_at"] for one in conditions],
        "activities": [one.get("activity_id") for one in conditions],
    }
    with connection.cursor() as cursor:
        cursor.execute(_STAND, values)
        stands = [_Stand(*row) for row in cursor.fetchall()]
    return [_why(one, stand) for one, stand in zip(conditions, stands, strict=True)]


def _why(condition: Mapping[str, Any], stand: _Stand) -> str:
    """The first that is so."""
    after = _AFTER.get(condition["clock"])
    holder = stand.cycle_holder_id if after is None else stand.holder_id
    reasons = (
        (stand.is_lost, Stopped.MERGED),
        (stand.is_deleted, Stopped.DELETED),
        (stand.is_excepted, Stopped.EXCEPTED),
        (stand.is_opted_out, Stopped.OPTED_OUT),
        (stand.is_closed and after is None, Stopped.DISPOSED),
        (stand.is_touched and condition["clock"] in OF_AN_ANSWER, Stopped.ANSWERED),
        (condition.get("holder") not in (None, holder), Stopped.REASSIGNED),
        (stand.due_at is None, after or Stopped.OVER),
        (stand.due_at != datetime.fromisoformat(condition["due_at"]), Stopped.MOVED),
    )
    return next((why.value for is_so, why in reasons if is_so), "")
