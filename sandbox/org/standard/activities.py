"""What people do towards a Lead or a Contact: tasks and events."""

from __future__ import annotations

from sandbox.org.schema import Field, SObject
from sandbox.org.standard.build import DELETED, ID, STAMPS, date, flag, long_text, moment, pick, ref, whole

WHAT = ("Account", "Opportunity", "Campaign")
INDEXES = (("WhoId",), ("WhatId",), ("OwnerId",))

TASK = SObject(
    name="Task",
    label="Task",
    label_plural="Tasks",
    key_prefix="00T",
    searchable=True,
    fields=(
        ID,
        ref("WhoId", "Contact", "Lead"),
        ref("WhatId", *WHAT),
        Field("Subject", "string", 255),
        date("ActivityDate"),
        pick("Status", "Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred",
             required=True, default=True, length=40),
        pick("Priority", "High", "Normal", "Low", required=True, default=True, length=40),
        flag("IsHighPriority", read_only=True),
        ref("OwnerId", "Group", "User", required=True, default=True),
        long_text("Description"),
        pick("Type", "Call", "Email", "Meeting", "Other", length=40),
        DELETED,
        ref("AccountId", "Account", read_only=True),
        flag("IsClosed", read_only=True),
        *STAMPS,
        flag("IsArchived", read_only=True),
        whole("CallDurationInSeconds"),
        pick("CallType", "Internal", "Inbound", "Outbound", length=40, restricted=True),
        Field("CallDisposition", "string", 255),
        Field("CallObject", "string", 255),
        moment("ReminderDateTime"),
        flag("IsReminderSet"),
        flag("IsRecurrence"),
        pick("TaskSubtype", "Task", "Email", "ListEmail", "Cadence", "Call", "LinkedIn", default=True, length=40,
             restricted=True),
        moment("CompletedDateTime", read_only=True),
    ),
    indexes=INDEXES,
)  # fmt: skip

EVENT = SObject(
    name="Event",
    label="Event",
    label_plural="Events",
    key_prefix="00U",
    searchable=True,
    fields=(
        ID,
        ref("WhoId", "Contact", "Lead"),
        ref("WhatId", *WHAT),
        Field("Subject", "string", 255),
        Field("Location", "string", 255),
        flag("IsAllDayEvent"),
        moment("ActivityDateTime"),
        date("ActivityDate"),
        whole("DurationInMinutes"),
        moment("StartDateTime"),
        moment("EndDateTime"),
        date("EndDate", read_only=True),
        long_text("Description"),
        ref("AccountId", "Account", read_only=True),
        ref("OwnerId", "User", required=True, default=True),
        pick("Type", "Call", "Email", "Meeting", "Other", length=40),
        flag("IsPrivate"),
        pick("ShowAs", "Busy", "OutOfOffice", "Free", length=40, restricted=True),
        DELETED,
        flag("IsChild", read_only=True),
        flag("IsGroupEvent", read_only=True),
        *STAMPS,
        flag("IsArchived", read_only=True),
        flag("IsRecurrence"),
        moment("ReminderDateTime"),
        flag("IsReminderSet"),
        pick("EventSubtype", "Event", default=True, length=40),
    ),
    indexes=INDEXES,
)


def _relation(name: str, label: str, key_prefix: str, activity: SObject) -> SObject:
    """Who else an activity is about, and what. The row that Salesforce keeps for its own Who is not kept here."""
    look_up = f"{activity.name}Id"
    return SObject(
        name=name,
        label=label,
        label_plural=f"{label}s",
        key_prefix=key_prefix,
        fields=(
            ID,
            ref(look_up, activity.name, required=True),
            ref("RelationId", "Account", "Contact", "Lead", "Opportunity", required=True),
            flag("IsWhat", read_only=True),
            ref("AccountId", "Account", read_only=True),
            *STAMPS,
            DELETED,
        ),
        indexes=((look_up,), ("RelationId",)),
    )


TASK_RELATION = _relation("TaskRelation", "Task Relation", "0RT", TASK)
EVENT_RELATION = _relation("EventRelation", "Event Relation", "0RE", EVENT)
OBJECTS = (TASK, EVENT, TASK_RELATION, EVENT_RELATION)
