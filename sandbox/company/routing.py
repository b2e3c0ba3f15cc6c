"""Who gets a person, and when: the router's turns, queues, escalations, the pool, and those who have left."""

from __future__ import annotations

from typing import NamedTuple

from sandbox.company import statuses
from sandbox.company.happenings import Update
from sandbox.company.hours import DAY, HOUR
from sandbox.company.people import INBOUND_QUEUES, ROUTER, Rep
from sandbox.company.story import Story, here


class Held(NamedTuple):
    """A rep has the person since `since`."""

    rep: Rep
    since: int


def route_inbound(story: Story, at: int) -> Held | None:
    """The router assigns: seven in ten straight to a rep, the others to a queue from which a rep takes them.

    None when nobody has taken the person by now.
    """
    territory = story.person.country.territory
    rep = _turn(story, territory, at)
    status = _assigned_status(story)
    if story.chance(0.7):
        story.add(Update(at, ROUTER, status, rep, assigned=True))
        return Held(rep, at)
    owner = INBOUND_QUEUES[territory] if story.cycle > 1 and not story.converted else None
    story.add(Update(at, ROUTER, status, owner, assigned=True))
    if not here(rep, at):
        rep = story.colleague(rep, at)
    taken = rep.office.after(at, story.rng.expovariate(1 / (25 * 60)))
    if story.chance(0.05):
        manager = story.world.staff.managers[rep.role]
        taken = manager.office.after(at + int(story.rng.uniform(1, 3) * DAY), 600)
        story.add(Update(taken, manager, None, rep))
    else:
        story.add(Update(taken, rep, None, rep))
    return Held(rep, taken) if taken <= story.now else None


def pull_outbound(story: Story, at: int, *, timed: bool) -> Held | None:
    """An outbound rep takes the person out of the pool within a month; three in ten stay there.

    One in four is worked without anybody saying so in the status.
    """
    if not timed and story.chance(0.3):
        return None
    territory = "EMEA" if story.person.country.territory == "EMEA" else "Americas"
    team = story.world.staff.outbound[territory]
    rep = team[int(story.rng.random() * len(team))]
    pulled = rep.office.after(at, story.rng.uniform(0, 20 * 8 * HOUR))
    says = timed or story.chance(0.75)
    status = (statuses.RECYCLED if timed else statuses.PULLED) if says else None
    story.add(Update(pulled, rep, status, rep, assigned=says))
    return Held(rep, pulled) if pulled <= story.now else None


def escalate(story: Story, held: Held, answer_at: int) -> Held | None:
    """After a day without an answer a manager or the router may give the person to a colleague.

    None when the rep keeps the person: the escalation is not kept everywhere, and never while somebody is
    on holiday.
    """
    if answer_at - held.since <= DAY or not here(held.rep, held.since) or not story.chance(0.2):
        return None
    other = story.colleague(held.rep, held.since)
    if other is held.rep:
        return None
    at = held.since + DAY + int(story.rng.uniform(300, 3 * HOUR))
    by = ROUTER if story.chance(0.5) else story.world.staff.managers[held.rep.role]
    story.add(Update(at, by, None, other))
    return Held(other, at)


def succeed(story: Story, rep: Rep, at: int) -> Held | None:
    """Who goes on at `at`: the rep, or a colleague once the rep has left; None for somebody forgotten.

    What a leaver held is transferred in one go a day after; every third is overlooked.
    """
    if rep.left_at is None or at < rep.left_at:
        return Held(rep, at)
    if story.chance(0.35):
        return None
    transfer = rep.left_at + DAY
    heir = story.colleague(rep, transfer)
    manager = story.world.staff.managers[rep.role]
    story.add(Update(transfer, manager, None, heir))
    return Held(heir, heir.office.after(max(transfer, at), story.rng.expovariate(1 / (5 * HOUR))))


def _turn(story: Story, territory: str, at: int) -> Rep:
    """The router's next in turn: it knows who has left, not who is away."""
    team = story.world.staff.inbound[territory]
    while True:
        rep = team[int(story.rng.random() * len(team))]
        if rep.left_at is None or at < rep.left_at:
            return rep


def _assigned_status(story: Story) -> str:
    if story.cycle > 1:
        return statuses.RECYCLED
    hot = story.person.rating == "Hot" and story.person.source.name == "Demo request"
    return statuses.ASSIGNED_P1 if hot else statuses.ASSIGNED
