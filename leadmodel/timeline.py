"""Gather: everything the mirror tells of a batch of people, family by family; one statement per source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache, partial

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.activities import put_activities, put_what_may_count
from leadmodel.backdrop import as_text, put_known, ruled_columns
from leadmodel.deals import opportunity_steps, read_closed_stages
from leadmodel.echoes import Echoes, read_echoes
from leadmodel.filling import Batch, Columns, Filling, Row, any_of, array, begin
from leadmodel.follow_ups import put_follow_ups
from leadmodel.lifecycle.cited import object_of
from leadmodel.lifecycle.facts import (
    Change,
    Family,
    Record,
    Response,
    Tracked,
    Users,
)
from leadmodel.lifecycle.known import ACCOUNT_ID
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.meetings import put_meetings
from sync.fields import column_of
from sync.gone import gone_at

CONVERTED = "leadConverted"
_ASSIGNED_DATE = Tracked.ASSIGNED_DATE

_change = partial(tuple.__new__, Change)
"""As `Change._make`, less a call of Python's: a rebuild makes millions."""


def read_columns(settings: ModelSettings) -> Columns:
    """Look the settings' fields up in the mirror."""
    custom = {
        Tracked.ASSIGNED_DATE: settings.assignment.assigned_date_field,
        Tracked.NURTURE_REASON: settings.reasons.nurture_field,
        Tracked.UNQUALIFIED_REASON: settings.reasons.unqualified_field,
    }
    tracked: dict[str, dict[str, str]] = {}
    current: dict[str, dict[Tracked, str | None]] = {}
    for name, status in (("Lead", "Status"), ("Contact", settings.stages.contact_status_field)):
        wanted = {Tracked.STATUS: status, **custom}
        tracked[name] = {field: what for what, field in wanted.items() if field}
        # Owner is told as Owner in history and as OwnerId where the sync saw it change
        tracked[name] |= {"Owner": Tracked.OWNER, "OwnerId": Tracked.OWNER}
        current[name] = {what: column_of(name, field) for what, field in wanted.items()}
    ruled = ruled_columns(settings.lead_types)
    for name, fields in ruled.items():
        known = tracked.setdefault(name, {})
        for field in fields:
            # only a Lead needs a field of its own to name an account
            matched = settings.lead_types.account_field if (name, field) == ("Lead", ACCOUNT_ID) else None
            known.setdefault(matched or field, field)
    return Columns(tracked, current, ruled)


def families(
    cursor: Cursor,
    record_ids: Sequence[str],
    columns: Columns,
    settings: ModelSettings,
    *,
    may_count_by: Users | None = None,
) -> list[Family]:
    """The families of these records, whole: kin not asked for comes with them. Ordered by first record Id.

    With `may_count_by`, who is who, activities that can count for nothing are left out: no figure needs them.
    """
    return families_among(cursor, kin(cursor, record_ids), columns, settings, may_count_by=may_count_by)


def families_among(
    cursor: Cursor,
    ids: Sequence[str],
    columns: Columns,
    settings: ModelSettings,
    *,
    may_count_by: Users | None = None,
) -> list[Family]:
    """The families these records form among themselves; what ties them to others does not count."""
    every = array(ids)
    of_leads, of_contacts = by_object(ids)
    leads = _rows(cursor, of_leads, "Lead", columns)
    contacts = _rows(cursor, of_contacts, "Contact", columns)
    batch = Batch(every, array([row[0] for row in leads]), array([row[0] for row in contacts]))
    echoes = read_echoes(cursor, every)
    told = _history(cursor, batch.leads, "LeadHistory", columns, echoes)
    begun, filling = begin(_records([*leads, *contacts], _conversions(told)))
    _put_changes(filling, told, "LeadHistory", columns)
    told = _history(cursor, batch.contacts, "ContactHistory", columns, echoes)
    _put_changes(filling, told, "ContactHistory", columns)
    _put_seen(filling, cursor, every, columns, echoes)
    if may_count_by is None:
        put_activities(filling, cursor, every)
    else:
        put_what_may_count(filling, begun, cursor, every, settings.touches, may_count_by)
    _put_responses(filling, cursor, batch)
    closed = read_closed_stages(cursor)
    for step in opportunity_steps(cursor, batch.contacts, closed, settings.qualified):
        if (family := filling.get(step.record_id)) is not None:
            family.steps.append(step)
    put_known(filling, cursor, batch, columns, {"Lead": leads, "Contact": contacts})
    put_follow_ups(filling, cursor, every, with_done=may_count_by is None)
    if columns.unmarked is not None:
        put_meetings(filling, cursor, every, columns.unmarked)
    return [Family(*lists) for lists in begun]


