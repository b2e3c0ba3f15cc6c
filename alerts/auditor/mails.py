"""Which managers' mails should have been decided about this morning, recomputed from accounts, zones and calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings as django

from alerts.addresses import read_reaches
from alerts.auditor.differing import Check, Checked, Difference, Look
from alerts.models import MailChoice
from alerts.stops import Telling
from base.models import Effect, Role, User
from leadmodel.directory import read_directory
from leadmodel.models import Absence
from leadmodel.pages.shell import read_up_to


def check_mails(look: Look) -> Checked:
    """Each working morning's mail was decided: sent, to be sent, or why not."""
    read_at, _ = read_up_to()
    if not django.EMAIL_HOST or read_at is None or Telling.MAILS in look.stopped:
        return Checked(0, ())
    due = _due(look)
    decided = set(Effect.objects.filter(key__in=due).values_list("key", flat=True))
    differing = [
        Difference(
            Check.MAILS, key, "", f"The mail of {user} was due at {at:%H:%M} UTC, and was not decided."
        )
        for key, (user, at) in due.items()
        if key not in decided
    ]
    return Checked(len(due), differing)


def _due(look: Look) -> dict[str, tuple[str, datetime]]:
    """By its key, whose mail was due when; who got an account, or chose another time, only later is due none yet."""
    managers = list(User.objects.filter(role=Role.MANAGER, is_active=True, salesforce_id__isnull=False))
    reaches = read_reaches(managers)
    chosen = MailChoice.objects.in_bulk(list(reaches))
    teams = read_directory(look.settings).teams if reaches else {}
    found: dict[str, tuple[str, datetime]] = {}
    for number, reach in reaches.items():
        choice, me = chosen.get(number), reach.user.salesforce_id or ""
        at = choice.at if choice is not None and choice.at is not None else look.settings.clean_your_room.time
        today = look.now.astimezone(reach.zone).date()
        due_at = _instant(today, at, reach.zone)
        calendar = look.settings.business_time.of(teams[me][-1][1] if teams.get(me) else None)
        is_worked = today.weekday() in calendar.week and bool(calendar.week[today.weekday()])
        if due_at <= look.now and is_worked and not calendar.is_closed(today) and not _is_away(me, due_at):
            found[f"mail/clean-your-room/{number}/{today}"] = (reach.user.username, due_at)
    return found


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def _is_away(user_id: str, at: datetime) -> bool:
    return Absence.objects.filter(user_id=user_id, starts_at__lte=at, ends_at__gt=at).exists()
