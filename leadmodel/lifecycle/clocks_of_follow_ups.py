"""The clocks of follow-ups (M18, R016): who is held in Nurture until a day is looked at again on it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadmodel.lifecycle.clocks import Clock, ClockKind, Rung
from leadmodel.lifecycle.cycles import Person
from leadmodel.lifecycle.facts import Directory, FollowUp, Horizon
from leadmodel.lifecycle.line import last_disposed
from leadmodel.lifecycle.policies import Act, Policies, in_force
from leadmodel.lifecycle.stages import Stage

STEP = 5
"""After the steps about meetings and no-shows, which count their places by themselves as follow-ups do."""


def follow_ups_of(person: Person, follow_ups: Sequence[FollowUp], horizon: Horizon) -> tuple[FollowUp, ...]:
    """What is planned with the person and not done yet, the first day first."""
    own = {
        one._replace(done_at=None)
        for one in follow_ups
        if one.record_id in person.record_ids
        and horizon.shows(one.created_at, one.created_at)
        and (one.done_at is None or not horizon.shows(one.done_at, one.done_at))
    }
    return tuple(sorted(own, key=lambda one: (one.day, one.task_id)))


def follow_up_clocks(person: Person, policies: Sequence[Policies], directory: Directory) -> Iterator[Clock]:
    """What whoever holds a person in Nurture planned: from when it was, or they went there, until its day is over.

    The day is the holder's. A day that was over when they went to Nurture was of another attempt. `ordinal` is a place
    of its own among what is planned, counted down from -1.
    """
    if not person.follow_ups or person.stage is not Stage.NURTURE or person.is_deleted or person.is_customer:
        return
    cycle, holder = last_disposed(person.cycles), person.holder
    if cycle is None or not directory.is_human(holder):
        return
    for place, one in enumerate(person.follow_ups, start=1):
        since = max(person.stage_since, one.created_at)
        due_at = _midnight(one.day + timedelta(days=1), _zone_of(holder, directory))
        is_owed = one.owner_id == holder and due_at > person.stage_since
        if is_owed and in_force(policies, since).recycling.remind_of_follow_ups:
            yield Clock(cycle.number, ClockKind.FOLLOW_UP, -place, since, due_at, one.task_id)


def follow_up_rung(clock: Clock, holder: str | None, directory: Directory) -> Rung:
    """What is done when its day begins: a word to whoever planned it, which quiet hours keep until the morning."""
    number, kind, ordinal, started_at, due_at, task_id = clock
    zone = _zone_of(holder, directory)
    day = (due_at.astimezone(zone) - timedelta(days=1)).date()
    at = max(started_at, _midnight(day, zone))
    return Rung(number, ordinal, STEP, Act.REMIND_REP, holder, kind, due_at, at, task_id)


def _zone_of(holder: str | None, directory: Directory) -> ZoneInfo:
    openings = directory.openings_of(holder)
    return openings.zone if openings is not None else ZoneInfo("UTC")


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
