"""What each step does: whom it tells what, or that somebody else takes over. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models.functions import Coalesce
from django.urls import reverse

from alerts.addresses import read_reaches
from alerts.ladder.above import managers_above
from alerts.ladder.due import DueStep
from alerts.ladder.words import (
    Planned,
    Words,
    could_not_assign,
    of_meeting,
    of_queue,
    to_keeper,
    to_manager,
    to_planner,
    to_rep,
    to_taker,
    to_takers_manager,
)
from alerts.models import Escalation
from alerts.reassigning import Outcome, Overdue, reassign
from alerts.stops import Telling, read_stopped
from alerts.telling.notices import Name, Notice, Topic, tell
from base.models import Role, User
from leadmodel.lifecycle.clocks import ClockKind
from leadmodel.lifecycle.policies import Act
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.may_act import REASSIGN
from leadmodel.models import Person
from leadmodel.outcomes import names
from sync.models import Event, Group, Task
from sync.models import User as SalesforceUser
from sync.writeback.modes import Mode, mode_of, switches

State = Escalation.State
_LATER = timedelta(minutes=10)


class Became(NamedTuple):
    """What became of a step: its state, and the sentence that says so. One that waits is looked at again."""

    state: Escalation.State
    said: str
    wait: timedelta = timedelta(minutes=1)


_REASSIGNED = {
    Outcome.DECIDED: Became(
        State.DONE, "Somebody else was chosen; the re-assignments say who, and whether it is written."
    ),
    Outcome.COULD_NOT: Became(State.WAITING, "Nobody may take over now; the re-assignments say why.", _LATER),
    Outcome.MOOT: Became(State.MOOT, "Answered, disposed or taken over."),
    Outcome.NOT_YET: Became(State.WAITING, "Waits: there is news of the person, or an exception."),
    Outcome.MOST: Became(State.WAITING, "Waits: in 24 hours as many were re-assigned as may be.", _LATER),
}


def act(
    due: Sequence[DueStep], settings: ModelSettings, *, read_at: datetime, now: datetime
) -> dict[DueStep, Became]:
    """Do what is due: decide who is told and who takes over. What became of each step, in a sentence."""
    if not due:
        return {}
    people = _read_people(due, settings)
    handed = [one for one in due if Act(one.act) is Act.REASSIGN]
    outcomes = _reassign(handed, settings, read_at=read_at, now=now)
    became = {one: _REASSIGNED[outcome] for one, outcome in outcomes.items()}
    is_told = mode_of(switches(), REASSIGN) == Mode.ON and Telling.COULD_NOT_ASSIGN not in read_stopped()
    notices: list[Notice] = []
    for one in due:
        told: list[Notice] = []
        if one not in outcomes or (outcomes[one] is Outcome.COULD_NOT and is_told):
            told = list(_notices(one, people, settings))
        if one not in outcomes:
            became[one] = Became(State.DONE if told else State.UNTOLD, _said(len(told), one, people))
        notices += told
    tell(notices, now=now)
    return became


def _reassign(
    due: Sequence[DueStep], settings: ModelSettings, *, read_at: datetime, now: datetime
) -> dict[DueStep, Outcome]:
    asked = {
        one: Overdue(one.person_id, one.number, one.ordinal, one.holder_id, one.due_at, f"step {one.step}")
        for one in due
    }
    outcomes = reassign(list(asked.values()), settings=settings, read_at=read_at, now=now)
    return {one: outcomes[told] for one, told in asked.items()}


@dataclass(frozen=True)
class _People:
    """Everybody a batch of steps is about, read once."""

    persons: Mapping[str, str]
    since: Mapping[str, datetime]
    """Person who is to return → since when they are where they are."""
    ended: Mapping[str, datetime]
    """Meeting that is not marked → when it ended."""
    planned: Mapping[str, Planned]
    """By the Task."""
    holders: Mapping[str, str]
    users: Mapping[str, int]
    """Salesforce user Id → the active user of this app."""
    above: Mapping[str, Sequence[Sequence[int]]]
    operations: Sequence[int]
    zones: Mapping[int, ZoneInfo]


_OF = {
    ClockKind.ACCEPTANCE: ", of a hand-off",
    ClockKind.RETURN: ", of a return from Nurture",
    ClockKind.FOLLOW_UP: ", of a follow-up",
    ClockKind.MEETING: ", of a meeting",
    ClockKind.NO_SHOW: ", of a no-show",
}
"""What a step was about that is not about an answer."""


def _said(number: int, due: DueStep, people: _People) -> str:
    if number:
        return f"Told {number} {'person' if number == 1 else 'people'}{_OF.get(due.clock, '')}."
    holder = people.holders.get(due.holder_id or "", "nobody")
    if due.clock is ClockKind.RETURN and due.ordinal == 0:
        return f"Nobody was told: no rep holds them, they are with {holder}{_OF[due.clock]}."
    if due.act == Act.REMIND_REP:
        return f"Nobody was told: {holder} has no account here."
    return f"Nobody was told: no manager of {holder} has an account here."


def _read_people(due: Sequence[DueStep], settings: ModelSettings) -> _People:
    holder_ids = {one.holder_id for one in due if one.holder_id is not None}
    holders = dict(Group.objects.filter(pk__in=holder_ids).values_list("pk", "name"))
    holders |= dict(SalesforceUser.objects.filter(pk__in=holder_ids).values_list("pk", "name"))
    reps = User.objects.filter(salesforce_id__in=holder_ids, is_active=True)
    above = managers_above(holder_ids, settings)
    operations = [user.pk for user in User.objects.filter(role=Role.OPS, is_active=True).order_by("pk")]
    told = {pk for levels in above.values() for level in levels for pk in level} | set(operations)
    reaches = read_reaches([*reps, *User.objects.filter(pk__in=told)])
    return _People(
        persons=names([one.person_id for one in due]),
        since=_read_since(one.person_id for one in due if one.clock is ClockKind.RETURN),
        ended=_read_ended(one.activity_id for one in due if one.activity_id is not None),
        planned=_read_planned(one.activity_id for one in due if one.clock is ClockKind.FOLLOW_UP),
        holders={pk: name or pk for pk, name in holders.items()},
        users={user.salesforce_id: user.pk for user in reps if user.salesforce_id and user.pk in reaches},
        above={
            rep: [[pk for pk in level if pk in reaches] for level in levels] for rep, levels in above.items()
        },
        operations=[pk for pk in operations if pk in reaches],
        zones={pk: reach.zone for pk, reach in reaches.items()},
    )


def _read_since(persons: Iterable[str]) -> Mapping[str, datetime]:
    found = Person.objects.filter(pk__in=list(persons))
    return dict(found.values_list("person_id", "stage_since"))


def _read_ended(events: Iterable[str]) -> Mapping[str, datetime]:
    found = Event.objects.filter(pk__in=list(events))
    return dict(found.values_list("pk", Coalesce("ends_at", "starts_at")))


def _read_planned(tasks: Iterable[str | None]) -> Mapping[str, Planned]:
    found = Task.objects.filter(pk__in=[pk for pk in tasks if pk is not None])
    told = found.values_list("pk", "subject", "activity_date")
    return {pk: Planned(subject or "", day) for pk, subject, day in told if day is not None}


def _notices(due: DueStep, people: _People, settings: ModelSettings) -> Iterator[Notice]:
    """One for each who is to be told of it."""
    for user in _recipients(due, people):
        yield _notice(due, user, _words(due, people, settings, people.zones[user]), settings)


def _words(due: DueStep, people: _People, settings: ModelSettings, zone: ZoneInfo) -> Words:
    who = people.persons.get(due.person_id, due.person_id)
    holder = people.holders.get(due.holder_id or "", "nobody")
    is_reminder = due.act == Act.REMIND_REP
    match due.clock:
        case ClockKind.RETURN | ClockKind.FOLLOW_UP:
            return _of_nurture(due, who, people, zone)
        case ClockKind.MEETING | ClockKind.NO_SHOW:
            ended = people.ended[due.activity_id or ""]
            return of_meeting(due, who, holder, ended, settings.meetings, zone=zone)
        case ClockKind.ACCEPTANCE:
            return (
                to_taker(due, who, zone=zone)
                if is_reminder
                else to_takers_manager(due, who, holder, zone=zone)
            )
    if is_reminder:
        return to_rep(due, who, zone=zone)
    if due.act == Act.REASSIGN:
        return could_not_assign(due, who, holder, zone=zone)
    return (to_manager if due.ordinal > 0 else of_queue)(due, who, holder, zone=zone)


def _of_nurture(due: DueStep, who: str, people: _People, zone: ZoneInfo) -> Words:
    if due.clock is ClockKind.FOLLOW_UP:
        return to_planner(who, people.planned[due.activity_id or ""])
    return to_keeper(due, who, people.since[due.person_id], zone=zone)


def _recipients(due: DueStep, people: _People) -> Sequence[int]:
    """The rep; the nearest manager, or the next one up, and operations where there is none, or nobody to ask."""
    if due.act == Act.REMIND_REP:
        user = people.users.get(due.holder_id or "")
        return [] if user is None else [user]
    if due.ordinal == 0:
        return people.operations
    levels = [level for level in people.above.get(due.holder_id or "", ()) if level]
    above = levels[1:] if due.act == Act.TELL_THEIR_MANAGER else levels
    return above[0] if above else people.operations


_TOPICS = {
    ClockKind.ACCEPTANCE: Topic.HAND_OFF,
    ClockKind.RETURN: Topic.RETURN,
    ClockKind.FOLLOW_UP: Topic.RETURN,
    ClockKind.MEETING: Topic.MEETING,
    ClockKind.NO_SHOW: Topic.MEETING,
}


def _topic(due: DueStep) -> Topic:
    if due.clock in _TOPICS:
        return _TOPICS[due.clock]
    return Topic.COULD_NOT_ASSIGN if due.act == Act.REASSIGN else Topic.RESPONSE


def _notice(due: DueStep, user: int, words: Words, settings: ModelSettings) -> Notice:
    return Notice(
        key=f"ladder/{due.key}/{user}",
        topic=_topic(due),
        name=Name.FIRST if due.act == Act.REMIND_REP else Name.WORSENED,
        to=user,
        person_id=due.person_id,
        headline=words.headline,
        text=words.text,
        link=reverse("person", args=[due.person_id]),
        expires_at=due.due_at + timedelta(hours=settings.response.stale_after_hours),
        still={
            "kind": "clock",
            "person_id": due.person_id,
            "number": due.number,
            "ordinal": due.ordinal,
            "clock": due.clock.value,
            "due_at": due.clock_due_at.isoformat(),
            "holder": due.holder_id,
            **({} if due.activity_id is None else {"activity_id": due.activity_id}),
        },
    )
