"""Whom a word about an idle account tells what. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from alerts.addresses import Reach, read_reaches
from alerts.idle.due import DueWord
from alerts.idle.words import to_owner, to_owners_manager
from alerts.ladder.above import managers_above
from alerts.models import Escalation
from alerts.telling.notices import Name, Notice, Topic, tell
from base.models import Role, User
from leadmodel.lifecycle.policies import Act
from leadmodel.lifecycle.settings import ModelSettings
from sync.models import Account
from sync.models import User as SalesforceUser

State = Escalation.State
Became = tuple[Escalation.State, str]
"""What became of a word, and the sentence that says so."""


def tell_of(due: Sequence[DueWord], settings: ModelSettings, now: datetime) -> dict[DueWord, Became]:
    """Decide who is told of what is due; what became of each."""
    if not due:
        return {}
    people = _read_people(due, settings)
    notices: list[Notice] = []
    became: dict[DueWord, Became] = {}
    for one in due:
        told = [_notice(one, user, people, settings) for user in _recipients(one, people)]
        became[one] = (State.DONE if told else State.UNTOLD, _said(one, len(told), people))
        notices += told
    tell(notices, now=now)
    return became


@dataclass(frozen=True)
class _People:
    """Everybody a batch of words is about, read once."""

    accounts: Mapping[str, str]
    owners: Mapping[str, str]
    users: Mapping[str, int]
    """Salesforce user Id → the active user of this app."""
    above: Mapping[str, Sequence[Sequence[int]]]
    operations: Sequence[int]
    reaches: Mapping[int, Reach]


def _read_people(due: Sequence[DueWord], settings: ModelSettings) -> _People:
    accounts = Account.objects.filter(pk__in={one.account_id for one in due}).values_list("pk", "name")
    owner_ids = {one.owner_id for one in due}
    owners = SalesforceUser.objects.filter(pk__in=owner_ids).values_list("pk", "name")
    reps = User.objects.filter(salesforce_id__in=owner_ids, is_active=True)
    above = managers_above(owner_ids, settings)
    operations = User.objects.filter(role=Role.OPS, is_active=True).order_by("pk")
    managers = {pk for levels in above.values() for level in levels for pk in level}
    reaches = read_reaches([*reps, *operations, *User.objects.filter(pk__in=managers)])
    return _People(
        accounts={pk: name or pk for pk, name in accounts},
        owners={pk: name or pk for pk, name in owners},
        users={user.salesforce_id: user.pk for user in reps if user.salesforce_id and user.pk in reaches},
        above={
            rep: [[pk for pk in level if pk in reaches] for level in levels] for rep, levels in above.items()
        },
        operations=[user.pk for user in operations if user.pk in reaches],
        reaches=reaches,
    )


def _recipients(due: DueWord, people: _People) -> Sequence[int]:
    """The owner; or their nearest manager with an account here, operations where there is none."""
    if due.act is Act.REMIND_REP:
        return [people.users[due.owner_id]] if due.owner_id in people.users else []
    return next((level for level in people.above[due.owner_id] if level), people.operations)


def _said(due: DueWord, number: int, people: _People) -> str:
    if number:
        return f"Told {number} {'person' if number == 1 else 'people'}."
    owner = people.owners[due.owner_id]
    if due.act is Act.REMIND_REP:
        return f"Nobody was told: {owner} has no account here."
    return f"Nobody was told: no manager of {owner} has an account here."


def _notice(due: DueWord, to: int, people: _People, settings: ModelSettings) -> Notice:
    zone, account = people.reaches[to].zone, people.accounts[due.account_id]
    is_reminder = due.act is Act.REMIND_REP
    words = (
        to_owner(due, account, zone=zone)
        if is_reminder
        else to_owners_manager(due, account, people.owners[due.owner_id], zone=zone)
    )
    return Notice(
        key=f"idle/{due.key}/{to}",
        topic=Topic.IDLE_ACCOUNT,
        name=Name.FIRST if is_reminder else Name.WORSENED,
        to=to,
        person_id="",
        headline=words.headline,
        text=words.text,
        link=reverse("target-account", args=[due.account_id]),
        expires_at=due.due_at + timedelta(hours=settings.response.stale_after_hours),
        still={
            "kind": "idle_account",
            "account_id": due.account_id,
            "owner_id": due.owner_id,
            "started_at": due.started_at.isoformat(),
        },
    )
