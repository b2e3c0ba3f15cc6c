"""Gather: everything the mirror tells of a batch of people, family by family; one statement per source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.lifecycle.facts import (
    Activity,
    Change,
    Family,
    OpportunityStep,
    Record,
    Response,
    Tracked,
)
from leadmodel.lifecycle.settings import ModelSettings
from sync.fields import column_of

CONVERTED = "leadConverted"


@dataclass(frozen=True)
class Columns:
    """Which history fields mean what, and where a record's current values stand, for one organisation."""

    tracked: dict[str, dict[str, Tracked]]
    """Object → history field → what it is."""
    current: dict[str, dict[Tracked, str | None]]
    """Object → what it is → the mirror's column."""


def read_columns(settings: ModelSettings) -> Columns:
    """Look the settings' fields up in the mirror."""
    custom = {
        Tracked.ASSIGNED_DATE: settings.assignment.assigned_date_field,
        Tracked.NURTURE_REASON: settings.reasons.nurture_field,
        Tracked.UNQUALIFIED_REASON: settings.reasons.unqualified_field,
    }
    tracked: dict[str, dict[str, Tracked]] = {}
    current: dict[str, dict[Tracked, str | None]] = {}
    for name, status in (("Lead", "Status"), ("Contact", settings.stages.contact_status_field)):
        wanted = {Tracked.STATUS: status, **custom}
        tracked[name] = {field: what for what, field in wanted.items() if field}
        # Owner is told as Owner in history and as OwnerId where the sync saw it change
        tracked[name] |= {"Owner": Tracked.OWNER, "OwnerId": Tracked.OWNER}
        current[name] = {what: column_of(name, field) for what, field in wanted.items()}
    return Columns(tracked, current)


@dataclass(frozen=True)
class _Gathering:
    """Families being filled: facts are put where their record belongs; those of unknown records are dropped."""

    kinship: dict[str, str]
    families: dict[str, _Lists]

    def of(self, record_id: str) -> _Lists | None:
        root = self.kinship.get(record_id)
        return self.families[root] if root is not None else None


class _Lists(NamedTuple):
    records: list[Record]
    changes: list[Change]
    activities: list[Activity]
    steps: list[OpportunityStep]
    responses: list[Response]


def families(
    cursor: Cursor, record_ids: Sequence[str], columns: Columns, settings: ModelSettings
) -> list[Family]:
    """The families of these records, whole: kin not asked for comes with them. Ordered by first record Id."""
    return families_among(cursor, kin(cursor, record_ids), columns, settings)


def families_among(cursor: Cursor, ids: list[str], columns: Columns, settings: ModelSettings) -> list[Family]:
    """The families these records form among themselves; what ties them to others does not count."""
    records, kinship = _records(cursor, ids, columns)
    roots = sorted(set(kinship.values()))
    gathering = _Gathering(kinship, {root: _Lists([], [], [], [], []) for root in roots})
    for record in records:
        if (family := gathering.of(record.record_id)) is not None:
            family.records.append(record)
    for change in _changes(cursor, ids, columns):
        if (family := gathering.of(change.record_id)) is not None:
            family.changes.append(change)
    for activity in _activities(cursor, ids):
        if (family := gathering.of(activity.record_id)) is not None:
            family.activities.append(activity)
    for step in _steps(cursor, ids, settings):
        if (family := gathering.of(step.record_id)) is not None:
            family.steps.append(step)
    for response in _responses(cursor, ids):
        if (family := gathering.of(response.record_id)) is not None:
            family.responses.append(response)
    return [Family(*gathering.families[root]) for root in roots]


