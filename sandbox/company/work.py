"""What a rep does with a person, each in the rep's own way: answer, try again, talk, and end it."""

from __future__ import annotations

from math import log

from sandbox.company import quirks, statuses
from sandbox.company.happenings import Activity
from sandbox.company.hours import DAY, HOUR
from sandbox.company.meetings import qualify
from sandbox.company.people import STALE_FLOW, Rep
from sandbox.company.person import STUDENT
from sandbox.company.routing import Held, escalate, succeed
from sandbox.company.story import Closed, Story, here

_WORK_DAY = 8 * HOUR + 45 * 60


def work(story: Story, held: Held, *, outbound: bool) -> Closed | None:
    """From the moment a rep has the person to the disposition; None while the attempt is open."""
    rng = story.rng
    rep, since = held
    habit = rep.habit
    if outbound:
        first = rep.office.after(since, rng.uniform(60, 1500))
    else:
        first = _answer_at(story, rep, since)
        ignored = story.chance(habit.ignores)
        moved = escalate(story, held, first if not ignored else since + 30 * DAY)
        if moved is not None:
            rep, since = moved
            first = rep.office.after(since, rng.lognormvariate(log(2 * HOUR), 0.8))
            ignored = story.chance(0.08)
        if ignored:
            return _left_lying(story, since)
    successor = succeed(story, rep, first)
    if successor is None:
        return None
    rep, first = successor
    if first > story.now:
        return None
    if not outbound and story.chance(rep.habit.bypasses * (3 if story.person.title == STUDENT else 1)):
        return _bypass(story, rep, first)
    return _cadence(story, Held(rep, since), first, outbound=outbound)


def _answer_at(story: Story, rep: Rep, since: int) -> int:
    """When the rep gets to it: in working hours, or on the phone in the evening."""
    seconds = story.rng.lognormvariate(log(rep.habit.response), 0.95)
    if story.chance(rep.habit.on_call) and here(rep, since + int(seconds)):
        return since + int(seconds)
    return rep.office.after(since, seconds)


def _bypass(story: Story, rep: Rep, at: int) -> Closed:
    reasons = statuses.PRE_QUALIFICATION_REASONS
    vague = story.chance(0.35)
    reason = statuses.VAGUE_REASON if vague else reasons[int(story.rng.random() * len(reasons))]
    story.save(at, rep, statuses.UNQUALIFIED, unqualified=reason)
    return Closed("unqualified", at)


def _left_lying(story: Story, since: int) -> Closed | None:
    """Nobody answers. The nightly flow sweeps up half of these after 45 days."""
    if story.chance(0.5):
        return None
    return _sweep(story, since + 45 * DAY)


def _sweep(story: Story, due: int) -> Closed:
    at = due // DAY * DAY + DAY + 2 * HOUR + int(story.rng.uniform(0, 600))
    story.save(at, STALE_FLOW, statuses.AUTO_ABANDONED, nurture=statuses.AUTOMATIC_REASON)
    return Closed("nurture", at)


def _cadence(story: Story, held: Held, first: int, *, outbound: bool) -> Closed | None:
    rng = story.rng
    rep, since = held
    habit = rep.habit
    planned = 1 if habit.touches <= 1 else max(2, round(rng.gauss(habit.touches, 1.6)))
    answer_rate = story.person.source.reply
    started = at = last = first
    quirks.claim(story, rep, since, first)
    for step in range(planned):
        if at > story.now:
            story.plan(rep, last, at)
            return None
        last = story.touch(rep, at, step)
        if step == 0 and story.chance(0.86):
            status = statuses.ATTEMPTING if outbound or story.chance(0.4) else statuses.WORKING
            story.save(at + int(rng.uniform(0, 150)), rep, status)
        if rng.random() < answer_rate * 0.86**step:
            return _talk(story, rep, last)
        if step and story.chance(0.3):
            story.automatic_mail(last + int(rng.uniform(HOUR, 20 * HOUR)), rep)
        turned = quirks.detour(story, rep, last)
        if isinstance(turned, Closed):
            return turned
        rep = turned
        at = rep.office.after(last, rng.expovariate(1 / (1.3 * _WORK_DAY)) + 0.25 * _WORK_DAY)
        successor = succeed(story, rep, at)
        if successor is None:
            return None
        rep, at = successor
    return _give_up(story, rep, started, last)


def _give_up(story: Story, rep: Rep, started: int, last: int) -> Closed | None:
    """No answer: the rep says so, or the nightly flow does after thirty days, or nobody ever does."""
    at = rep.office.after(last, story.rng.uniform(0.3, 3.5) * _WORK_DAY)
    if story.chance(rep.habit.closes):
        quirks.slip(story, rep, at)
        story.save(at, rep, statuses.ABANDONED, nurture=statuses.NO_RESPONSE)
        return Closed("nurture", at)
    story.plan(rep, last, at)
    if story.chance(0.4):
        return None
    return _sweep(story, max(started + 30 * DAY, last + 7 * DAY))


def _talk(story: Story, rep: Rep, touched: int) -> Closed | None:
    """The person answers; a conversation or three later it is clear what comes of it."""
    rng = story.rng
    if story.chance(0.6):
        answered = touched + int(rng.expovariate(1 / (4 * HOUR))) + 60
        story.reply(answered, rep)
    else:
        answered = touched
    at = answered
    for turn in range(1 + int(rng.random() * 2.4)):
        at = rep.office.after(at, rng.expovariate(1 / (2 * HOUR if turn == 0 else _WORK_DAY)) + 300)
        successor = succeed(story, rep, at)
        if successor is None:
            return None
        rep, at = successor
        if at > story.now:
            story.plan(rep, answered, at)
            return None
        if turn == 0 and story.chance(0.6):
            story.save(at, rep, statuses.CALL_BACK if story.chance(0.25) else statuses.CONNECTED)
        elif turn and story.chance(0.15):
            story.save(at, rep, statuses.RESCHEDULING)
        story.add(Activity(at, rep, rep, "Call: talked about the need", "Call", at, "Call"))
    end = at + int(rng.uniform(180, 2400))
    if rng.random() < min(0.95, story.person.source.fit * rep.habit.fit):
        quirks.log_late(story, rep, end)
        return qualify(story, rep, end)
    if rep.habit.closes == 0:
        story.plan(rep, at, end)
        return _sweep(story, end + 31 * DAY) if story.chance(0.6) else None
    quirks.log_late(story, rep, end)
    return _turn_down(story, rep, end)


def _turn_down(story: Story, rep: Rep, at: int) -> Closed:
    rng = story.rng
    draw = rng.random()
    if draw < 0.6:
        reason = statuses.NURTURE_REASONS[int(rng.random() * len(statuses.NURTURE_REASONS))]
        story.save(at, rep, statuses.NURTURE, nurture=reason)
        return Closed("nurture", at)
    if draw < 0.68:
        story.save(at, rep, statuses.OPTED_OUT, unqualified=statuses.OPT_OUT_REASON)
        return Closed("unqualified", at)
    reasons = (*statuses.UNQUALIFIED_REASONS, statuses.VAGUE_REASON)
    story.save(at, rep, statuses.UNQUALIFIED, unqualified=reasons[int(rng.random() * len(reasons))])
    return Closed("unqualified", at)
