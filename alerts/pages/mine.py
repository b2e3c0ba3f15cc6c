"""The page of a manager's own mail: as it would be now, when it comes, and the latest ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from django.conf import settings as django
from django.http import Http404

from alerts.mails.days import Recipient
from alerts.mails.recipients import read_recipients
from alerts.mails.writing import Written, write
from alerts.models import MailChoice
from base.models import Role, User
from leadmodel.access import sees_all
from leadmodel.pages.shell import read_up_to
from leadmodel.settings_store import settings_in_force

TIME = "%H:%M"


@dataclass(frozen=True)
class Choice:
    """A manager to look over the shoulder of."""

    number: int
    name: str
    is_selected: bool


@dataclass(frozen=True)
class Mine:
    """A manager's mail. `mail` None: Salesforce was never read. `at`: their own time of day; empty: the settings'."""

    number: int
    name: str
    is_own: bool
    mail: Written | None
    comes: str
    address: str
    wants_it: bool
    at: str
    usual_at: str
    why_off: str


def access_recipient(user: User, number: int | None, *, now: datetime) -> tuple[User, Recipient] | None:
    """The manager whose mail is asked for: a manager's own; of operations, anybody's that is named.

    None where operations named nobody, or a manager has no active user in Salesforce. Raises Http404.
    """
    if user.role == Role.REP and not sees_all(user):
        raise Http404("Mails are for managers and operations.")
    if number is None and not sees_all(user):
        number = user.pk
    if number is None:
        return None
    found = read_recipients(settings_in_force(), now=now, users=[number]).get(number)
    if number != user.pk and (found is None or not sees_all(user)):
        raise Http404(f"There is no manager {number} whose mail you may see.")
    return found


def read_choices(user: User, selected: int | None, *, now: datetime) -> list[Choice]:
    """Whose mails operations may look at, by name."""
    if not sees_all(user):
        return []
    found = read_recipients(settings_in_force(), now=now).values()
    named = sorted((str(manager), manager.pk) for manager, _ in found)
    return [Choice(number, name, number == selected) for name, number in named]


def read_mine(user: User, manager: User, recipient: Recipient, *, now: datetime) -> Mine:
    """The mail as it would be written now, and when it comes."""
    settings = settings_in_force()
    choice = MailChoice.objects.filter(pk=manager.pk).first()
    return Mine(
        number=manager.pk,
        name=str(manager),
        is_own=user.pk == manager.pk,
        mail=written_now(manager, recipient, now=now),
        comes=f"{recipient.at:{TIME}} ({recipient.zone.key})",
        address=recipient.address,
        wants_it=recipient.wants_it,
        at=f"{choice.at:{TIME}}" if choice is not None and choice.at is not None else "",
        usual_at=settings.clean_your_room.at,
        why_off="" if django.EMAIL_HOST else "No mail server is set (EMAIL_HOST): no mail is sent.",
    )


def written_now(manager: User, recipient: Recipient, *, now: datetime) -> Written | None:
    """The mail as it would be now; None before Salesforce was ever read."""
    read_at, _ = read_up_to()
    if read_at is None:
        return None
    return write(manager, settings_in_force(), zone=recipient.zone, at=min(read_at, now), now=now)


def choose(user: User, *, wants_it: bool, at: time | None, now: datetime) -> None:
    """Keep what a manager chose about the own mail."""
    values = {"wants_it": wants_it, "at": at, "chosen_at": now}
    MailChoice.objects.update_or_create(user=user, defaults=values)
