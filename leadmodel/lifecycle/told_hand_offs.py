"""What a hand-off that waits to be taken up is, in a sentence (M18). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leadmodel.lifecycle.clocks_of_hand_offs import hand_off_clocks
from leadmodel.lifecycle.cycles import Person
from leadmodel.lifecycle.explain import Sentence, Teller, Topic
from leadmodel.lifecycle.facts import Directory
from leadmodel.lifecycle.policies import Policies


def tell_hand_off(
    person: Person, teller: Teller, policies: Sequence[Policies], directory: Directory
) -> Iterator[Sentence]:
    """Who was handed the person when, and until when they are to take them up; nothing where no such clock runs."""
    for clock in hand_off_clocks(person, policies, directory):
        assert person.handed is not None
        text = (
            f"{teller.names(person.handed.taker)}, who got the person from {teller.names(person.handed.giver)} on"
            f" {teller.when(clock.started_at)}, is to take them up by {teller.when(clock.due_at)}"
            " and has done nothing about them since."
        )
        yield Sentence(text, "M18", Topic.HOLDER, teller.grounds.handed(person.handed))
