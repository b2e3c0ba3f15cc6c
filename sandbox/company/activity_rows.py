"""Rows of tasks and meetings."""

from __future__ import annotations

from sandbox.company.happenings import Activity, Meeting, Planned
from sandbox.company.sink import Row, Sink
from sandbox.company.stamps import day, instant

MEETING_SECONDS = 1800


def task_row(sink: Sink, one: Activity | Planned, who_id: str, moved: int) -> Row:
    """A task on this lead or contact; `moved` is when it came to hang on it, which leaves a stamp."""
    created = instant(one.at)
    done = isinstance(one, Activity)
    by = one.by.id if isinstance(one, Activity) else one.owner.id
    subtype = one.subtype if isinstance(one, Activity) else "Call"
    return {
        "Id": sink.tasks.next(),
        "WhoId": who_id,
        "Subject": one.subject,
        "ActivityDate": day(one.done) if isinstance(one, Activity) else day(one.due),
        "Status": "Completed" if done else "Not Started",
        "Priority": "Normal",
        "OwnerId": one.owner.id,
        "Type": (one.kind or None) if isinstance(one, Activity) else "Call",
        "IsDeleted": False,
        "IsClosed": done,
        "CreatedDate": created,
        "CreatedById": by,
        "LastModifiedDate": created,
        "LastModifiedById": by,
        "SystemModstamp": created if moved <= one.at else instant(moved),
        "TaskSubtype": subtype,
        "CallType": "Outbound" if subtype == "Call" else None,
        "CompletedDateTime": instant(one.done) if isinstance(one, Activity) else None,
    }


def event_row(sink: Sink, one: Meeting, who_id: str, moved: int, now: int) -> Row:
    """A meeting with this lead or contact, marked as far as it has been by `now`."""
    marked = one.marked if one.marked is not None and one.marked <= now else None
    touched = instant(one.at if marked is None else marked)
    start = instant(one.start)
    return {
        "Id": sink.events.next(),
        "WhoId": who_id,
        "Subject": "Discovery meeting",
        "ActivityDateTime": start,
        "ActivityDate": day(one.start),
        "DurationInMinutes": MEETING_SECONDS // 60,
        "StartDateTime": start,
        "EndDateTime": instant(one.start + MEETING_SECONDS),
        "OwnerId": one.owner.id,
        "Type": "Meeting",
        "ShowAs": "Busy",
        "IsDeleted": False,
        "CreatedDate": instant(one.at),
        "CreatedById": one.by.id,
        "LastModifiedDate": touched,
        "LastModifiedById": one.by.id if marked is None else one.owner.id,
        "SystemModstamp": max(touched, instant(moved)) if moved else touched,
        "EventSubtype": "Event",
        "Outcome__c": one.outcome if marked is not None else None,
    }
