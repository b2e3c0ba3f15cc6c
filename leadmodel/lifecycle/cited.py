"""Where a fact comes from: what a sentence is opened to (M2). Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from leadmodel.lifecycle.cycles import Touch
from leadmodel.lifecycle.facts import Activity, Change, Family, FollowUp, Horizon, Meeting, Record, Tracked
from leadmodel.lifecycle.history import History
from leadmodel.lifecycle.joins import Join, joins_of
from leadmodel.lifecycle.known import Known
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.steps import Rank, Step

OBJECTS = {
    "00Q": "Lead",
    "003": "Contact",
    "001": "Account",
    "006": "Opportunity",
    "00T": "Task",
    "00U": "Event",
}
"""What an Id begins with → its object."""
OURS = "Exception"
"""The object of what was entered in this app."""


class Fact(NamedTuple):
    """A dated fact: which record of which object tells it, of which field, when it happened and was recorded."""

    object_name: str
    fact_id: str
    """The Id of the row that tells it: a history row's, an activity's, or the record's own."""
    record_id: str
    """The record to look at in Salesforce: history rows have no page."""
    field: str
    at: datetime
    learned_at: datetime
    before: str | None = None
    value: str | None = None
    actor: str | None = None
    """Whose doing it was, where that is told."""

    @property
    def holds_users(self) -> bool:
        """Whether the values are Ids of users and queues."""
        return self.field in {"Owner", "OwnerId"}


