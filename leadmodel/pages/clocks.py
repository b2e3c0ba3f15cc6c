"""The clocks that run about a person, in words (M18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from base.words import Instant, instant
from leadmodel.lifecycle.clocks import Clock, ClockKind
from leadmodel.lifecycle.cycles import Person
from leadmodel.story import Story

_WORDS = {
    ClockKind.RESPONSE_TARGET: ("Answer due", "Within this the promise is kept."),
    ClockKind.RESPONSE_MAXIMUM: ("Answer at the latest", "After this it is too late."),
    ClockKind.WORKING_LIMIT: (
        "Given up by automation",
        "Unless somebody is in touch before; a touch puts it off.",
    ),
    ClockKind.ACCEPTANCE: (
        "To be taken up",
        "A call or mail logged, the opportunity's next stage or a disposition says that they were.",
    ),
    ClockKind.RETURN: (
        "To be looked at again",
        "They are in Nurture until then; a new cycle or another disposition ends it.",
    ),
    ClockKind.FOLLOW_UP: (
        "Follow-up planned",
        "It ends when the Task is done or moved, or they are in Nurture no more.",
    ),
    ClockKind.MEETING: (
        "Meeting to be marked",
        "What became of it is to stand in Salesforce; a new time there puts it off.",
    ),
    ClockKind.NO_SHOW: (
        "No-show to be followed up",
        "A new meeting, enough calls or mails logged, or a disposition ends it.",
    ),
    ClockKind.NO_SHOWS: (
        "Given up by automation",
        "They did not come to as many meetings as are tried; a new one ends it.",
    ),
}


@dataclass(frozen=True)
class ClockView:
    """A clock. `is_over`: its time has come. `whose` is empty where the cycle owes it."""

    label: str
    about: str
    whose: str
    due: Instant
    is_over: bool


def view_clocks(story: Story, at: datetime, *, now: datetime, zone: ZoneInfo) -> list[ClockView]:
    """Those that ran at `at`, the cycle's first. A holder's own stands there where it is another's due time."""
    person = story.person
    told: dict[tuple[ClockKind, datetime, str | None], Clock] = {}
    for clock in story.clocks(at):
        told.setdefault((clock.kind, clock.due_at, clock.activity_id), clock)
    views = []
    for clock in told.values():
        label, about = _WORDS[clock.kind]
        whose = story.name(_holder(person, clock)) if clock.ordinal else ""
        due = instant(clock.due_at, now=now, zone=zone)
        views.append(ClockView(label, about, whose, due, is_over=clock.due_at < at))
    return views


def _holder(person: Person, clock: Clock) -> str | None:
    """Whose clock it is: the meeting's owner, the span's holder, or after the cycle's last span the person's."""
    if clock.kind in (ClockKind.FOLLOW_UP, ClockKind.NO_SHOW, ClockKind.NO_SHOWS):
        return person.holder
    if clock.activity_id is not None:
        return next(one.owner_id for one in person.meetings if one.event_id == clock.activity_id)
    spans = person.cycles[clock.number - 1].spans
    return spans[clock.ordinal - 1].holder if clock.ordinal <= len(spans) else person.holder
