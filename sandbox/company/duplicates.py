"""The same human twice: a second lead, worked for a while by somebody else, then merged into the first."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import NamedTuple

from sandbox.company import statuses
from sandbox.company.happenings import Absorbed, Converted, Created, Happening, Joined, MergedAway
from sandbox.company.hours import DAY, HOUR
from sandbox.company.journey import in_order
from sandbox.company.people import INBOUND_QUEUES, WEBSITE
from sandbox.company.person import Person
from sandbox.company.routing import route_inbound
from sandbox.company.sources import COMING_BACK
from sandbox.company.story import Story
from sandbox.company.world import World

ONE_IN = 20
"""Every so many leads is a duplicate: five in a hundred."""


class Duplicate(NamedTuple):
    """A duplicate: of whom (an index into the people asked about), who it says it is, and what happened."""

    winner: int
    person: Person
    happenings: list[Happening]
    absorbed: Absorbed
    """The merge as it belongs into the winner's story."""


def tell_duplicate(
    world: World, number: int, originals: list[tuple[Person, list[Happening]]], rng: Random
) -> Duplicate | None:
    """A duplicate, lead `number`, of one of these people.

    None when each of them was converted too early to be merged with anything.
    """
    for _ in range(2 * len(originals)):
        index = int(rng.random() * len(originals))
        person, happenings = originals[index]
        latest = next((one.at for one in happenings if type(one) is Converted), world.now) - HOUR
        earliest = person.arrival + 600
        if latest - earliest < HOUR:
            continue
        arrival = earliest + int(rng.random() ** 2 * min(latest - earliest - 1800, 60 * DAY))
        merged = min(arrival + 900 + int(rng.expovariate(1 / (1.5 * DAY))), latest)
        double = replace(
            person,
            number=number,
            arrival=arrival,
            source=COMING_BACK[int(rng.random() * len(COMING_BACK))],
            last=person.last.upper() if rng.random() < 0.3 else person.last,
        )
        return _story(world, index, double, merged, rng)
    return None


def _story(world: World, winner: int, double: Person, merged: int, rng: Random) -> Duplicate:
    story = Story(world, double, rng)
    story.now = merged
    at = double.arrival
    story.add(Created(at, WEBSITE, statuses.NEW, INBOUND_QUEUES[double.country.territory]))
    story.add(Joined(at, world.campaigns.number(double.source, at), "Responded"))
    story.cycle = 1
    held = route_inbound(story, at + 30)
    rep = held.rep if held is not None else None
    if held is not None and rng.random() < 0.5:
        touched = held.rep.office.after(held.since, rng.expovariate(1 / HOUR) + 60)
        story.touch(held.rep, touched, 0)
        story.save(touched + 30, held.rep, statuses.WORKING)
    by = rep if rep is not None and rep.left_at is None else world.staff.operations
    story.add(MergedAway(merged, by))
    return Duplicate(winner, double, in_order(story), Absorbed(merged, by))