class Facts:
    """One family's facts by what the fold calls them."""

    def __init__(self, family: Family, settings: ModelSettings) -> None:
        self._family = family
        self._settings = settings

    def of_step(self, step: Step) -> Fact:
        """The fact a step of the fold was made of."""
        _, _, key, record_id, _, what = step
        if isinstance(what, Touch):
            return self.of_activity(what.activity_id)
        if isinstance(what, Join):
            return _joined(what.loser, what.winner, what.at, is_merge=what.is_merge)
        change = next(iter(self._changes.get((record_id, key), ())), None)
        return self._of_change(change) if change is not None else self._of_record(step)

    def _of_record(self, step: Step) -> Fact:
        """What no history row tells: an opportunity's stage, a date's value, a conversion, how a record began."""
        at, rank, key, record_id, _, _ = step
        if key.startswith("006"):
            return self._stage_reached(key.split(maxsplit=1)[0], record_id, at)
        if rank is Rank.ASSIGN:
            return self._assigned_date(record_id, at)
        if key == record_id:
            return _joined(record_id, self._records[record_id].converted_to, at, is_merge=False)
        return self._begun(record_id, key)

    def _stage_reached(self, opportunity_id: str, record_id: str, at: datetime) -> Fact:
        stages = sorted(
            step.stage
            for step in self._family.steps
            if (step.record_id, step.opportunity_id, step.at) == (record_id, opportunity_id, at)
        )
        return Fact(
            "Opportunity", opportunity_id, opportunity_id, "StageName", at, at, None, stages[0] or None
        )

    def of_activity(self, activity_id: str) -> Fact:
        """The Task or Event of this Id."""
        told = self._activities[activity_id]
        name = "Event" if told.is_event else "Task"
        at = told.completed_at if told.completed_at is not None and told.is_done else told.created_at
        field = "CompletedDateTime" if at != told.created_at else "CreatedDate"
        return Fact(name, activity_id, activity_id, field, at, max(told.created_at, at), None, told.subject)

    def of_meeting(self, meeting: Meeting) -> Fact:
        """That a meeting was to end then."""
        at, event_id = meeting.ends_at, meeting.event_id
        return Fact("Event", event_id, event_id, "EndDateTime", at, meeting.created_at)

    def of_follow_up(self, planned: FollowUp) -> Fact:
        """That a Task is planned for a day."""
        at, task_id = planned.created_at, planned.task_id
        return Fact("Task", task_id, task_id, "ActivityDate", at, at, None, planned.day.isoformat())

    def source(self, at: datetime, source: str | None) -> list[Fact]:
        """The records that say the source a cycle begun at `at` has."""
        told = [r for r in self._records.values() if r.source == source and r.created_at <= at and source]
        return [
            Fact(
                object_of(r.record_id), r.record_id, r.record_id, "LeadSource", r.created_at, r.created_at,
                None, source,
            )
            for r in sorted(told, key=lambda r: (r.created_at, r.record_id))[-1:]
        ]  # fmt: skip

    def campaign_answers(self, since: datetime, until: datetime) -> list[Fact]:
        """What the person did about campaigns after `since`, up to `until`."""
        return [
            Fact("CampaignMember", r.campaign_id, r.campaign_id, "CreatedDate", r.at, r.at)
            for r in sorted(set(self._family.responses), key=lambda r: (r.at, r.campaign_id))
            if since < r.at <= until
        ]

    def deals(self, until: datetime) -> list[Fact]:
        """The opportunities there were at `until`, of those that were not gone by then."""
        return [
            Fact("Opportunity", deal.opportunity_id, deal.opportunity_id, "CreatedDate", at, at)
            for deal in sorted(self._family.deals, key=lambda d: (d.opened_at, d.opportunity_id))
            if (at := deal.opened_at) <= until and (deal.gone_at is None or deal.gone_at > until)
        ]

    def fields(self, names: Iterable[str], record_ids: Iterable[str], at: datetime) -> list[Fact]:
        """Fields that rules read, as they stood at `at` on a person's records or account: by what made them so.

        What no change tells is the record's since it was made; an account's, of which that is not known, at `at`.
        """
        records = [self._records[record_id] for record_id in record_ids]
        known = Known(self._family, self._history, records, Horizon())
        return [self._held(known, name, at) for name in names if known.place(name, at=at) is not None]

    def _held(self, known: Known, name: str, at: datetime) -> Fact:
        place = known.place(name, at=at)
        assert place is not None
        record_id, field = place
        told = [change for change in self._history.get(place, []) if change.at <= at]
        if told:
            return self._of_change(told[-1])
        since = self._records[record_id].created_at if record_id in self._records else at
        value = known.field(name, at=at)
        return Fact(object_of(record_id), record_id, record_id, field, since, since, None, value)

    def creation(self, record_id: str) -> Fact:
        """That a record was made."""
        at = self._records[record_id].created_at
        return Fact(object_of(record_id), record_id, record_id, "CreatedDate", at, at)

    def conversions(self, record_ids: Collection[str]) -> list[Fact]:
        """That one of these records was converted into another of them, by whom."""
        return [
            Fact(
                "Contact",
                join.winner,
                join.winner,
                "CreatedDate",
                join.at,
                join.at,
                join.loser,
                join.winner,
                by,
            )
            for join in joins_of(self._family.records)
            if not join.is_merge and {join.loser, join.winner} <= {*record_ids}
            for by in [self._records[join.loser].converted_by]
        ]

    def merges(self, record_ids: Collection[str]) -> list[Fact]:
        """That one of these records was merged into another of them."""
        return [
            _joined(join.loser, join.winner, join.at, is_merge=True)
            for join in joins_of(self._family.records)
            if join.is_merge and {join.loser, join.winner} <= {*record_ids}
        ]

    def stages_reached(self, record_ids: Collection[str]) -> list[Fact]:
        """The stages that opportunities of these records reached, of those that mean something, each once."""
        told = {
            (step.at, step.opportunity_id, step.stage): step.actor
            for step in self._family.steps
            if step.record_id in record_ids and step.stage
        }
        return [
            Fact("Opportunity", deal, deal, "StageName", at, at, None, stage, by)
            for (at, deal, stage), by in sorted(told.items())
        ]

    @cached_property
    def _records(self) -> dict[str, Record]:
        return {record.record_id: record for record in self._family.records}

    @cached_property
    def _activities(self) -> dict[str, Activity]:
        return {activity.activity_id: activity for activity in self._family.activities}

    @cached_property
    def _changes(self) -> dict[tuple[str, str], list[Change]]:
        found: dict[tuple[str, str], list[Change]] = {}
        for change in self._family.changes:
            found.setdefault((change.record_id, change.source_id), []).append(change)
        return found

    @cached_property
    def _history(self) -> History:
        """The changes of what rules read, in order: told twice they are the same, and nobody's owner is among them."""
        found: History = {}
        for change in sorted(self._family.changes, key=lambda change: (change.at, change.source_id)):
            found.setdefault((change.record_id, change.field), []).append(change)
        return found

    def _of_change(self, change: Change) -> Fact:
        field = self._field(change.record_id, change.field)
        name, row = change.source_object, change.source_id
        if (
            change.since is not None
        ):  # seen between two reads: no row of Salesforce's tells it but the record itself
            name, row = object_of(change.record_id), change.record_id
        return Fact(name, row, change.record_id, field, change.at, change.at, change.old, change.new)

    def _assigned_date(self, record_id: str, at: datetime) -> Fact:
        told = [
            change
            for change in self._family.changes
            if change.record_id == record_id
            and change.field == Tracked.ASSIGNED_DATE
            and change.new is not None
            and datetime.fromisoformat(change.new) == at
        ]
        if told:
            return self._of_change(min(told, key=lambda change: change.at))._replace(at=at)
        begun = self._records[record_id].created_at
        field = self._field(record_id, Tracked.ASSIGNED_DATE)
        return Fact(object_of(record_id), record_id, record_id, field, at, begun, None, at.isoformat())

    def _begun(self, record_id: str, key: str) -> Fact:
        """What a field held from the record's creation on; the key says which (see `steps`)."""
        record, which = self._records[record_id], key.rsplit(maxsplit=1)[-1]
        fields = {
            "owner": (Tracked.OWNER, record.owner_id),
            "status": (Tracked.STATUS, record.status),
            "nurture": (Tracked.NURTURE_REASON, record.nurture_reason),
            "unqualified": (Tracked.UNQUALIFIED_REASON, record.unqualified_reason),
        }
        what, value = fields[which]
        changes = [c for c in self._family.changes if (c.record_id, c.field) == (record_id, what)]
        if changes:
            value = min(changes, key=lambda change: (change.at, change.source_id)).old
        field, at = self._field(record_id, what), record.created_at
        return Fact(object_of(record_id), record_id, record_id, field, at, at, None, value)

    def _field(self, record_id: str, what: str) -> str:
        """What Salesforce calls a field that the model reads."""
        settings = self._settings
        of_status = settings.stages.contact_status_field if object_of(record_id) == "Contact" else "Status"
        names = {
            Tracked.STATUS: of_status,
            Tracked.OWNER: "Owner",
            Tracked.ASSIGNED_DATE: settings.assignment.assigned_date_field,
            Tracked.NURTURE_REASON: settings.reasons.nurture_field,
            Tracked.UNQUALIFIED_REASON: settings.reasons.unqualified_field,
        }
        return {str(tracked): name or str(tracked) for tracked, name in names.items()}.get(what, what)


def _joined(record_id: str, into: str | None, at: datetime, *, is_merge: bool) -> Fact:
    """That a record was merged, or converted, into another."""
    field = "MasterRecordId" if is_merge else "ConvertedContactId"
    return Fact(object_of(record_id), record_id, record_id, field, at, at, None, into)


def object_of(record_id: str) -> str:
    """The Salesforce object a record is of."""
    return OBJECTS.get(record_id[:3], "Record")
