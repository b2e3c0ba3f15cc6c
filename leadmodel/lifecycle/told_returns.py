"""When a person in Nurture is looked at again, in sentences (M18). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leadmodel.lifecycle.clocks_of_follow_ups import follow_up_clocks
from leadmodel.lifecycle.clocks_of_nurture import return_clocks
from leadmodel.lifecycle.cycles import Person
from leadmodel.lifecycle.explain import Sentence, Teller, Topic
from leadmodel.lifecycle.facts import Directory
from leadmodel.lifecycle.policies import Policies


def tell_return(
    person: Person,
    teller: Teller,
    policies: Sequence[Policies],
    directory: Directory,
    *,
    has_opted_out: bool,
) -> Iterator[Sentence]:
    """Since when the person is in Nurture, who looks at them again when, and what is planned for which day, if so."""
    for clock in return_clocks(person, policies, directory):
        when = teller.when(clock.due_at)
        if has_opted_out:
            then = "they have opted out, and nobody is to look at them again"
        elif clock.ordinal:
            then = f"to be looked at again on {when}, by {teller.names(person.holder)}"
        else:
            then = f"to be looked at again on {when}, and nobody is reminded, for no rep holds them"
        text = f"In Nurture since {teller.when(clock.started_at)}: {then}."
        yield Sentence(text, "M18", Topic.ENDING, teller.grounds.standing(person.stage, clock.started_at))
    if not has_opted_out:
        yield from _planned(person, teller, policies, directory)


def _planned(
    person: Person, teller: Teller, policies: Sequence[Policies], directory: Directory
) -> Iterator[Sentence]:
    """What whoever holds the person planned for which day."""
    planned = {one.task_id: one for one in person.follow_ups}
    for clock in follow_up_clocks(person, policies, directory):
        one = planned[clock.activity_id or ""]
        text = f"{teller.names(one.owner_id)} planned to follow up with them on {one.day:%d %B %Y}."
        yield Sentence(text, "M18", Topic.ENDING, (teller.grounds.facts.of_follow_up(one),))
