"""The clocks that run about a person, in words (M18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from base.words import Instant, instant
from leadmodel.lifecycle.clocks import Clock, ClockKind, running
from leadmodel.story import Story

_WORDS = {
    ClockKind.RESPONSE_TARGET: ("Answer due", "Within this the promise is kept."),
    ClockKind.RESPONSE_MAXIMUM: ("Answer at the latest", "After this it is too late."),
    ClockKind.WORKING_LIMIT: (
        "Given up by automation",
        "Unless somebody is in touch before; a touch puts it off.",
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
    person, model = story.person, story.model
    told: dict[tuple[ClockKind, datetime], Clock] = {}
    for clock in running(person, model.policies, model.directory):
        told.setdefault((clock.kind, clock.due_at), clock)
    views = []
    for clock in told.values():
        label, about = _WORDS[clock.kind]
        spans = person.cycles[clock.number - 1].spans
        whose = story.name(spans[clock.ordinal - 1].holder) if clock.ordinal else ""
        due = instant(clock.due_at, now=now, zone=zone)
        views.append(ClockView(label, about, whose, due, is_over=clock.due_at < at))
    return views
