"""What the mirror tells of few people: who had them when, their statuses, activities and opportunities.

Read from Salesforce's own rows, for checks that must not go by what the lead model made of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from django.db import connection
from psycopg2 import sql

from leadmodel.lifecycle.facts import Users
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import Stage
from sync.fields import column_of
from sync.gone import gone_at, still_tells

CONVERTED = "leadConverted"
_OWNER = ("Owner", "OwnerId")
_SAME_SAVE = timedelta(seconds=60)
"""A Contact that is made so close to a conversion is made by it."""
_WRITTEN = timedelta(minutes=1)
"""A change so close to a write of ours is that write, in the name of whoever decided it."""
_ID = re.compile(r"00[5G]\w{12}(\w{3})?", re.ASCII)


class Row(NamedTuple):
    """A Lead or Contact as it is now. `contact_id`: what it was converted to; `is_merged`: into another."""

    person_id: str
    record_id: str
    created_at: datetime
    created_by: str | None
    owner_id: str | None
    status: str | None
    contact_id: str | None
    is_merged: bool


class Change(NamedTuple):
    """A field changed. `by`: whoever may have done it, the user Salesforce names and in whose name we wrote."""

    record_id: str
    at: datetime
    by: frozenset[str]
    old: str | None
    new: str | None


class Activity(NamedTuple):
    """A Task that is done, or an Event. `at`: when it was done or logged, whichever is later."""

    at: datetime
    by: str | None
    subject: str
    subtype: str | None
    is_event: bool


class Stood(NamedTuple):
    """An opportunity that names the person stood at a stage from then on. `is_named`: the settings name the stage."""

    at: datetime
    by: str | None
    is_named: bool
    is_won: bool
    is_lost: bool


class Hand(NamedTuple):
    """Somebody else got the person."""

    at: datetime
    giver: str | None
    taker: str | None
    by: frozenset[str]


@dataclass
class Known:
    """What the mirror tells of a person; each list in order of time, `statuses` with the stage each meant."""

    rows: list[Row] = field(default_factory=list)
    owners: list[Change] = field(default_factory=list)
    statuses: list[tuple[Change, Stage]] = field(default_factory=list)
    conversions: list[Change] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    deals: list[Stood] = field(default_factory=list)

    @property
    def is_sure(self) -> bool:
        """Whether history tells when each conversion was."""
        told = {change.record_id for change in self.conversions}
        return all(row.record_id in told for row in self.rows if row.contact_id is not None)

    def made_by_conversion(self, row: Row) -> datetime | None:
        """When the conversion was that made this Contact; None where none did."""
        leads = {lead.record_id for lead in self.rows if lead.contact_id == row.record_id}
        found = [one.at for one in self.conversions if one.record_id in leads]
        return next((at for at in found if abs(at - row.created_at) <= _SAME_SAVE), None)

    def hands(self) -> list[Hand]:
        """Each change of hands, the first holder's apart; what is merged into another was another person's."""
        events: list[tuple[datetime, int, str | None, frozenset[str]]] = []
        for row in self.rows:
            if row.is_merged:
                continue
            own = [change for change in self.owners if change.record_id == row.record_id]
            converted_at = self.made_by_conversion(row)
            begun_at, order = (row.created_at, 0) if converted_at is None else (converted_at, 2)
            by = _named({row.created_by})
            events.append((begun_at, order, own[0].old if own else row.owner_id, by))
            events += [(change.at, 1, change.new, change.by) for change in own]
        events.sort(key=lambda one: one[:2])
        pairs = pairwise(events)
        return [
            Hand(at, giver, taker, by) for (_, _, giver, _), (at, _, taker, by) in pairs if giver != taker
        ]


_ROWS = """
    SELECT record.person_id, lead.id, lead.created_at, lead.created_by_id, lead.owner_id, lead.status,
           lead.converted_contact_id, lead.master_record_id IS NOT NULL
    FROM leadmodel_personrecord record JOIN sync_lead lead ON lead.id = record.record_id
    WHERE record.person_id = ANY(%(persons)s) AND lead.created_at IS NOT NULL
    UNION ALL
    SELECT record.person_id, contact.id, contact.created_at, contact.created_by_id, contact.owner_id, {status},
           NULL, contact.master_record_id IS NOT NULL
    FROM leadmodel_personrecord record JOIN sync_contact contact ON contact.id = record.record_id
    WHERE record.person_id = ANY(%(persons)s) AND contact.created_at IS NOT NULL