_TIES = f"""
    SELECT other.id FROM sync_lead CROSS JOIN LATERAL (VALUES (master_record_id), (converted_contact_id)) other (id)
    WHERE sync_lead.id = ANY(%(leads)s::text[]) AND other.id IS NOT NULL
    UNION ALL SELECT id FROM sync_lead WHERE master_record_id = {any_of("leads")}
    UNION ALL SELECT id FROM sync_lead WHERE converted_contact_id = {any_of("contacts")}
    UNION ALL SELECT master_record_id FROM sync_contact
    WHERE id = ANY(%(contacts)s::text[]) AND master_record_id IS NOT NULL
    UNION ALL SELECT id FROM sync_contact WHERE master_record_id = {any_of("contacts")}
"""


def kin(cursor: Cursor, record_ids: Sequence[str]) -> list[str]:
    """These records and all that conversion or merge ties to them, however far, in order."""
    known = set(record_ids)
    newly = known
    while newly:
        leads, contacts = by_object(newly)
        cursor.execute(_TIES, {"leads": leads, "contacts": contacts})
        newly = {row[0] for row in cursor.fetchall()} - known
        known = known | newly
    return sorted(known)


def by_object(ids: Iterable[str]) -> tuple[str, str]:
    """The Leads and the Contacts among these, as arrays: nobody looks for the one among the other."""
    leads: list[str] = []
    contacts: list[str] = []
    for record_id in ids:
        (contacts if object_of(record_id) == "Contact" else leads).append(record_id)
    return array(leads), array(contacts)


def _value(column: str | None) -> sql.Composable:
    return sql.Identifier(column) if column else sql.SQL("NULL::text")


def _rows(cursor: Cursor, ids: str, name: str, columns: Columns) -> list[Row]:
    """What the records of an object are now.

    `Record`'s values up to the conversion's, then what tells its instant, and last what rules read.
    """
    current = columns.current[name]
    is_lead = name == "Lead"
    cursor.execute(
        sql.SQL(
            "SELECT id, created_at, created_by_id, owner_id, {status}, {assigned}, {nurture}, {unqualified},"
            " lead_source, {gone_at}, master_record_id, {converted}, last_modified_at, last_modified_by_id{ruled}"
            " FROM {table} own WHERE id = ANY(%s::text[]) AND created_at IS NOT NULL"
        ).format(
            status=_value(current[Tracked.STATUS]),
            assigned=sql.SQL("({})::text").format(_value(current[Tracked.ASSIGNED_DATE])),
            nurture=_value(current[Tracked.NURTURE_REASON]),
            unqualified=_value(current[Tracked.UNQUALIFIED_REASON]),
            converted=sql.SQL(
                "converted_contact_id, converted_date" if is_lead else "NULL::text, NULL::date"
            ),
            gone_at=sql.SQL(gone_at("own")),
            ruled=as_text(columns.ruled[name].values()),
            table=sql.Identifier(f"sync_{name.lower()}"),
        ),
        [ids],
    )
    rows: list[Row] = cursor.fetchall()
    return rows


def _records(rows: Iterable[Row], conversions: Mapping[str, tuple[datetime, str | None]]) -> list[Record]:
    records: list[Record] = []
    for row in rows:
        contact_id, converted_at, converted_by = row[11], None, None
        if contact_id is not None:
            converted_at, converted_by = conversions.get(row[0]) or _guessed(row[12], row[13], row[14])
        told = (*row[:5], _instant(row[5]), *row[6:11], contact_id, converted_at, converted_by)
        records.append(Record._make(told))
    return records


