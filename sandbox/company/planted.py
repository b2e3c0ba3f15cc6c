"""What the company has whatever chance brings: the bypassed trade show, and open work in the last days."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from sandbox.company import statuses
from sandbox.company.habits import ALICE, BOB, FARID
from sandbox.company.happenings import Created, Happening, Joined, Meeting, Update
from sandbox.company.hours import DAY, HOUR
from sandbox.company.journey import in_order
from sandbox.company.people import INBOUND_QUEUES, MARKETING_QUEUE, ROUTER, WEBSITE, Rep
from sandbox.company.person import Person
from sandbox.company.story import Story
from sandbox.company.world import World

MINUTE = 60


class Waiting(NamedTuple):
    """One kind of open work: its name in the ledger, and how long people have waited, in seconds."""

    kind: str
    least: int
    most: int


FRESH = (
    Waiting("waiting_minutes", 2 * MINUTE, 55 * MINUTE),
    Waiting("due_in_half_an_hour", 94 * MINUTE, 117 * MINUTE),
    Waiting("past_two_hours", 140 * MINUTE, 9 * HOUR),
    Waiting("past_a_day", 26 * HOUR, 70 * HOUR),
    Waiting("nobodys_in_queue", 12 * MINUTE, 7 * HOUR),
    Waiting("nobodys_with_leaver", 20 * HOUR, 6 * DAY),
    Waiting("meeting_unmarked", 3 * HOUR, 20 * HOUR),
    Waiting("meeting_unmarked_past_a_day", 27 * HOUR, 60 * HOUR),
)
"""The kinds of open work, in turn."""


def fresh_kind(index: int) -> Waiting:
    """Which kind of open work the fresh lead of this index stands for."""
    return FRESH[index % len(FRESH)]


def fresh_age(waiting: Waiting, rng: Random) -> int:
    """For how long this one has waited, in seconds."""
    return int(rng.uniform(waiting.least, waiting.most))


def tell_fresh(world: World, person: Person, waiting: Waiting, age: int, rng: Random) -> list[Happening]:
    """Somebody of the last days whose next step is due, late, or nobody's."""
    story = Story(world, person, rng)
    story.cycle = 1
    queue = INBOUND_QUEUES[person.country.territory]
    if waiting.kind.startswith("meeting"):
        _unmarked(story, world.now - age)
        return in_order(story)
    at = world.now - age
    story.add(Created(person.arrival, WEBSITE, statuses.NEW, queue))
    story.add(Joined(person.arrival, world.campaigns.number(person.source, person.arrival), "Responded"))
    if waiting.kind == "nobodys_in_queue":
        story.add(Update(at, ROUTER, statuses.ASSIGNED, assigned=True))
        return in_order(story)
    if waiting.kind == "nobodys_with_leaver":
        owner = world.staff.leavers[int(rng.random() * len(world.staff.leavers))]
    else:
        owner = _busy_rep(world, rng)
    story.add(Update(at, ROUTER, statuses.ASSIGNED, owner, assigned=True))
    story.automatic_mail(at + 40, owner)
    return in_order(story)


def _busy_rep(world: World, rng: Random) -> Rep:
    """Of team West more than of the others, never the one who answers in minutes."""
    if rng.random() < 0.3:
        return world.staff.named(BOB.name if rng.random() < 0.6 else FARID.name)
    return _rep_at_work(world, rng)


def _rep_at_work(world: World, rng: Random) -> Rep:
    """Of team West somebody who is neither the fastest nor away."""
    west = [
        one
        for one in world.staff.inbound["West"]
        if one.left_at is None and one.name not in (ALICE.name, FARID.name)
    ]
    return west[int(rng.random() * len(west))]


def _unmarked(story: Story, start: int) -> None:
    """A meeting that took place, or did not, and of which nobody has said which."""
    world, person = story.world, story.person
    rep = _rep_at_work(world, story.rng)
    team = world.staff.executives["EMEA" if person.country.territory == "EMEA" else "Americas"]
    executive = team[int(story.rng.random() * len(team))]
    at = person.arrival
    story.add(Created(at, WEBSITE, statuses.NEW, INBOUND_QUEUES[person.country.territory]))
    story.add(Joined(at, world.campaigns.number(person.source, at), "Responded"))
    story.add(Update(at + 60, ROUTER, statuses.ASSIGNED, rep, assigned=True))
    touched = at + 60 + int(story.rng.uniform(20 * MINUTE, 3 * HOUR))
    story.touch(rep, touched, 1)
    story.save(touched + 20, rep, statuses.WORKING)
    booked = touched + int(story.rng.uniform(HOUR, 20 * HOUR))
    story.save(booked, rep, statuses.QUALIFIED)
    story.add(Meeting(booked + 60, rep, executive, start // 1800 * 1800, None, None))


def tell_show(world: World, person: Person, rng: Random) -> list[Happening]:
    """A lead of the trade show: loaded and routed with the others, and out within the hour, untouched."""
    story = Story(world, person, rng)
    story.cycle = 1
    rep = world.show_rep
    story.add(Created(person.arrival, world.staff.operations, statuses.NEW, MARKETING_QUEUE))
    story.add(Joined(person.arrival, world.campaigns.show_number, "Responded"))
    routed = world.show_at + 10 * MINUTE
    story.add(Update(routed, ROUTER, statuses.ASSIGNED, rep, assigned=True))
    gone = routed + int(rng.uniform(14 * MINUTE, 58 * MINUTE))
    story.save(gone, rep, statuses.UNQUALIFIED, unqualified=statuses.VAGUE_REASON)
    return in_order(story)
