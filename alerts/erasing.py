"""What we told of people, and wrote about them, names them no more once they are erased (K7)."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.actions import GIVE_BACK, UNDO
from sync.writeback.deliver import TASK, TASK_UNDO

NAMELESS = "About somebody who was erased"


def erase_what_was_told(cursor: Cursor, people: Sequence[str]) -> None:
    """Empty the lines behind the bell, and the words of what we wrote, about these persons or any of their records."""
    asked = {
        "people": list(people),
        "nameless": NAMELESS,
        "task": f"{TASK}.%",
        "kinds": [TASK_UNDO, GIVE_BACK, UNDO],
    }
    cursor.execute(
        "UPDATE alerts_told SET headline = %(nameless)s, text = ''"
        " FROM leadmodel_personrecord record"
        " WHERE record.person_id = ANY(%(people)s) AND alerts_told.person_id = record.record_id",
        asked,
    )
    # the words follow what was done: “Call: …”, “not mine: …”
    cursor.execute(
        "UPDATE base_effect SET why = split_part(why, ':', 1), said = '',"
        " payload = CASE WHEN payload #> '{values,Subject}' IS NULL THEN payload"
        " ELSE jsonb_set(payload, '{values,Subject}', to_jsonb(split_part(why, ':', 1))) END"
        " FROM leadmodel_personrecord record"
        " WHERE record.person_id = ANY(%(people)s) AND base_effect.subject = record.record_id"
        " AND (base_effect.kind LIKE %(task)s OR base_effect.kind = ANY(%(kinds)s))",
        asked,
    )
