"""The clocks of no-shows (M18): who did not come is tried again often enough (R064), and not for ever (R063). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from leadmodel.lifecycle.clocks import Clock, ClockKind, Rung
from leadmodel.lifecycle.clocks_of_meetings import Asked, asked_meetings
from leadmodel.lifecycle.cycles import COUNTING, Person, Why
from leadmodel.lifecycle.facts import Directory, Meeting
from leadmodel.lifecycle.policies import Act, Policies, in_force
from leadmodel.lifecycle.stages import NOT_TO_BE_MET

_COUNTED = COUNTING | {Why.NO_CYCLE}
"""A touch after the cycle ended counts here: that is where most meetings lie."""
FIRST_STEP = 3
"""After the steps about its outcome: a meeting is marked as a no-show at any time."""


def no_show_clocks(person: Person, policies: Sequence[Policies], directory: Directory) -> Iterator[Clock]:
    """The meetings to which nobody came, as long as too little was done since; after too many, that they are too many.

    Not where they are to meet again, are disposed of or won, or no rep holds them.
    """
    if person.stage in NOT_TO_BE_MET or person.is_customer or not directory.is_human(person.holder):
        return
    missed = missed_of_late(person, policies)
    if not missed:
        return
    last, most = missed[-1], missed[-1].promised.after_no_show.give_up_after
    if most is not None and len(missed) >= most:
        if last.meeting.rebooked_at is None:
            at = last.meeting.ends_at
            yield Clock(last.number, ClockKind.NO_SHOWS, last.ordinal, at, at, last.meeting.event_id)
        return
    for one, number, ordinal, promised in missed:
        told = promised.after_no_show
        if one.rebooked_at is None and touches_since(person, one) < told.touches:
            due_at = one.ends_at + timedelta(days=told.within_days)
            yield Clock(number, ClockKind.NO_SHOW, ordinal, one.ends_at, due_at, one.event_id)


def missed_of_late(person: Person, policies: Sequence[Policies]) -> list[Asked]:
    """The meetings to which nobody came since the assignment that the last such one followed: of one attempt."""
    missed = [asked for asked in asked_meetings(person, policies) if asked.meeting.is_no_show]
    return [asked for asked in missed if asked.number == missed[-1].number]


def touches_since(person: Person, missed: Meeting) -> int:
    """How many counted touches there were after a meeting, in a cycle or not; the meeting itself is none."""
    every = [touch for cycle in person.cycles for touch in cycle.touches] + person.loose_touches
    return sum(
        touch.at > missed.ends_at and touch.activity_id != missed.event_id and touch.why in _COUNTED
        for touch in every
    )


def no_show_rungs(clock: Clock, holder: str | None, policies: Sequence[Policies]) -> Iterator[Rung]:
    """What is done as long as it is so: a word to whoever holds them, and one to their manager.

    After too many, nothing: automation gives them up.
    """
    number, kind, ordinal, started_at, due_at, activity_id = clock
    if kind is ClockKind.NO_SHOWS:
        return
    told = in_force(policies, started_at).meetings.after_no_show
    reminded_at = max(started_at, due_at - timedelta(hours=told.remind_before_hours))
    for step, (act, at) in enumerate(
        ((Act.REMIND_REP, reminded_at), (Act.TELL_MANAGER, due_at)), start=FIRST_STEP
    ):
        yield Rung(number, ordinal, step, act, holder, kind, due_at, at, activity_id)
