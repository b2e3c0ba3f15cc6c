"""The beat timetable: which scan runs how often. A scan that finds nothing to do costs next to nothing.

Every entry expires before its next turn, so a stopped worker does not come back to a pile of old hints.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Entry(TypedDict):
    """One line of the timetable."""

    task: str
    schedule: float
    options: NotRequired[dict[str, float]]


def every(seconds: float, task: str) -> Entry:
    """Run the task every so many seconds."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


TIMETABLE: dict[str, Entry] = {
    "check up Salesforce": every(20, "sync.tasks.check_up"),
    "poll Salesforce": every(60, "sync.tasks.poll"),
    "write to Salesforce": every(5, "sync.tasks.write_back"),
    "rebuild changed people": every(10, "leadmodel.tasks.rebuild"),
    "act on what is due": every(15, "alerts.tasks.act_on_due"),
    "act on all that is due": every(180, "alerts.tasks.act_on_all_due"),
    "send notices": every(5, "alerts.tasks.send_notices"),
    "audit": every(300, "alerts.tasks.audit"),
    "erase who is long gone": every(3600, "alerts.tasks.erase"),
    "send mails": every(30, "alerts.tasks.send_mails"),
}
