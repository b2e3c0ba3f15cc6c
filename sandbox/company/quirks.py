"""What people do to their records besides working: wrong clicks, calls logged late, detours."""

from __future__ import annotations

from sandbox.company import statuses
from sandbox.company.happenings import Activity, Update
from sandbox.company.hours import DAY, HOUR
from sandbox.company.people import INBOUND_QUEUES, Rep
from sandbox.company.story import Closed, Story

LATE_LIMIT = 15 * 60
"""Up to here, in seconds, a call logged after the rep's own disposition still belongs to the attempt."""


def claim(story: Story, rep: Rep, since: int, first: int) -> None:
    """Of those with the time one in eight sets the status to working a while before doing anything."""
    at = max(since + 20, first - int(story.rng.uniform(120, 3 * HOUR)))
    if at < first and story.chance(0.12):
        story.save(at, rep, statuses.WORKING)


def log_late(story: Story, rep: Rep, disposed: int) -> None:
    """People click the status first and log the call second: most within 15 minutes, some long after."""
    draw = story.rng.random()
    if draw < 0.08:
        at = disposed + int(story.rng.uniform(60, LATE_LIMIT - 30))
    elif draw < 0.11:
        at = disposed + int(story.rng.uniform(LATE_LIMIT + 60, 5 * HOUR))
    else:
        return
    story.add(Activity(at, rep, rep, "Call: wrap-up", "Call", at, "Call"))


def slip(story: Story, rep: Rep, at: int) -> None:
    """A wrong click, taken back within minutes: just before `at`, when the right one is made."""
    if story.chance(0.012):
        story.save(at - 420, rep, statuses.UNQUALIFIED, unqualified=statuses.VAGUE_REASON)
        story.save(at - 200, rep, statuses.WORKING)


def detour(story: Story, rep: Rep, at: int) -> Rep | Closed:
    """Between two steps now and then something else: a parked status, a wrong territory, back to the start.

    Answers who goes on, or that the attempt was withdrawn.
    """
    draw = story.rng.random()
    if draw > 0.022:
        return rep
    soon = at + int(story.rng.uniform(600, 5 * HOUR))
    if draw < 0.011:
        parked = statuses.UNMAPPED[int(story.rng.random() ** 2 * len(statuses.UNMAPPED))]
        story.save(soon, rep, parked)
        if story.chance(0.7):
            story.save(soon + int(story.rng.uniform(1, 3) * DAY), rep, statuses.WORKING)
        return rep
    if draw < 0.019 or story.converted:
        other = story.colleague(rep, soon)
        if other is not rep:
            story.add(Update(soon, rep, None, other))
        return other
    story.add(Update(soon, rep, statuses.OPEN, INBOUND_QUEUES[story.person.country.territory]))
    return Closed("withdrawn", soon)
