"""Lists of people, cycles, spans and exceptions that a user may see, narrowed and read page by page from a place on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import connection
from django.db.models import prefetch_related_objects

from base.models import User
from leadmodel.access import Sight, sight
from leadmodel.models import Cycle, Exclusion, Person, PersonRecord, Span
from leadmodel.pages.people import COMPANY, FITS, HOLDER, NAME, WITH_NAMES, fitting

Filters = Mapping[str, Any]
"""What narrows a list, by name; the names are those of the tables below."""
M = TypeVar("M", Cycle, Span)

_LATEST = "cycle ON cycle.person_id = person.person_id AND cycle.number = person.cycle_count"
_PEOPLE = f"""
    SELECT person.*, {NAME} AS name, {COMPANY} AS company, COALESCE(lead.title, contact.title, '') AS title,
           {HOLDER} AS holder_name, cycle.source, cycle.path, cycle.team, cycle.assigned_at, cycle.first_touch_at,
           cycle.outcome, cycle.priority, cycle.relation, cycle.is_target_account
    FROM ({{page}}) person LEFT JOIN leadmodel_cycle {_LATEST} {WITH_NAMES}
    ORDER BY person.person_id
"""
"""The people of a page are found first, and only they are told with names and cycles."""
_PEOPLE_NARROWED = {
    "person": "person.person_id = %(person)s",
    "after": "person.person_id > %(after)s",
    "stage": "person.stage = %(stage)s",
    "holder": "person.holder_id = %(holder)s",
    "team": "cycle.team = %(team)s",
    "source": "cycle.source = %(source)s",
    "path": "cycle.path = %(path)s",
    "priority": "cycle.priority = %(priority)s",
    "relation": "cycle.relation = %(relation)s",
    "search": FITS,
}
_OF_LATEST = {name for name, condition in _PEOPLE_NARROWED.items() if condition.startswith("cycle.")}
_OF_CYCLES = {
    "person": "row.person_id = %(person)s",
    "start": "row.assigned_at >= %(start)s",
    "end": "row.assigned_at < %(end)s",
    "path": "row.path = %(path)s",
    "priority": "row.priority = %(priority)s",
    "relation": "row.relation = %(relation)s",
    "source": "row.source = %(source)s",
    "team": "row.team = %(team)s",
    "outcome": "row.outcome = %(outcome)s",
    "handling": "row.handling = %(handling)s",
}
_CYCLES_NARROWED = _OF_CYCLES | {
    "rep": "row.first_rep = %(rep)s",
    "after": "(row.assigned_at, row.person_id, row.number)"
    " < (%(after_at)s, %(after_person)s, %(after_number)s)",
}
_SPANS_NARROWED = _OF_CYCLES | {
    "rep": "row.rep = %(rep)s",
    "after": "(row.assigned_at, row.person_id, row.number, row.ordinal)"
    " < (%(after_at)s, %(after_person)s, %(after_number)s, %(after_ordinal)s)",
}


def list_people(user: User, filters: Filters, *, limit: int) -> list[Person]:
    """People by their Id, each with names and the latest cycle's source, path and team; `after` an Id."""
    values = dict(filters) | (fitting(filters["search"]) if "search" in filters else {})
    seen = sight(user)
    joins = f"JOIN leadmodel_cycle {_LATEST}" if _OF_LATEST & set(filters) else ""
    page = (
        f"SELECT person.* FROM leadmodel_person person {joins} WHERE {_where(_PEOPLE_NARROWED, filters, seen)}"
        " ORDER BY person.person_id LIMIT %(limit)s"
    )
    return list(Person.objects.raw(_PEOPLE.format(page=page), values | seen.values | {"limit": limit}))


def list_cycles(user: User, filters: Filters, *, limit: int) -> list[Cycle]:
    """Cycles by their assignment, latest first; `after` the assignment, person and number of a cycle."""
    values = dict(filters)
    if "after" in filters:
        values["after_at"], values["after_person"], values["after_number"] = filters["after"]
    seen = sight(user)
    where = _where(_CYCLES_NARROWED, filters, seen)
    order = "row.assigned_at DESC, row.person_id DESC, row.number DESC"
    sql = f"SELECT row.* FROM leadmodel_cycle row {_joined(seen)} WHERE {where} ORDER BY {order} LIMIT %(limit)s"
    return _read(Cycle, sql, values | seen.values | {"limit": limit})


def list_spans(user: User, filters: Filters, *, limit: int) -> list[Span]:
    """Spans by their cycle's assignment, latest first; `after` the assignment, person, number and ordinal of one."""
    values = dict(filters)
    if "after" in filters:
        at, person, number, ordinal = filters["after"]
        values |= {
            "after_at": at,
            "after_person": person,
            "after_number": number,
            "after_ordinal": ordinal,
        }
    seen = sight(user)
    where = _where(_SPANS_NARROWED, filters, seen)
    order = "row.assigned_at DESC, row.person_id DESC, row.number DESC, row.ordinal DESC"
    sql = (
        f"SELECT row.* FROM leadmodel_span row {_joined(seen)} WHERE {where} ORDER BY {order} LIMIT %(limit)s"
    )
    return _read(Span, sql, values | seen.values | {"limit": limit})


def list_exceptions(user: User, filters: Filters, *, limit: int) -> list[Exclusion]:
    """Exceptions about people the user may see, the latest entered first, each with who granted and who ended it.

    `after` is the number of one.
    """
    narrowed = {
        "number": "exclusion.id = %(number)s",
        "after": "exclusion.id < %(after)s",
        "person": "record.person_id = %(person)s",
        "in_force": "exclusion.starts_at <= %(in_force)s AND exclusion.expires_at > %(in_force)s"
        " AND (exclusion.ended_at IS NULL OR exclusion.ended_at > %(in_force)s)",
    }
    seen = sight(user)
    where = _where(narrowed, filters, seen)
    sql = f"""
        SELECT exclusion.*, record.person_id FROM leadmodel_exclusion exclusion
        LEFT JOIN leadmodel_personrecord record ON record.record_id = exclusion.record_id {_joined(seen, "record")}
        WHERE {where} ORDER BY exclusion.id DESC LIMIT %(limit)s
    """
    found = list(Exclusion.objects.raw(sql, dict(filters) | seen.values | {"limit": limit}))
    prefetch_related_objects(found, "owner", "ended_by")
    return found


def records_of(person: Person) -> list[str]:
    """The Ids of the Leads and Contacts that are this person."""
    found = PersonRecord.objects.filter(person_id=person.person_id).order_by("record_id")
    return list(found.values_list("record_id", flat=True))


def _read(model: type[M], sql: str, values: Mapping[str, Any]) -> list[M]:
    """Rows of a model whose key has several columns, which Django's own `raw` cannot read."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description]
        return [model(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def _joined(seen: Sight, table: str = "row") -> str:
    """The person of each row, where whom a user may see depends on them."""
    if not seen.values:
        return ""
    return f"JOIN leadmodel_person person ON person.person_id = {table}.person_id"


def _where(narrowed: Mapping[str, str], filters: Filters, seen: Sight) -> str:
    return " AND ".join([*(f"({narrowed[name]})" for name in filters), seen.condition])
