"""Derived rows: a pure function of the mirror and the settings (M1). Only the rebuild writes them.

Their keys are natural, so deriving again gives the same rows. No foreign keys: rows of one person are
written together, and Salesforce's records come and go.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.db.models import F, Q
from django.db.models.fields import NOT_PROVIDED

from leadmodel.lifecycle.clocks import LASTING, ClockKind
from leadmodel.lifecycle.lead_types import Priority, Relation
from leadmodel.lifecycle.policies import Act
from leadmodel.lifecycle.stages import Ending, Entry, Handling, Outcome, Path, Stage, Trigger


def _code(
    choices: type[StrEnum], *, null: bool = False, db_default: StrEnum | type[NOT_PROVIDED] = NOT_PROVIDED
) -> models.CharField[str, str]:
    told = [(one.value, one.value) for one in choices]
    return models.CharField(max_length=16, choices=told, null=null, db_default=db_default)


def _id(*, primary_key: bool = False, null: bool = False, help_text: str = "") -> models.CharField[str, str]:
    return models.CharField(
        max_length=18, db_collation="C", primary_key=primary_key, null=null, help_text=help_text
    )


class Person(models.Model):
    """One human known in Salesforce (M4), keyed by the record that survives conversions and merges."""

    person_id = _id(primary_key=True)
    created_at = models.DateTimeField()
    stage = _code(Stage)
    stage_since = models.DateTimeField()
    holder_id = _id(null=True)
    cycle_count = models.IntegerField()
    is_deleted = models.BooleanField()
    is_customer = models.BooleanField()

    class Meta:
        indexes = (models.Index("holder_id", "person_id", name="person_held"),)  # lists of a rep's people

    def __str__(self) -> str:
        return self.person_id


class PersonRecord(models.Model):
    """Which person a Lead or Contact is. Links keep working when it converts or is merged."""

    record_id = _id(primary_key=True)
    person_id = _id()

    class Meta:
        indexes = (models.Index("person_id", name="record_person"),)  # a person's records

    def __str__(self) -> str:
        return self.record_id


class Cycle(models.Model):
    """One sales attempt on a person, from an assignment to the next disposition (M5, M8)."""

    pk = models.CompositePrimaryKey("person_id", "number")
    person_id = _id()
    number = models.IntegerField()
    assigned_at = models.DateTimeField()
    assigned_by = _id(null=True)
    trigger = _code(Trigger)
    source = models.TextField(null=True)
    path = _code(Path)
    campaign_id = _id(null=True)
    entry = _code(Entry)
    broke_hold = models.BooleanField()
    first_rep = _id(null=True)
    team = models.TextField(null=True)
    holder_id = _id(null=True)
    claimed_at = models.DateTimeField(null=True)
    first_touch_at = models.DateTimeField(null=True)
    first_touch_by = _id(null=True)
    first_touch_id = _id(null=True)
    last_touch_at = models.DateTimeField(null=True)
    touch_count = models.IntegerField()
    closed_at = models.DateTimeField(null=True)
    closed_by = _id(null=True)
    ending = _code(Ending, null=True)
    outcome = _code(Outcome)
    latest_kind = _code(Stage, null=True)
    reason = models.TextField(null=True)
    is_pre_qualification = models.BooleanField()
    qualified_at = models.DateTimeField(null=True)
    handling = _code(Handling)
    is_target_account = models.BooleanField(db_default=False)
    relation = _code(Relation, db_default=Relation.NEW_BUSINESS)
    priority = _code(Priority, null=True)
    wanted_rep = _id(null=True, help_text="Whom it should have gone to (R054, R055).")
    response_business_s = models.FloatField(null=True, help_text="In the first rep's business time (M17).")
    is_off_hours = models.BooleanField(
        db_default=False, help_text="Assigned outside the first rep's business time (R081)."
    )
    system_s = models.FloatField(null=True, help_text="Of the response: with a machine or nobody (R082).")
    queue_s = models.FloatField(null=True, help_text="Of the response: in queues.")
    owner_s = models.FloatField(null=True, help_text="Of the response: with people, while these worked.")
    off_hours_s = models.FloatField(null=True, help_text="Of the response: with people, while these did not.")
    pulled_by = _id(null=True, help_text="Who of an outbound team took the person up (R113).")
    meeting_at = models.DateTimeField(
        null=True, help_text="An opportunity had a meeting, or got further (R144)."
    )
    pipeline_at = models.DateTimeField(null=True, help_text="An opportunity became pipeline (R144).")
    target_due_at = models.DateTimeField(
        null=True, help_text="Until when an answer is in time, where business hours count."
    )

    class Meta:
        indexes = (
            models.Index("assigned_at", name="cycle_assigned"),  # figures of a period
            # the queue and the Now strip: open cycles by holder, longest waiting first
            models.Index("holder_id", "assigned_at", name="cycle_open", condition=Q(outcome="open")),
            # whom a rep may see because they pulled them
            models.Index("pulled_by", "person_id", name="cycle_pulled", condition=Q(pulled_by__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.person_id}/{self.number}"


class Span(models.Model):
    """A stretch of a cycle during which one rep, or a queue, holds the person (M12).

    `rep` is empty for queues and machines. The cycle's own columns that filters need stand here again, so that
    figures per rep read one table.
    """

    pk = models.CompositePrimaryKey("person_id", "number", "ordinal")
    person_id = _id()
    number = models.IntegerField()
    ordinal = models.IntegerField()
    holder_id = _id(null=True)
    rep = _id(null=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    owes_response = models.BooleanField()
    is_touched = models.BooleanField()
    is_bypassed = models.BooleanField()
    first_touch_at = models.DateTimeField(
        null=True, help_text="The cycle's first touch, in the span it falls in."
    )
    is_first_rep = models.BooleanField(help_text="The cycle's outcome is told under this span's rep.")
    assigned_at = models.DateTimeField()
    path = _code(Path)
    source = models.TextField(null=True)
    team = models.TextField(null=True)
    outcome = _code(Outcome)
    handling = _code(Handling)
    is_pre_qualification = models.BooleanField()
    touch_count = models.IntegerField()
    is_target_account = models.BooleanField(db_default=False)
    relation = _code(Relation, db_default=Relation.NEW_BUSINESS)
    priority = _code(Priority, null=True)
    response_business_s = models.FloatField(null=True, help_text="In the holder's business time (M17).")
    is_off_hours = models.BooleanField(
        db_default=False, help_text="The holder got the person outside their business time (R081)."
    )
    meeting_at = models.DateTimeField(null=True)
    pipeline_at = models.DateTimeField(null=True)
    target_due_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index("assigned_at", name="span_assigned"),  # figures per rep of a period, lists
            # whom a rep may see because they held them once
            models.Index("rep", "person_id", name="span_rep"),
            models.Index(
                "holder_id",
                "person_id",
                name="span_holder",
                # `access.IN_OTHER_NAME`: of most spans the rep is the holder, and is in the index before
                condition=Q(rep=None) | Q(rep__lt=F("holder_id")) | Q(rep__gt=F("holder_id")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id}/{self.number}/{self.ordinal}"


_WHOSE = "The span whose holder owes it; 0 where the cycle does; below, a meeting's place among the person's."


class Clock(models.Model):
    """A clock that runs in an open cycle, or after one that ended (M18): what is owed, since when, until when."""

    pk = models.CompositePrimaryKey("person_id", "number", "ordinal", "kind")
    person_id = _id()
    number = models.IntegerField()
    ordinal = models.IntegerField(help_text=_WHOSE)
    kind = _code(ClockKind)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    activity_id = _id(null=True, help_text="The meeting or Task it is about.")

    class Meta:
        indexes = (
            models.Index("kind", "due_at", name="clock_due"),
        )  # the due scan: cost follows what is due (M19)

    def __str__(self) -> str:
        return f"{self.person_id}/{self.number}/{self.ordinal} {self.kind}"


class AccountClock(models.Model):
    """Until when the owner of a target account is to have been in touch with somebody of it (M18, R126).

    Only of accounts that are target accounts, owned by a human, and promised something.
    """

    account_id = _id(primary_key=True)
    owner_id = _id(help_text="The rep, also where Salesforce's user acts for one (K2).")
    last_touch_at = models.DateTimeField(
        null=True, help_text="The owner's last counted touch of anybody on it."
    )
    started_at = models.DateTimeField(help_text="Since when it goes untouched.")
    due_at = models.DateTimeField(help_text="When it is idle, and its owner is told.")
    manager_due_at = models.DateTimeField(null=True, help_text="When the owner's manager is told.")

    class Meta:
        indexes = (
            # the due scan: cost follows what is due (M19); what is idle, by how long
            models.Index("due_at", "account_id", name="accountclock_due"),
            models.Index(
                "manager_due_at", name="accountclock_manager", condition=Q(manager_due_at__isnull=False)
            ),
            models.Index("owner_id", "due_at", name="accountclock_owner"),  # a rep's own
        )

    def __str__(self) -> str:
        return self.account_id


class Rung(models.Model):
    """What is to be done when about somebody: who waits for an answer, was handed off, is to return, had a meeting."""

    pk = models.CompositePrimaryKey("person_id", "number", "ordinal", "step")
    person_id = _id()
    number = models.IntegerField()
    ordinal = models.IntegerField(help_text=_WHOSE)
    step = models.IntegerField(help_text="Its place in the ladder, from 1.")
    act = models.CharField(max_length=32, choices=[(act.value, act.value) for act in Act])
    holder_id = _id(null=True)
    clock = _code(ClockKind)
    clock_due_at = models.DateTimeField()
    due_at = models.DateTimeField()
    activity_id = _id(null=True, help_text="The meeting or Task it is about.")

    class Meta:
        indexes = (
            models.Index("due_at", name="rung_due"),  # the due scan: cost follows what is due (M19)
            # what is stale, which is kept of all but those that last: people stay in Nurture, and meetings unmarked,
            # for years after theirs was due
            models.Index("due_at", name="rung_stale", condition=~Q(clock__in=[one.value for one in LASTING])),
        )

    def __str__(self) -> str:
        return f"{self.person_id}/{self.number}/{self.ordinal} {self.step} {self.act}"
