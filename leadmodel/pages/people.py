"""Finding people by name, company, e-mail address or Id, among those the viewer may see."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from base.models import Role, User
from leadmodel.access import visible_reps
from leadmodel.pages.links import about, person_href

MOST = 50
SHORTEST = 2

_FOUND = """
    SELECT person.person_id,
           COALESCE(NULLIF(concat_ws(' ', COALESCE(lead.first_name, contact.first_name),
                                     COALESCE(lead.last_name, contact.last_name)), ''), person.person_id) AS name,
           COALESCE(lead.title, contact.title, ''), COALESCE(lead.company, account.name, ''),
           COALESCE(lead.email, contact.email, ''), person.stage, person.cycle_count,
           COALESCE(holder.name, queue.name, '')
    FROM leadmodel_person person
    LEFT JOIN sync_lead lead ON lead.id = person.person_id
    LEFT JOIN sync_contact contact ON contact.id = person.person_id
    LEFT JOIN sync_account account ON account.id = contact.account_id
    LEFT JOIN sync_user holder ON holder.id = person.holder_id
    LEFT JOIN sync_group queue ON queue.id = person.holder_id
    WHERE NOT person.is_deleted
      AND (concat_ws(' ', COALESCE(lead.first_name, contact.first_name), COALESCE(lead.last_name, contact.last_name),
                     lead.company, account.name, COALESCE(lead.email, contact.email)) ILIKE %(like)s
           OR person.person_id IN (SELECT person_id FROM leadmodel_personrecord WHERE record_id = %(words)s))
      AND (%(reps)s::text[] IS NULL OR person.holder_id = ANY(%(reps)s)
           OR (%(nobodys)s AND COALESCE(holder.is_active, false) = false)
           OR EXISTS (SELECT FROM leadmodel_span span WHERE span.person_id = person.person_id
                      AND (span.rep = ANY(%(reps)s) OR span.holder_id = ANY(%(reps)s))))
    ORDER BY name, person.person_id LIMIT %(most)s
"""


@dataclass(frozen=True)
class Found:
    """A person that fits."""

    href: str
    name: str
    about: str
    email: str
    stage: str
    cycles: int
    holder: str


def find_people(user: User, words: str) -> list[Found]:
    """People whose name, company, address or Id holds the words, by name, at most MOST and one more."""
    reps = visible_reps(user)
    escaped = words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    with connection.cursor() as cursor:
        cursor.execute(
            _FOUND,
            {
                "like": f"%{escaped}%",
                "words": words,
                "reps": sorted(reps) if reps is not None else None,
                "nobodys": user.role == Role.MANAGER,
                "most": MOST + 1,
            },
        )
        return [
            Found(
                person_href(person_id), name, about(title, company), email, stage.capitalize(), cycles, holder
            )
            for person_id, name, title, company, email, stage, cycles, holder in cursor.fetchall()
        ]
