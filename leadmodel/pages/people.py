"""Finding people by name, company, e-mail address or Id, among those the viewer may see."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from base.models import User
from leadmodel.access import sight
from leadmodel.pages.links import about, person_href

MOST = 50
SHORTEST = 2

NAME = """COALESCE(NULLIF(concat_ws(' ', COALESCE(lead.first_name, contact.first_name),
                        COALESCE(lead.last_name, contact.last_name)), ''), person.person_id)"""
COMPANY = "COALESCE(lead.company, account.name, '')"
HOLDER = "COALESCE(holder.name, queue.name, '')"
WITH_NAMES = """
    LEFT JOIN sync_lead lead ON lead.id = person.person_id
    LEFT JOIN sync_contact contact ON contact.id = person.person_id
    LEFT JOIN sync_account account ON account.id = contact.account_id
    LEFT JOIN sync_user holder ON holder.id = person.holder_id
    LEFT JOIN sync_group queue ON queue.id = person.holder_id
"""
"""What `NAME`, `COMPANY`, `HOLDER` and `FITS` read, beside `leadmodel_person person`."""
FITS = """
    (concat_ws(' ', COALESCE(lead.first_name, contact.first_name), COALESCE(lead.last_name, contact.last_name),
               lead.company, account.name, COALESCE(lead.email, contact.email)) ILIKE %(like)s
     OR person.person_id IN (SELECT person_id FROM leadmodel_personrecord WHERE record_id = %(words)s))
"""
"""Whether name, company, e-mail address or Id holds the words; its parameters are `fitting`'s."""


def fitting(words: str) -> dict[str, str]:
    """The parameters of FITS for words somebody typed."""
    escaped = words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return {"like": f"%{escaped}%", "words": words}


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
    seen = sight(user)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT person.person_id, {NAME} AS name, COALESCE(lead.title, contact.title, ''), {COMPANY},"
            f" COALESCE(lead.email, contact.email, ''), person.stage, person.cycle_count, {HOLDER}"
            f" FROM leadmodel_person person {WITH_NAMES}"
            f" WHERE NOT person.is_deleted AND {FITS} AND {seen.condition}"
            " ORDER BY name, person.person_id LIMIT %(most)s",
            {**fitting(words), **seen.values, "most": MOST + 1},
        )
        return [
            Found(
                person_href(person_id), name, about(title, company), email, stage.capitalize(), cycles, holder
            )
            for person_id, name, title, company, email, stage, cycles, holder in cursor.fetchall()
        ]