def _instant(text: str | None) -> datetime | None:
    """The instant a date field holds, a bare date's first in UTC; a text that is no instant dates nothing."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


@lru_cache(maxsize=10_000)  # the old value of one change is the new one of another
def _dated(text: str | None) -> str | None:
    """The value of a date field as an instant (see `_instant`)."""
    at = _instant(text)
    return at.isoformat() if at is not None else None


def _guessed(
    day: date | None, modified_at: datetime | None, modified_by: str | None
) -> tuple[datetime | None, str | None]:
    """The conversion's instant where its history row is gone: the lead's last change if on that day, else its start."""
    if modified_at is not None and (day is None or modified_at.date() == day):
        return modified_at, modified_by
    if day is None:
        return None, None
    return datetime.combine(day, time.min, UTC), modified_by


def _history(cursor: Cursor, ids: str, name: str, columns: Columns, echoes: Echoes) -> list[Row]:
    """The rows of a history object about what the model reads: (record Id, field, at, actor, old, new, row's Id)."""
    of = name.removesuffix("History")
    cursor.execute(
        sql.SQL(
            "SELECT {key}, field, created_at, created_by_id, old_value, new_value, id FROM {table}"
            " WHERE {key} = {any_of_them} AND field = ANY(%(fields)s)"
        ).format(
            key=sql.Identifier(f"{of.lower()}_id"),
            table=sql.Identifier(f"sync_{name.lower()}"),
            any_of_them=sql.SQL(any_of("ids")),
        ),
        {"ids": ids, "fields": [*columns.tracked[of], CONVERTED]},
    )
    rows: list[Row] = cursor.fetchall()
    if not echoes.written:
        return rows
    return [
        (record_id, field, at, echoes.actor(record_id, field, new, at, actor), old, new, row_id)
        for record_id, field, at, actor, old, new, row_id in rows
    ]


def _conversions(told: Sequence[Row]) -> dict[str, tuple[datetime, str | None]]:
    """Lead Id → when it was converted, by whom; the first time where history tells several."""
    rows = sorted(
        (at, row_id, lead_id, by) for lead_id, field, at, by, _, _, row_id in told if field == CONVERTED
    )
    return {lead_id: (at, by) for at, _, lead_id, by in reversed(rows)}


def _put_changes(filling: Filling, told: Sequence[Row], name: str, columns: Columns) -> None:
    meaning = columns.tracked[name.removesuffix("History")]
    for record_id, field, at, actor, old, new, row_id in told:
        family, what = filling.get(record_id), meaning.get(field)
        if family is None or what is None:
            continue
        before, after = (_dated(old), _dated(new)) if what is _ASSIGNED_DATE else (old, new)
        row = (record_id, what, at, actor, before, after, name, row_id, None)
        family.changes.append(_change(row))


def _put_seen(filling: Filling, cursor: Cursor, ids: str, columns: Columns, echoes: Echoes) -> None:
    # where history tells every change nothing was ever seen: one look instead of one for each record
    cursor.execute("SELECT EXISTS (SELECT FROM sync_seen)")
    if cursor.fetchone() == (False,):
        return
    cursor.execute(
        "SELECT record_id, object_name, field, at, actor_id, old_value, new_value, id, since FROM sync_seen"
        " WHERE record_id = ANY(%s::text[])",
        [ids],
    )
    for record_id, name, field, at, actor, old, new, row_id, since in cursor.fetchall():
        family, what = filling.get(record_id), columns.tracked[name].get(field)
        if family is not None and what is not None:
            before, after = (_dated(old), _dated(new)) if what is Tracked.ASSIGNED_DATE else (old, new)
            who = echoes.actor(record_id, field, new, at, actor)
            family.changes.append(Change(record_id, what, at, who, before, after, "Seen", str(row_id), since))


def _put_responses(filling: Filling, cursor: Cursor, batch: Batch) -> None:
    cursor.execute(
        "SELECT lead_id, campaign_id, created_at FROM sync_campaignmember"
        f" WHERE lead_id = {any_of('leads')} AND created_at IS NOT NULL"
        " UNION ALL SELECT contact_id, campaign_id, created_at FROM sync_campaignmember"
        f" WHERE contact_id = {any_of('contacts')} AND created_at IS NOT NULL",
        {"leads": batch.leads, "contacts": batch.contacts},
    )
    for row in cursor.fetchall():
        if (family := filling.get(row[0])) is not None:
            family.responses.append(Response._make(row))
