"""What was learned since an instant: whom it is about, and how they were known then and later (M3).

Only people about whom something was learned can differ. They are found by indexes and derived twice, once by each
instant; everybody else stands as stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.filling import array
from leadmodel.lifecycle.cited import OURS, Fact, object_of
from leadmodel.lifecycle.facts import Family, Tracked
from leadmodel.lifecycle.learned import Between, learned
from leadmodel.rebuild import Model, derive_into, families_in_batches, read_model
from leadmodel.store import count_rows, make_staging

BEFORE, AFTER = "before_", "after_"
"""Prefixes of the temporary tables that hold those who may differ, as known by the first instant and by the second."""
DIFFERING = "since_differing"
"""The temporary table of all their records: whoever is stored under one of these is told by the tables above."""
MOST = 5_000
"""So many Leads and Contacts are derived twice for a page: some seconds' work."""

# each line is one look at an index, but for the merged and the converted, who are few and have a partial one
_LEARNED = """
    SELECT id FROM sync_lead WHERE created_at > %(since)s
    UNION SELECT id FROM sync_contact WHERE created_at > %(since)s
    UNION SELECT lead_id FROM sync_leadhistory WHERE created_at > %(since)s
    UNION SELECT contact_id FROM sync_contacthistory WHERE created_at > %(since)s
    UNION SELECT record_id FROM sync_seen WHERE at > %(since)s
    UNION SELECT who_id FROM sync_task WHERE created_at > %(since)s
    UNION SELECT who_id FROM sync_task WHERE completed_at > %(since)s AND completed_at > created_at
    UNION SELECT who_id FROM sync_event WHERE created_at > %(since)s
    UNION SELECT relation.relation_id FROM sync_taskrelation relation JOIN sync_task task ON task.id = relation.task_id
          WHERE task.created_at > %(since)s OR task.completed_at > %(since)s AND task.completed_at > task.created_at
    UNION SELECT relation.relation_id FROM sync_eventrelation relation
          JOIN sync_event event ON event.id = relation.event_id WHERE event.created_at > %(since)s
    UNION SELECT id FROM sync_lead WHERE master_record_id IS NOT NULL AND system_modstamp > %(since)s
    UNION SELECT id FROM sync_contact WHERE master_record_id IS NOT NULL AND system_modstamp > %(since)s
    UNION SELECT id FROM sync_lead WHERE converted_contact_id IS NOT NULL AND last_modified_at > %(since)s
    UNION SELECT role.contact_id FROM sync_opportunitycontactrole role WHERE role.created_at > %(since)s
    UNION SELECT role.contact_id FROM sync_opportunityhistory step
          JOIN sync_opportunitycontactrole role ON role.opportunity_id = step.opportunity_id
          WHERE step.created_at > %(since)s
    UNION SELECT person_id FROM leadmodel_cycle WHERE assigned_at > %(since)s
    UNION SELECT record_id FROM leadmodel_exclusion WHERE entered_at > %(since)s OR ended_at > %(since)s
"""
"""Records about which something was learned, or dated, since: an Assigned Date may be set ahead."""


class TooMany(Exception):
    """More records than MOST have something learned since."""


@dataclass(frozen=True)
class Differing:
    """Those who may differ: of each of their records, the facts learned between about the person."""

    facts: Mapping[str, list[Fact]]
    people: int

    @property
    def records(self) -> list[str]:
        """All their records."""
        return sorted(self.facts)


def derive_differing(cursor: Cursor, between: Between, *, most: int = MOST) -> Differing:
    """Derive whoever may differ between the two instants, as known by each, into the temporary tables.

    Both under the settings, teams and absences of now, so that facts and exceptions alone make a difference. Call
    within a transaction; the tables live as long as it does. Raises TooMany.
    """
    model = read_model()
    cursor.execute(
        f"SELECT id FROM ({_LEARNED}) told (id) WHERE id IS NOT NULL ORDER BY id LIMIT %(limit)s",
        {"since": between.since, "limit": most + 1},
    )
    ids = [row[0] for row in cursor.fetchall()]
    if len(ids) > most:
        raise TooMany
    for prefix in (BEFORE, AFTER):
        make_staging(cursor, prefix)
    facts: dict[str, list[Fact]] = {}
    people = 0
    for some in families_in_batches(cursor, model, ids):
        people += len(some)
        alike: list[Family] = []
        apart: list[Family] = []
        for family in some:
            told = learned(family, between, rules=model.settings.touches, directory=model.directory)
            own = [_named(fact, model) for fact in told]
            facts |= {record.record_id: own for record in family.records}
            # as of the first instant, what is not told late is the same by both
            (apart if told or between.as_of is None else alike).append(family)
        derive_into(cursor, (BEFORE, AFTER), alike, model, as_of=between.as_of, known_by=between.until)
        derive_into(cursor, (BEFORE,), apart, model, as_of=between.as_of, known_by=between.since)
        derive_into(cursor, (AFTER,), apart, model, as_of=between.as_of, known_by=between.until)
    _put_exceptions(cursor, between, facts)
    cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {DIFFERING} (record_id text) ON COMMIT DELETE ROWS")
    cursor.execute(f"TRUNCATE {DIFFERING}")
    cursor.execute(f"INSERT INTO {DIFFERING} SELECT unnest(%s::text[])", [array(facts)])
    cursor.execute(f"ANALYZE {DIFFERING}")
    for prefix in (BEFORE, AFTER):
        count_rows(cursor, prefix)
    return Differing(facts, people)


def _named(fact: Fact, model: Model) -> Fact:
    """A fact with its field as Salesforce calls it."""
    if not isinstance(fact.field, Tracked):
        return fact
    if fact.field is Tracked.OWNER:
        return fact._replace(field="Owner")
    names = {what: field for field, what in model.columns.tracked[object_of(fact.record_id)].items()}
    return fact._replace(field=names.get(fact.field, fact.field))


def _put_exceptions(cursor: Cursor, between: Between, facts: Mapping[str, list[Fact]]) -> None:
    """What was entered here about these people, beside what Salesforce told."""
    cursor.execute(
        """
        SELECT exclusion.id::text, told.field, told.at, told.entered_at, told.by_id, exclusion.record_id, told.why
        FROM leadmodel_exclusion exclusion
        LEFT JOIN base_user owner ON owner.id = exclusion.owner_id
        LEFT JOIN base_user ender ON ender.id = exclusion.ended_by_id
        CROSS JOIN LATERAL (VALUES
            ('granted', exclusion.starts_at, exclusion.entered_at, COALESCE(owner.salesforce_id, owner.username),
             exclusion.reason),
            ('ended', exclusion.ended_at, exclusion.ended_at, COALESCE(ender.salesforce_id, ender.username),
             exclusion.ended_why)
        ) told (field, at, entered_at, by_id, why)
        WHERE told.entered_at > %(since)s AND told.entered_at <= %(until)s
          AND exclusion.record_id = ANY(%(records)s::text[])
        ORDER BY told.entered_at, exclusion.id
        """,
        {"since": between.since, "until": between.until, "records": array(facts)},
    )
    for number, field, at, entered_at, by, record_id, why in cursor.fetchall():
        facts[record_id].append(Fact(OURS, number, record_id, field, at, entered_at, None, why, by))
