"""Finding people by name, company, e-mail address or Id, among those the viewer may see."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from base.models import User
from leadmodel.access import sight_of_few
from leadmodel.pages.links import about, person_href
from sync.words import HOLDING, asked

MOST = 50
MOST_LOOKED_AT = 1000
"""Of more people than this who fit, some are shown by name and the rest is to be narrowed down."""
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
"""What `NAME`, `COMPANY` and `HOLDER` read, beside `leadmodel_person person`."""
_FITTING = f"""
    WITH holding AS MATERIALIZED ({HOLDING})
    SELECT record.person_id FROM holding CROSS JOIN LATERAL (
        SELECT person_id FROM leadmodel_personrecord WHERE record_id = holding.id OFFSET 0
    ) record
    UNION ALL SELECT record.person_id FROM leadmodel_personrecord record
    WHERE record.record_id >= %(id_from)s AND record.record_id < %(id_to)s
"""
"""The people of whom some Lead or Contact, also one merged or converted long ago, holds the words or has the Id.

Who holds the words is looked up once, and then each by their key, however few PostgreSQL expects there to be:
OFFSET 0 keeps it from going through all there are for each of them.
"""
FITS = f"person.person_id IN ({_FITTING})"
"""Whether name, company and e-mail address hold the words, or the Id is it; its parameters are `fitting`'s."""
_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")


def fitting(words: str) -> dict[str, str]:
    """The parameters of FITS for words somebody typed. An Id may be written in 15 or 18 letters."""
    given = words.strip()
    start = given if _ID.fullmatch(given) else ""
    return {**asked(given), "id_from": start, "id_to": f"{start}~" if start else ""}


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


@dataclass(frozen=True)
class Finding:
    """The first people found, by name, at most MOST; whether there are more; whether not all could be looked at."""

    people: list[Found]
    has_more: bool
    is_cut: bool


def find_people(user: User, words: str) -> Finding:
    """People with words in name, company or address that begin like those asked for, or of that Id.

    By name; where more than MOST_LOOKED_AT fit, of that many of them.
    """
    seen = sight_of_few(user)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH looked_at AS MATERIALIZED (
                SELECT person.person_id FROM ({_FITTING}) fitting CROSS JOIN LATERAL (
                    SELECT * FROM leadmodel_person WHERE person_id = fitting.person_id OFFSET 0
                ) person
                WHERE NOT person.is_deleted AND {seen.condition} LIMIT %(looked_at)s
            )
            SELECT person.person_id, {NAME} AS name, COALESCE(lead.title, contact.title, ''), {COMPANY},
                   COALESCE(lead.email, contact.email, ''), person.stage, person.cycle_count, {HOLDER},
                   (SELECT count(*) FROM looked_at)
            FROM (SELECT DISTINCT person_id FROM looked_at) found CROSS JOIN LATERAL (
                SELECT * FROM leadmodel_person WHERE person_id = found.person_id OFFSET 0
            ) person {WITH_NAMES}
            ORDER BY name, person.person_id LIMIT %(most)s
            """,
            {**fitting(words), **seen.values, "most": MOST + 1, "looked_at": MOST_LOOKED_AT},
        )
        rows = cursor.fetchall()
    people = [
        Found(person_href(person_id), name, about(title, company), email, stage.capitalize(), cycles, holder)
        for person_id, name, title, company, email, stage, cycles, holder, _ in rows[:MOST]
    ]
    return Finding(people, len(rows) > MOST, bool(rows) and rows[0][-1] >= MOST_LOOKED_AT)


def holders(record_ids: Collection[str]) -> dict[str, str]:
    """Who holds the person each record stands for now: the name of a user or queue."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT record.record_id, {HOLDER} FROM leadmodel_personrecord record
            JOIN leadmodel_person person ON person.person_id = record.person_id {WITH_NAMES}
            WHERE record.record_id = ANY(%s)
            """,
            [list(record_ids)],
        )
        return dict(cursor.fetchall())
