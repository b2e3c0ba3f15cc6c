"""Gather who may be due a mail: managers with their zone, address, choice, calendar and absences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db.models import Max
from django.db.models.fields.json import KT

from alerts.mails.days import MOST_DAYS_BACK, Recipient
from alerts.models import MailChoice
from base.models import Effect, Role, User
from base.pages import viewer_zone
from base.zones import zone_called, zone_names
from leadmodel.directory import read_directory
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.models import Absence
from sync.models import User as SalesforceUser

KIND = "mail.clean-your-room"
ASKED_FOR = "mail.clean-your-room-asked"
"""The same mail out of turn, because somebody asked for it: no day's mail, and none the next one counts from."""


def key_of(user_id: int, day: date) -> str:
    """What makes a mail this one mail: one per manager and local day."""
    return f"mail/clean-your-room/{user_id}/{day}"


def read_recipients(
    settings: ModelSettings, *, now: datetime, users: Collection[int] | None = None
) -> dict[int, tuple[User, Recipient]]:
    """Managers with a Salesforce user that is active (all, or these), without calendars; in a few statements."""
    managers = User.objects.filter(role=Role.MANAGER, is_active=True, salesforce_id__isnull=False)
    if users is not None:
        managers = managers.filter(pk__in=users)
    found = {user.pk: user for user in managers.order_by("pk")}
    people = SalesforceUser.objects.filter(is_active=True).in_bulk(
        [user.salesforce_id for user in found.values()]
    )
    choices = MailChoice.objects.in_bulk(found)
    latest = _latest(now)
    recipients = {}
    for pk, user in found.items():
        person = people.get(user.salesforce_id or "")
        if person is None:
            continue
        choice = choices.get(pk)
        recipients[pk] = (
            user,
            Recipient(
                user_id=pk,
                address=user.email or person.email or "",
                wants_it=choice is None or choice.wants_it,
                zone=zone_called(person.time_zone) if person.time_zone in zone_names() else viewer_zone(user),
                at=choice.at
                if choice is not None and choice.at is not None
                else settings.clean_your_room.time,
                latest=latest.get(pk),
            ),
        )
    return recipients


def with_calendars(
    chosen: Sequence[tuple[User, Recipient]], settings: ModelSettings
) -> list[tuple[User, Recipient]]:
    """The same with the days they work on: their team's calendar, their absences."""
    if not chosen:
        return []
    teams = read_directory(settings).teams
    away: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for absence in Absence.objects.filter(user_id__in=[user.salesforce_id for user, _ in chosen]):
        away[absence.user_id].append((absence.starts_at, absence.ends_at))
    told = []
    for user, recipient in chosen:
        me = user.salesforce_id or ""
        team = teams[me][-1][1] if teams.get(me) else None
        calendar = settings.business_time.of(team)
        told.append((user, replace(recipient, calendar=calendar, absences=tuple(away[me]))))
    return told


def _latest(now: datetime) -> dict[int, date]:
    """Each manager's latest day that was decided about, as far back as missed days are told of, and one more."""
    since = now - timedelta(days=MOST_DAYS_BACK + 2)
    rows = Effect.objects.filter(kind=KIND, created_at__gte=since).order_by()
    days = rows.values_list(KT("payload__user")).annotate(latest_day=Max(KT("payload__day")))
    return {int(user): date.fromisoformat(day) for user, day in days}