"""
_CHANGES = """
    WITH of AS (SELECT person_id, record_id FROM leadmodel_personrecord WHERE person_id = ANY(%(persons)s)),
    told AS (
        SELECT of.*, row.field, row.created_at AS at, row.created_by_id AS actor, row.old_value, row.new_value, row.id
        FROM of JOIN sync_leadhistory row ON row.lead_id = of.record_id
        WHERE row.field = ANY(%(fields)s) AND row.created_at IS NOT NULL
        UNION ALL
        SELECT of.*, row.field, row.created_at, row.created_by_id, row.old_value, row.new_value, row.id
        FROM of JOIN sync_contacthistory row ON row.contact_id = of.record_id
        WHERE row.field = ANY(%(fields)s) AND row.created_at IS NOT NULL
    )
    SELECT * FROM told
    UNION ALL
    SELECT of.*, seen.field, seen.at, seen.actor_id, seen.old_value, seen.new_value, seen.id::text
    FROM of JOIN sync_seen seen USING (record_id)
    WHERE seen.field = ANY(%(fields)s) AND NOT EXISTS (
        SELECT FROM told WHERE told.record_id = of.record_id AND told.new_value IS NOT DISTINCT FROM seen.new_value
          AND told.at BETWEEN seen.since AND seen.at
    )
    ORDER BY at, id
"""
"""What was seen to change between two reads where no history tells it."""
_ECHOES = """
    SELECT echo.record_id, echo.field, echo.at, echo.actor_id
    FROM leadmodel_personrecord record JOIN sync_echo echo USING (record_id)
    WHERE record.person_id = ANY(%(persons)s) AND echo.actor_id IS NOT NULL
"""
_ACTIVITIES = f"""
    WITH of AS (SELECT person_id, record_id FROM leadmodel_personrecord WHERE person_id = ANY(%(persons)s))
    SELECT of.person_id, GREATEST(task.created_at, task.completed_at) AS at, task.owner_id,
           COALESCE(task.subject, ''), task.task_subtype, false
    FROM of JOIN sync_task task ON task.who_id = of.record_id WHERE task.is_closed AND task.created_at IS NOT NULL
    UNION ALL
    SELECT of.person_id, GREATEST(task.created_at, task.completed_at), task.owner_id,
           COALESCE(task.subject, ''), task.task_subtype, false
    FROM of JOIN sync_taskrelation tie ON tie.relation_id = of.record_id JOIN sync_task task ON task.id = tie.task_id
    WHERE {still_tells("tie", "task")} AND task.is_closed AND task.created_at IS NOT NULL
    UNION ALL
    SELECT of.person_id, event.created_at, event.owner_id, COALESCE(event.subject, ''), event.event_subtype, true
    FROM of JOIN sync_event event ON event.who_id = of.record_id WHERE event.created_at IS NOT NULL
    UNION ALL
    SELECT of.person_id, event.created_at, event.owner_id, COALESCE(event.subject, ''), event.event_subtype, true
    FROM of JOIN sync_eventrelation tie ON tie.relation_id = of.record_id
    JOIN sync_event event ON event.id = tie.event_id
    WHERE {still_tells("tie", "event")} AND event.created_at IS NOT NULL
    ORDER BY at
