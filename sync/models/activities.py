"""Mirror of what was done: Task and Event, and with whom else (organisations with Shared Activities)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from sync.models.fields import Mirrored, day, flag, instant, ref, text


class Task(Mirrored):
    """Salesforce's Task: calls, e-mails and to-dos."""

    who_id = ref("WhoId")
    what_id = ref("WhatId")
    owner_id = ref("OwnerId")
    subject = text("Subject")
    status = text("Status")
    task_subtype = text("TaskSubtype")
    type = text("Type")
    activity_date = day("ActivityDate")
    is_closed = flag("IsClosed")
    is_archived = flag("IsArchived")
    completed_at = instant("CompletedDateTime")

    class Meta:
        verbose_name = "Task"
        indexes = (
            models.Index("who_id", name="task_who"),  # timeline of a batch of people
            models.Index("created_at", name="task_created"),  # people concerned by a period
            # what is planned with a batch of people
            models.Index(
                "who_id", name="task_planned", condition=Q(is_closed=False, activity_date__isnull=False)
            ),
            # what is planned for a day, whoever with: the auditor's
            models.Index(
                "activity_date", name="task_due", condition=Q(is_closed=False, activity_date__isnull=False)
            ),
            # what was learned since an instant: tasks that stood open for a while
            models.Index(
                "completed_at", name="task_completed", condition=Q(completed_at__gt=F("created_at"))
            ),
        )


class Event(Mirrored):
    """Salesforce's Event: meetings."""

    who_id = ref("WhoId")
    what_id = ref("WhatId")
    owner_id = ref("OwnerId")
    subject = text("Subject")
    type = text("Type")
    event_subtype = text("EventSubtype")
    starts_at = instant("StartDateTime")
    ends_at = instant("EndDateTime")
    is_archived = flag("IsArchived")

    class Meta:
        verbose_name = "Event"
        indexes = (
            models.Index("who_id", name="event_who"),
            models.Index("created_at", name="event_created"),
            models.Index(Coalesce("ends_at", "starts_at"), name="event_over"),  # the auditor's: what is over
        )


class TaskRelation(Mirrored):
    """One of the people, or other records, that a Task is about."""

    task_id = ref("TaskId")
    relation_id = ref("RelationId")
    is_what = flag("IsWhat")

    class Meta:
        verbose_name = "TaskRelation"
        indexes = (
            models.Index("relation_id", name="taskrelation_person"),  # timeline of a batch of people
            models.Index("task_id", name="taskrelation_task"),  # marks of a task's people
        )


class EventRelation(Mirrored):
    """One of the people, or other records, that an Event is about."""

    event_id = ref("EventId")
    relation_id = ref("RelationId")
    is_what = flag("IsWhat")

    class Meta:
        verbose_name = "EventRelation"
        indexes = (
            models.Index("relation_id", name="eventrelation_person"),
            models.Index("event_id", name="eventrelation_event"),
        )