def kin(cursor: Cursor, record_ids: Sequence[str]) -> list[str]:
    """These records and all that conversion or merge ties to them, however far, in order."""
    cursor.execute(
        """
        WITH RECURSIVE kin (id) AS (
            SELECT unnest(%s) COLLATE "C"
            UNION
            SELECT other.id FROM kin CROSS JOIN LATERAL (
                SELECT master_record_id FROM sync_lead WHERE id = kin.id
                UNION ALL SELECT converted_contact_id FROM sync_lead WHERE id = kin.id
                UNION ALL SELECT id FROM sync_lead WHERE master_record_id = kin.id
                UNION ALL SELECT id FROM sync_lead WHERE converted_contact_id = kin.id
                UNION ALL SELECT master_record_id FROM sync_contact WHERE id = kin.id
                UNION ALL SELECT id FROM sync_contact WHERE master_record_id = kin.id
            ) other (id) WHERE other.id IS NOT NULL
        ) SELECT DISTINCT id FROM kin ORDER BY id
        """,
        [list(record_ids)],
    )
    return [row[0] for row in cursor.fetchall()]


def _value(column: str | None) -> sql.Composable:
    return sql.Identifier(column) if column else sql.SQL("NULL::text")


def _records(cursor: Cursor, ids: list[str], columns: Columns) -> tuple[list[Record], dict[str, str]]:
    """The records, and which family (by its first record's Id) each is in."""
    conversions = _conversions(cursor, ids)
    records: list[Record] = []
    parent: dict[str, str] = {}

    def root(record_id: str) -> str:
        while parent.setdefault(record_id, record_id) != record_id:
            record_id = parent[record_id]
        return record_id

    for name, table, extra in (
        ("Lead", "sync_lead", "converted_contact_id, converted_date"),
        ("Contact", "sync_contact", "NULL::text, NULL::date"),
    ):
        current = columns.current[name]
        cursor.execute(
            sql.SQL(
                "SELECT id, created_at, created_by_id, owner_id, {status}, {assigned}, {nurture}, {unqualified},"
                " lead_source, CASE WHEN is_deleted THEN system_modstamp END, master_record_id,"
                " last_modified_at, last_modified_by_id, {extra}"
                " FROM {table} WHERE id = ANY(%s) AND created_at IS NOT NULL"
            ).format(
                status=_value(current[Tracked.STATUS]),
                assigned=sql.SQL("({})::text").format(_value(current[Tracked.ASSIGNED_DATE])),
                nurture=_value(current[Tracked.NURTURE_REASON]),
                unqualified=_value(current[Tracked.UNQUALIFIED_REASON]),
                extra=sql.SQL(extra),
                table=sql.Identifier(table),
            ),
            [ids],
        )
        for row in cursor.fetchall():
            record_id, contact_id = row[0], row[13]
            converted_at, converted_by = None, None
            if contact_id is not None:
                converted_at, converted_by = conversions.get(record_id) or _guessed(row[14], row[11], row[12])
            told = (*row[:5], _instant(row[5]), *row[6:11], contact_id, converted_at, converted_by)
            records.append(Record._make(told))
            for other in (row[10], contact_id):
                if other is not None:
                    first, second = sorted((root(record_id), root(other)))
                    parent[second] = first
    return records, {record.record_id: root(record.record_id) for record in records}


