"""Which meetings with a person nobody marked, in sentences (M18). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from leadmodel.lifecycle.clocks_of_meetings import meeting_clocks
from leadmodel.lifecycle.cycles import Person
from leadmodel.lifecycle.explain import Sentence, Teller, Topic
from leadmodel.lifecycle.facts import Directory
from leadmodel.lifecycle.policies import Policies


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
