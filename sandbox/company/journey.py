"""One person's whole way through the company, as dated happenings; pure: the same person, the same story."""

from __future__ import annotations

from random import Random

from sandbox.company import statuses
from sandbox.company.happenings import Activity, Created, Happening, Joined, Update
from sandbox.company.hours import DAY, HOUR
from sandbox.company.people import ENGAGEMENT, INBOUND_QUEUES, MARKETING_QUEUE, POOL, ROUTER, WEBSITE
from sandbox.company.person import Person
from sandbox.company.routing import Held, pull_outbound, route_inbound
from sandbox.company.sources import COMING_BACK
from sandbox.company.story import Closed, Story
from sandbox.company.work import work
from sandbox.company.world import World

MOST_CYCLES = 4


def tell(world: World, person: Person, rng: Random) -> list[Happening]:
    """What happened to this person up to `world.now`, in order."""
    story = Story(world, person, rng)
    ready = _arrive(story)
    outbound = not person.source.inbound
    timed = False
    if ready is None and not outbound:
        newsletters(story, person.arrival, story.now)
    while ready is not None and ready <= story.now and story.cycle < MOST_CYCLES:
        closed = _attempt(story, ready, outbound=outbound, timed=timed)
        if closed is None or closed.at > story.now:
            break
        ready, outbound = _comeback(story, closed)
        if closed.kind == "nurture":
            newsletters(story, closed.at, ready or story.now)
        timed = outbound
    return in_order(story)


def newsletters(story: Story, start: int, end: int) -> None:
    """A mail a month from marketing, while nobody works the person."""
    at = start + int(story.rng.uniform(3, 33) * DAY)
    while at < end:
        story.add(Activity(at, ENGAGEMENT, ENGAGEMENT, "Field notes: this month", "ListEmail", at, "Email"))
        at += 30 * DAY + int(story.rng.uniform(0, DAY))


def in_order(story: Story) -> list[Happening]:
    """The story's happenings by instant; those of one instant as they were written."""
    return sorted(story.happenings, key=happened_at)


def happened_at(happening: Happening) -> int:
    """The instant of a happening, to sort by."""
    return happening.at


def _attempt(story: Story, at: int, *, outbound: bool, timed: bool) -> Closed | None:
    story.cycle += 1
    held: Held | None
    if outbound:
        held = pull_outbound(story, at, timed=timed)
    else:
        held = route_inbound(story, at)
        if story.chance(0.7):
            _greet(story, at, held)
    return work(story, held, outbound=outbound) if held is not None else None


def _greet(story: Story, at: int, held: Held | None) -> None:
    """The engagement tool writes by itself at once; now and then the person answers on the spot."""
    sent = at + int(story.rng.uniform(20, 90))
    rep = held.rep if held is not None and held.since <= sent else None
    story.automatic_mail(sent, rep)
    if rep is not None and story.chance(0.02):
        story.reply(sent + int(story.rng.uniform(40, 280)), rep)


def _arrive(story: Story) -> int | None:
    """The lead comes into being; answers when it is ready to be assigned, None if it never is."""
    person = story.person
    source = person.source
    at = person.arrival
    campaign = story.world.campaigns.number(source, at)
    if not source.inbound:
        at = min(story.world.list_import_at(at), at)
        story.add(Created(at, story.world.staff.operations, statuses.IMPORTED, POOL))
        story.add(Joined(at, campaign, "Sent"))
        return at
    assigned = story.chance(source.assigned)
    queue = INBOUND_QUEUES[person.country.territory] if assigned else MARKETING_QUEUE
    story.add(Created(at, WEBSITE, statuses.NEW if story.chance(0.8) else statuses.OPEN, queue))
    story.add(Joined(at, campaign, "Responded"))
    if assigned:
        return at + int(story.rng.expovariate(1 / source.routing)) + 2
    engaged = at + int(story.rng.uniform(1, 6) * DAY)
    if story.chance(0.4):
        story.add(Update(engaged, ROUTER, statuses.ENGAGED))
    if story.chance(0.2):
        return _raises_hand(story, engaged + int(story.rng.uniform(5, 120) * DAY))
    return None


def _comeback(story: Story, closed: Closed) -> tuple[int | None, bool]:
    """When somebody comes back, and whether through the outbound team: after months, or by themselves."""
    rng = story.rng
    if closed.kind == "nurture":
        draw = rng.random()
        if draw < 0.15:
            return closed.at + int(rng.uniform(91, 185) * DAY), True
        if draw < 0.34:
            return _raises_hand(story, closed.at + int(rng.uniform(6, 200) * DAY)), False
    elif closed.kind == "unqualified" and rng.random() < 0.03:
        return _raises_hand(story, closed.at + int(rng.uniform(10, 150) * DAY)), False
    elif closed.kind == "withdrawn" and rng.random() < 0.6:
        return closed.at + int(rng.uniform(2, 20) * DAY), False
    return None, False


def _raises_hand(story: Story, around: int) -> int:
    """A new action of a known person near this time; answers when the router acts on it."""
    source = COMING_BACK[int(story.rng.random() * len(COMING_BACK))]
    at = around // DAY * DAY + int((7 + 13 * story.rng.betavariate(2, 2)) * HOUR)
    at = max(at, around - 3 * HOUR)
    story.add(Joined(at, story.world.campaigns.number(source, at), "Responded"))
    return at + int(story.rng.expovariate(1 / 300)) + 2
