"""The steps of the ladder about one person, in words: those to come, and what became of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from alerts.ladder.words import of_step
from alerts.models import Escalation
from alerts.pages.escalations import BADGES
from base.words import Instant, instant
from leadmodel.lifecycle.clocks import Rung
from leadmodel.lifecycle.cycles import Person
from leadmodel.lifecycle.stages import Stage
from leadmodel.story import Story

State = Escalation.State
_Key = tuple[datetime, int, str]
"""When a step is due, which of the ladder it is, and of which meeting, if of any: what it is known by, of a person."""


@dataclass(frozen=True)
class StepView:
    """A step. `state` and `said` are empty of one to come; `again`: when one that waits is looked at again."""

    words: str
    due: Instant
    state: str
    tone: str
    said: str
    again: Instant | None


def view_steps(
    story: Story, *, as_of: datetime | None, known_by: datetime | None, now: datetime, zone: ZoneInfo
) -> list[StepView]:
    """The steps as of an instant, the first due first: derived, beside what was decided by then.

    Of a step that waited, only the last word is kept: before it, it is told as due.
    """
    at = as_of or now
    rungs = {(one.due_at, one.step, one.activity_id or ""): one for one in story.rungs(at)}
    stale = at - timedelta(hours=story.model.settings.response.stale_after_hours)
    decided = _decided(story.person, [of for _, _, of in rungs if of], min(at, known_by or at))

    def view(key: _Key) -> StepView:
        rung, told = rungs.get(key), decided.get(key)
        act, holder = _of(rung, told)
        is_rep = story.model.directory.is_human(holder)
        state = _state(key, rung, told, at, stale)
        again_at = told.again_at if told is not None and state == State.WAITING else None
        return StepView(
            words=of_step(act, story.name(holder), is_rep=is_rep),
            due=instant(key[0], now=now, zone=zone),
            state="" if state == "soon" else BADGES[state][0],
            tone=BADGES[state][1],
            said=told.said if told is not None else "",
            again=instant(again_at, now=now, zone=zone) if again_at is not None else None,
        )

    return [view(key) for key in sorted(rungs.keys() | decided.keys())]


def _decided(person: Person, activities: Sequence[str], by: datetime) -> dict[_Key, Escalation]:
    """What was decided by then about the open cycle, or what followed it: all due since, whoever had the records.

    And about these meetings and Tasks.
    """
    cycle = next((one for one in person.cycles if one.closed_at is None), None)
    if cycle is not None:
        since = cycle.assigned_at
    elif person.handed is not None:
        since = person.handed.at
    elif person.stage is Stage.NURTURE:
        since = person.stage_since
    else:
        since = None
    about = Q(about__in=activities)
    if since is not None:
        about |= Q(about__in=person.record_ids, due_at__gte=since)
    found = Escalation.objects.filter(about, decided_at__lte=by)
    return {(one.due_at, one.step, one.activity_id or ""): one for one in found}


def _of(rung: Rung | None, told: Escalation | None) -> tuple[str, str | None]:
    if rung is not None:
        return rung.act, rung.holder
    assert told is not None
    return told.act, told.holder_id


def _state(key: _Key, rung: Rung | None, told: Escalation | None, at: datetime, stale: datetime) -> str:
    if told is None:
        if key[0] <= stale:
            return "stale"  # of what lasts, nothing is kept of that
        return "due" if key[0] <= at else "soon"
    return "over" if told.state == State.WAITING and rung is None else told.state
