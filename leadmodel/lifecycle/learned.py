"""Which facts were learned between two instants, and so can make what was known differ (M2, M3). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from leadmodel.lifecycle.cited import Fact, object_of
from leadmodel.lifecycle.facts import Directory, Family, Horizon, Tracked
from leadmodel.lifecycle.history import straighten
from leadmodel.lifecycle.settings import Touches
from leadmodel.lifecycle.touches import read_touches


class Between(NamedTuple):
    """The facts asked for: learned in `(since, until]`, and with `as_of` only what had happened by then."""

    since: datetime
    until: datetime
    as_of: datetime | None

    def holds(self, at: datetime, learned_at: datetime) -> bool:
        """Whether a fact is one of them."""
        return learned_at > self.since and Horizon(self.as_of, self.until).shows(at, learned_at)


def learned(family: Family, between: Between, *, rules: Touches, directory: Directory) -> list[Fact]:
    """The family's facts that were learned between, each once, in the order they were learned.

    A tracked field is called as `Tracked` has it: the settings say which field of Salesforce's that is.
    Of activities those `family` holds, whether they count or answer one that does.
    """
    found = [
        *_records(family, between),
        *_changes(family, between, directory),
        *_activities(family, between, rules, directory),
        *_stages(family, between),
    ]
    return sorted(found, key=lambda fact: (fact.learned_at, fact.at, fact.fact_id, fact.field))


def _records(family: Family, between: Between) -> Iterator[Fact]:
    for record in family.records:
        own, name = record.record_id, object_of(record.record_id)
        told = [("CreatedDate", record.created_at, record.created_by, record.status)]
        if record.converted_at is not None:
            told.append(("ConvertedContactId", record.converted_at, record.converted_by, record.converted_to))
        if record.merged_into is not None and record.deleted_at is not None:
            told.append(("MasterRecordId", record.deleted_at, None, record.merged_into))
        for field, at, actor, new in told:
            if between.holds(at, at):
                yield Fact(name, own, own, field, at, at, None, new, actor)


def _changes(family: Family, between: Between, directory: Directory) -> Iterator[Fact]:
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
                yield Fact(
                    name, source_id, record_id, field, at, change.at, change.old, change.new, change.actor
                )


def _activities(family: Family, between: Between, rules: Touches, directory: Directory) -> Iterator[Fact]:
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
            yield Fact(
                name, touch.activity_id, record_id, field, touch.at, learned_at, None, touch.why, touch.by
            )


def _stages(family: Family, between: Between) -> Iterator[Fact]:
    for step in set(family.steps):
        if between.holds(step.at, step.at):
            yield Fact(
                "Opportunity", step.opportunity_id, step.record_id, "StageName", step.at, step.at, None, step.stage,
                step.actor,
            )  # fmt: skip
