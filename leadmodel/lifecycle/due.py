"""All that is owed about a person, and the steps that come of it: what is stored, and what a page tells. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from leadmodel.lifecycle.clocks import Clock, Rung, ladder, running
from leadmodel.lifecycle.clocks_of_follow_ups import follow_up_clocks, follow_up_rung
from leadmodel.lifecycle.clocks_of_hand_offs import hand_off_clocks, hand_off_rungs
from leadmodel.lifecycle.clocks_of_meetings import meeting_clocks, meeting_rungs
from leadmodel.lifecycle.clocks_of_no_shows import no_show_clocks, no_show_rungs
from leadmodel.lifecycle.clocks_of_nurture import return_clocks, return_rung
from leadmodel.lifecycle.cycles import Person, any_open
from leadmodel.lifecycle.facts import Directory
from leadmodel.lifecycle.policies import Policies


class Owed(NamedTuple):
    """What is owed about a person: the clocks that run, and the steps on them, to come and come."""

    clocks: list[Clock]
    rungs: list[Rung]


def owed(person: Person, policies: Sequence[Policies], directory: Directory) -> Owed:
    """Of the open cycle, else of a hand-off or of Nurture after it; and of meetings.

    `policies`: all ever in force, oldest first.
    """
    told = Owed([], [])
    if any_open(person.cycles):
        told.clocks.extend(running(person, policies, directory))
        told.rungs.extend(ladder(person, policies, directory))
    if person.handed is not None:
        for clock in hand_off_clocks(person, policies, directory):
            told.clocks.append(clock)
            told.rungs.extend(hand_off_rungs(clock, person.handed.taker, policies))
    for clock in return_clocks(person, policies, directory):
        told.clocks.append(clock)
        told.rungs.append(return_rung(clock, person.holder))
    if person.follow_ups:
        for clock in follow_up_clocks(person, policies, directory):
            told.clocks.append(clock)
            told.rungs.append(follow_up_rung(clock, person.holder, directory))
    if person.meetings:
        for meeting, clock in meeting_clocks(person, policies, directory):
            told.clocks.append(clock)
            told.rungs.extend(meeting_rungs(clock, meeting.owner_id, policies))
        for clock in no_show_clocks(person, policies, directory):
            told.clocks.append(clock)
            told.rungs.extend(no_show_rungs(clock, person.holder, policies))
    return told


def clocks_of(person: Person, policies: Sequence[Policies], directory: Directory) -> list[Clock]:
    """The clocks that run."""
    return owed(person, policies, directory).clocks


def rungs_of(person: Person, policies: Sequence[Policies], directory: Directory) -> list[Rung]:
    """The steps on those clocks."""
    return owed(person, policies, directory).rungs