def _instant(text: str | None) -> datetime | None:
    """The instant a date field holds, a bare date's first in UTC; a text that is no instant dates nothing."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _dated(change: Change) -> Change:
    """The change of a date field, its values as instants (see `_instant`)."""
    if change.field is not Tracked.ASSIGNED_DATE:
        return change
    old, new = _instant(change.old), _instant(change.new)
    return change._replace(old=old.isoformat() if old else None, new=new.isoformat() if new else None)


def _guessed(
    day: date | None, modified_at: datetime | None, modified_by: str | None
) -> tuple[datetime | None, str | None]:
    """The conversion's instant where its history row is gone: the lead's last change if on that day, else its start."""
    if modified_at is not None and (day is None or modified_at.date() == day):
        return modified_at, modified_by
    if day is None:
        return None, None
    return datetime.combine(day, time.min, UTC), modified_by


def _conversions(cursor: Cursor, ids: list[str]) -> dict[str, tuple[datetime, str | None]]:
    cursor.execute(
        "SELECT lead_id, created_at, created_by_id FROM sync_leadhistory"
        " WHERE lead_id = ANY(%s) AND field = %s ORDER BY created_at DESC, id DESC",
        [ids, CONVERTED],
    )
    return {lead_id: (at, by) for lead_id, at, by in cursor.fetchall()}


def _changes(cursor: Cursor, ids: list[str], columns: Columns) -> Iterator[Change]:
    for name, table, key in (
        ("LeadHistory", "sync_leadhistory", "lead_id"),
        ("ContactHistory", "sync_contacthistory", "contact_id"),
    ):
        meaning = columns.tracked[name.removesuffix("History")]
        cursor.execute(
            sql.SQL(
                "SELECT {key}, field, created_at, created_by_id, old_value, new_value, id FROM {table}"
                " WHERE {key} = ANY(%s) AND field = ANY(%s)"
            ).format(key=sql.Identifier(key), table=sql.Identifier(table)),
            [ids, list(meaning)],
        )
        for record_id, field, at, actor, old, new, row_id in cursor.fetchall():
            yield _dated(Change(record_id, meaning[field], at, actor, old, new, name, row_id))
    cursor.execute(
        "SELECT record_id, object_name, field, at, actor_id, old_value, new_value, id, since FROM sync_seen"
        " WHERE record_id = ANY(%s)",
        [ids],
    )
    for record_id, name, field, at, actor, old, new, row_id, since in cursor.fetchall():
        what = columns.tracked[name].get(field)
        if what is not None:
            yield _dated(Change(record_id, what, at, actor, old, new, "Seen", str(row_id), since))


def _activities(cursor: Cursor, ids: list[str]) -> Iterator[Activity]:
    cursor.execute(
        "SELECT who_id, id, false, created_at, completed_at, COALESCE(is_closed, false), owner_id,"
        " COALESCE(subject, ''), task_subtype FROM sync_task WHERE who_id = ANY(%s) AND created_at IS NOT NULL",
        [ids],
    )
    yield from map(Activity._make, cursor.fetchall())
    cursor.execute(
        "SELECT who_id, id, true, created_at, NULL::timestamptz, true, owner_id, COALESCE(subject, ''), event_subtype"
        " FROM sync_event WHERE who_id = ANY(%s) AND created_at IS NOT NULL",
        [ids],
    )
    yield from map(Activity._make, cursor.fetchall())


def _steps(cursor: Cursor, ids: list[str], settings: ModelSettings) -> Iterator[OpportunityStep]:
    """First arrival at a qualified stage and winning, for each contact role; not before the role was added."""
    cursor.execute(
        """
        SELECT role.contact_id, role.opportunity_id, GREATEST(step.at, role.created_at), step.actor, step.is_won
        FROM sync_opportunitycontactrole role
        CROSS JOIN LATERAL (
            (SELECT created_at, created_by_id, false FROM sync_opportunityhistory
             WHERE opportunity_id = role.opportunity_id AND stage_name = ANY(%(stages)s)
             ORDER BY created_at, id LIMIT 1)
            UNION ALL
            (SELECT history.created_at, history.created_by_id, true
             FROM sync_opportunity won
             JOIN sync_opportunityhistory history ON history.opportunity_id = won.id
                                                 AND history.stage_name = won.stage_name
             WHERE won.id = role.opportunity_id AND won.is_won ORDER BY history.created_at, history.id LIMIT 1)
        ) step (at, actor, is_won)
        WHERE role.contact_id = ANY(%(ids)s) AND role.is_deleted IS NOT TRUE
          AND (role.is_primary OR step.is_won OR NOT %(primary_only)s)
        """,
        {
            "ids": ids,
            "stages": list(settings.qualified.opportunity_stages)
            if settings.qualified.by == "opportunity"
            else [],
            "primary_only": settings.qualified.primary_role_only,
        },
    )
    yield from map(OpportunityStep._make, cursor.fetchall())


def _responses(cursor: Cursor, ids: list[str]) -> Iterator[Response]:
    cursor.execute(
        "SELECT lead_id, campaign_id, created_at FROM sync_campaignmember"
        " WHERE lead_id = ANY(%(ids)s) AND created_at IS NOT NULL"
        " UNION SELECT contact_id, campaign_id, created_at FROM sync_campaignmember"
        " WHERE contact_id = ANY(%(ids)s) AND created_at IS NOT NULL",
        {"ids": ids},
    )
    yield from map(Response._make, cursor.fetchall())
