"""The clock of a meeting (M18): it is over, and whoever had it says what became of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from leadmodel.lifecycle.clocks import Clock, ClockKind, Rung
from leadmodel.lifecycle.cycles import Person
from leadmodel.lifecycle.facts import Directory, Horizon, Meeting
from leadmodel.lifecycle.meetings import Meetings
from leadmodel.lifecycle.policies import Act, Policies, in_force


def meetings_of(person: Person, meetings: Sequence[Meeting], horizon: Horizon) -> tuple[Meeting, ...]:
    """The meetings with the person that exist, the first to end first."""
    own = {
        one if one.rebooked_at is None or horizon.shows(one.rebooked_at, one.rebooked_at) else _not_yet(one)
        for one in meetings
        if one.record_id in person.record_ids and horizon.shows(one.created_at, one.created_at)
    }
    return tuple(sorted(own, key=lambda one: (one.ends_at, one.event_id)))


def _not_yet(meeting: Meeting) -> Meeting:
    """As it was before they were to meet again."""
    return meeting._replace(rebooked_at=None)


def marked_since(policies: Sequence[Policies]) -> tuple[str | None, datetime | None]:
    """The field that tells outcomes now, and since when it was asked to (None: always).

    What ended before owes none: nobody was to mark it. `policies`: all ever in force, oldest first.
    """
    field = policies[-1].meetings.outcome_field
    first = next(one for one in policies if one.meetings.outcome_field == field)
    return field, first.since


class Asked(NamedTuple):
    """A meeting that is to be marked, and what its clocks are told apart by.

    `number` is that of the cycle that began last before it ended, 0 where none had; `ordinal` a place of its own among
    the person's, counted down from -1. `promised` held when it ended.
    """

    meeting: Meeting
    number: int
    ordinal: int
    promised: Meetings


def asked_meetings(person: Person, policies: Sequence[Policies]) -> Iterator[Asked]:
    """The meetings with the person that somebody was asked to mark.

    Those to come too: that a meeting is over is no event, and nothing would derive the person anew.
    """
    if person.is_deleted or not person.meetings:
        return
    field, since = marked_since(policies)
    if field is None:
        return
    for place, one in enumerate(person.meetings, start=1):
        promised = in_force(policies, one.ends_at).meetings
        if promised.outcome_field == field and (since is None or one.ends_at >= since):
            yield Asked(one, _cycle_by(person, one.ends_at), -place, promised)


def meeting_clocks(
    person: Person, policies: Sequence[Policies], directory: Directory
) -> Iterator[tuple[Meeting, Clock]]:
    """The meetings with the person that are not marked, each with its clock, which starts when it ends.

    A machine owes nothing.
    """
    for one, number, ordinal, promised in asked_meetings(person, policies):
        if not one.is_no_show and directory.is_human(one.owner_id):
            due_at = one.ends_at + promised.mark_within
            yield one, Clock(number, ClockKind.MEETING, ordinal, one.ends_at, due_at, one.event_id)


def _cycle_by(person: Person, at: datetime) -> int:
    return max((cycle.number for cycle in person.cycles if cycle.assigned_at <= at), default=0)


def meeting_rungs(clock: Clock, owner: str | None, policies: Sequence[Policies]) -> Iterator[Rung]:
    """What is done as long as nobody marks it: a word to whoever had the meeting, later one to their manager."""
    number, kind, ordinal, started_at, due_at, activity_id = clock
    steps = [(Act.REMIND_REP, due_at)]
    after = in_force(policies, started_at).meetings.tell_manager_after
    if after is not None:
        steps.append((Act.TELL_MANAGER, due_at + after))
    for step, (act, at) in enumerate(steps, start=1):
        yield Rung(number, ordinal, step, act, owner, kind, due_at, at, activity_id)