"""
_DEALS = f"""
    SELECT record.person_id, GREATEST(step.created_at, role.created_at) AS at, step.created_by_id,
           step.stage_name = ANY(%(named)s),
           EXISTS (SELECT FROM sync_opportunity deal WHERE deal.stage_name = step.stage_name AND deal.is_won),
           EXISTS (SELECT FROM sync_opportunity deal
                   WHERE deal.stage_name = step.stage_name AND deal.is_closed AND NOT deal.is_won)
    FROM leadmodel_personrecord record
    JOIN sync_opportunitycontactrole role ON role.contact_id = record.record_id
    CROSS JOIN LATERAL (
        SELECT created_at, created_by_id, stage_name, lead(created_at) OVER (ORDER BY created_at, id) AS next_at
        FROM sync_opportunityhistory WHERE opportunity_id = role.opportunity_id
    ) step
    WHERE record.person_id = ANY(%(persons)s) AND (step.next_at IS NULL OR step.next_at > role.created_at)
      -- of who is on it no more: what was reached before
      AND (GREATEST(step.created_at, role.created_at) < {gone_at("role")}) IS NOT FALSE
    ORDER BY at
"""


def read_known(
    persons: Collection[str], settings: ModelSettings, users: Users, *, with_activities: bool
) -> Mapping[str, Known]:
    """Of each of these people what the mirror tells, in a few statements. Activities only where they are asked for."""
    known: dict[str, Known] = defaultdict(Known)
    asked = {
        "persons": list(persons),
        "fields": [*_OWNER, CONVERTED, *filter(None, _status_fields(settings).values())],
        "named": sorted(settings.qualified.all_stages),
    }
    if not persons:
        return known
    with connection.cursor() as cursor:
        column = column_of("Contact", settings.stages.contact_status_field)
        status = sql.Identifier("contact", column) if column else sql.SQL("NULL::text")
        cursor.execute(sql.SQL(_ROWS).format(status=status), asked)
        for row in cursor.fetchall():
            known[row[0]].rows.append(Row(*row))
        cursor.execute(_ECHOES, asked)
        echoes = cursor.fetchall()
        cursor.execute(_CHANGES, asked)
        _put_changes(known, cursor.fetchall(), echoes, settings, users)
        if with_activities:
            cursor.execute(_ACTIVITIES, asked)
            for person_id, *told in cursor.fetchall():
                known[person_id].activities.append(Activity(*told))
        cursor.execute(_DEALS, asked)
        for person_id, *told in cursor.fetchall():
            known[person_id].deals.append(Stood(*told))
    return known


_Told = tuple[str, str, str, datetime, str | None, str | None, str | None, str]
"""A row of history: person, record, field, when, by whom, old and new value, its Id."""
_Echo = tuple[str, str, datetime, str]
"""A write of ours: record, field as history names it, when, in whose name."""


def _status_fields(settings: ModelSettings) -> dict[str, str | None]:
    """How the field of the status is called, by how the Ids of its object begin."""
    return {"00Q": "Status", "003": settings.stages.contact_status_field}


def _put_changes(
    known: Mapping[str, Known],
    told: Sequence[_Told],
    echoes: Iterable[_Echo],
    settings: ModelSettings,
    users: Users,
) -> None:
    written: dict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)
    for record_id, name, at, decided_by in echoes:
        written[record_id, name].append((at, decided_by))
    # an owner changes in two rows, of names and of Ids
    by_id = {
        (record_id, at) for _, record_id, name, at, _, *values, _ in told if name in _OWNER and _is_id(values)
    }
    statuses = _status_fields(settings)
    for person_id, record_id, name, at, actor, old, new, _ in told:
        ours = written[record_id, "Owner" if name in _OWNER else name]
        by = _named({actor, *(who for when, who in ours if abs(when - at) <= _WRITTEN)})
        change = Change(record_id, at, by, old, new)
        person = known[person_id]
        if name == CONVERTED:
            person.conversions.append(change)
        elif name not in _OWNER:
            stage = settings.stages.stage_of(new, at) if statuses.get(record_id[:3]) == name else None
            if stage is not None:
                person.statuses.append((change, stage))
        elif _is_id((old, new)):
            person.owners.append(change)
        elif (record_id, at) not in by_id:
            before, after = (value and users.user_called(value) for value in (old, new))
            person.owners.append(change._replace(old=before, new=after))


def _named(users: Iterable[str | None]) -> frozenset[str]:
    return frozenset(who for who in users if who is not None)


def _is_id(values: Sequence[str | None]) -> bool:
    return any(value is not None and _ID.fullmatch(value) for value in values)
