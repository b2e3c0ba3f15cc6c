"""Which meetings with a person nobody marked, or came to, in sentences (M18). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from leadmodel.lifecycle.clocks import ClockKind
from leadmodel.lifecycle.clocks_of_meetings import Asked, meeting_clocks
from leadmodel.lifecycle.clocks_of_no_shows import missed_of_late, no_show_clocks, touches_since
from leadmodel.lifecycle.cycles import Person
from leadmodel.lifecycle.explain import Sentence, Teller, Topic
from leadmodel.lifecycle.facts import Directory
from leadmodel.lifecycle.policies import Policies, in_force


def tell_meetings(
    person: Person, teller: Teller, policies: Sequence[Policies], directory: Directory, at: datetime
) -> Iterator[Sentence]:
    """Of each that was over at `at`: since when, and who is to say by when what became of it."""
    for meeting, clock in meeting_clocks(person, policies, directory):
        if clock.started_at <= at:
            text = (
                f"Nobody marked what became of the meeting that ended on {teller.when(clock.started_at)}:"
                f" {teller.names(meeting.owner_id)} is to by {teller.when(clock.due_at)}."
            )
            yield Sentence(text, "M18", Topic.MEETING, (teller.grounds.facts.of_meeting(meeting),))
    for clock in no_show_clocks(person, policies, directory):
        if clock.started_at > at:
            continue
        (meeting,) = (one for one in person.meetings if one.event_id == clock.activity_id)
        if clock.kind is ClockKind.NO_SHOWS:
            yield _too_many(missed_of_late(person, policies), teller)
            continue
        owed = in_force(policies, clock.started_at).meetings.after_no_show.touches
        text = (
            f"They did not come to the meeting that ended on {teller.when(clock.started_at)}: of {owed} touches that"
            f" {teller.names(person.holder)} owes by {teller.when(clock.due_at)} there were"
            f" {touches_since(person, meeting)}, and no new meeting."
        )
        yield Sentence(text, "M18", Topic.MEETING, (teller.grounds.facts.of_meeting(meeting),))


def _too_many(missed: Sequence[Asked], teller: Teller) -> Sentence:
    """That they did not come so often that nobody tries any more."""
    ended = teller.when(missed[-1].meeting.ends_at)
    text = (
        f"They did not come to {len(missed)} meetings, the last of which ended on {ended}: no more are tried."
    )
    facts = tuple(teller.grounds.facts.of_meeting(one.meeting) for one in missed)
    return Sentence(text, "M18", Topic.MEETING, facts)
