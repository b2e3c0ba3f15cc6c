"""Mirror of what was done: Task and Event."""

from __future__ import annotations

from django.db import models

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
        )
