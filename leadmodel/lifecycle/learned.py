"""Which facts were learned between two instants, and so can make what was known differ (M2, M3). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from leadmodel.lifecycle.facts import Directory, Family, Horizon, Tracked
from leadmodel.lifecycle.history import straighten
from leadmodel.lifecycle.settings import Touches
from leadmodel.lifecycle.touches import read_touches

CONTACT_PREFIX = "003"
"""What Salesforce's Ids of Contacts begin with; all other records of a family are Leads."""


class Learned(NamedTuple):
    """A fact with its cause in Salesforce. `at`: when it happened; `learned_at`: when it was recorded."""

    source_object: str
    source_id: str
    field: str
    """The field's API name; a tracked one of a record as `Tracked` has it, as settings say which field that is."""
    at: datetime
    learned_at: datetime
    actor: str | None
    record_id: str
    """The Lead or Contact it is about."""
    old: str | None = None
    new: str | None = None


class Between(NamedTuple):
    """The facts asked for: learned in `(since, until]`, and with `as_of` only what had happened by then."""

    since: datetime
    until: datetime
    as_of: datetime | None

    def holds(self, at: datetime, learned_at: datetime) -> bool:
        """Whether a fact is one of them."""
        return learned_at > self.since and Horizon(self.as_of, self.until).shows(at, learned_at)


def learned(family: Family, between: Between, *, rules: Touches, directory: Directory) -> list[Learned]:
    """The family's facts that were learned between, each once, in the order they were learned.

    Of activities those `family` holds, whether they count or answer one that does.
    """
    found = [
        *_records(family, between),
        *_changes(family, between, directory),
        *_activities(family, between, rules, directory),
        *_stages(family, between),
    ]
    return sorted(found, key=lambda fact: (fact.learned_at, fact.at, fact.source_id, fact.field))


def object_of(record_id: str) -> str:
    """The Salesforce object a family's record is of."""
    return "Contact" if record_id.startswith(CONTACT_PREFIX) else "Lead"


def _records(family: Family, between: Between) -> Iterator[Learned]:
    for record in family.records:
        own, name = record.record_id, object_of(record.record_id)
        told = [("CreatedDate", record.created_at, record.created_by, record.status)]
        if record.converted_at is not None:
            told.append(("ConvertedContactId", record.converted_at, record.converted_by, record.converted_to))
        if record.merged_into is not None and record.deleted_at is not None:
            told.append(("MasterRecordId", record.deleted_at, None, record.merged_into))
        for field, at, actor, new in told:
            if between.holds(at, at):
                yield Learned(name, own, field, at, at, actor, own, None, new)


def _changes(family: Family, between: Between, directory: Directory) -> Iterator[Learned]:
    own = {record.record_id for record in family.records}
    for (record_id, field), changes in straighten(family.changes, directory).items():
        if record_id not in own:
            continue
        for change in changes:
            at = change.at
            if field is Tracked.ASSIGNED_DATE and change.new is not None:
                at = datetime.fromisoformat(change.new)  # the value is the time of the assignment (M5)
            if between.holds(at, change.at):
                # what the sync saw is told of the record itself: Salesforce has no row of it
                is_seen = change.since is not None
                name = object_of(record_id) if is_seen else change.source_object
                source_id = record_id if is_seen else change.source_id
                yield Learned(
                    name, source_id, field, at, change.at, change.actor, record_id, change.old, change.new
                )


def _activities(family: Family, between: Between, rules: Touches, directory: Directory) -> Iterator[Learned]:
    told = {activity.activity_id: activity for activity in family.activities}
    horizon = Horizon(between.as_of, between.until)
    for record_id, touch in read_touches(
        family.activities, rules=rules, directory=directory, horizon=horizon, with_loose=True
    ):
        activity = told[touch.activity_id]
        learned_at = max(activity.created_at, touch.at)
        if between.holds(touch.at, learned_at):
            name = "Event" if activity.is_event else "Task"
            field = "CompletedDateTime" if touch.at == activity.completed_at else "CreatedDate"
            yield Learned(
                name, touch.activity_id, field, touch.at, learned_at, touch.by, record_id, None, touch.why
            )


def _stages(family: Family, between: Between) -> Iterator[Learned]:
    for step in set(family.steps):
        if between.holds(step.at, step.at):
            yield Learned(
                "Opportunity", step.opportunity_id, "StageName", step.at, step.at, step.actor, step.record_id,
                None, step.stage,
            )  # fmt: skip
