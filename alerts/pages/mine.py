"""The page of one's own mail of the morning: as it would be now, when it comes, and the latest ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time

from django.conf import settings as django
from django.http import Http404

from alerts.mails.days import Recipient, why_no_address
from alerts.mails.recipients import read_recipients, wants_own
from alerts.mails.writing import Written, write
from alerts.models import MailChoice
from base.address import WrongAddress, given
from base.models import Role, User
from leadmodel.access import sees_all
from leadmodel.pages.shell import read_up_to
from leadmodel.settings_store import settings_in_force

TIME = "%H:%M"
CALLED = {Role.MANAGER: "“Clean your room”", Role.REP: "Your morning", Role.OPS: "What automation did"}
"""What the mail of each role is called."""
_OWN = {
    Role.MANAGER: ("“Clean your room”", "whom your team left lying, on working mornings"),
    Role.REP: (
        "Your morning",
        "who waits for you, whose follow-up is due, who goes stale, on working mornings",
    ),
}
"""The part of a role that can be chosen, and what it tells; operations have none but what automation did."""
_DIGEST = {
    Role.MANAGER: "with your team's people since the mail before: a section of the same mail, or one of its own",
    Role.REP: "with your people since the mail before: in the same mail, or in its own when somebody was given up",
    Role.OPS: "with anybody since the mail before, what came to nothing, and which messages failed",
}


@dataclass(frozen=True)
class Choice:
    """Somebody to look over the shoulder of."""

    number: int
    name: str
    is_selected: bool


@dataclass(frozen=True)
class Choosing:
    """The form. `own` empty: the role has no part of its own. `at`: the own time of day; empty: the settings'."""

    own: str
    own_words: str
    wants_it: bool
    digest_words: str
    wants_digest: bool
    at: str
    usual_at: str


@dataclass(frozen=True)
class Mine:
    """Somebody's mail. `mail` None: Salesforce was never read, or not all of it."""

    number: int
    name: str
    called: str
    is_own: bool
    mail: Written | None
    comes: str
    why_none: str
    address: str
    why_off: str


def access_recipient(user: User, number: int | None, *, now: datetime) -> tuple[User, Recipient] | None:
    """Whose mail is asked for: the own; of operations, anybody's that is named.

    None where an account of one's own has no active user in Salesforce. Raises Http404.
    """
    number = user.pk if number is None else number
    found = read_recipients(settings_in_force(), now=now, users=[number]).get(number)
    if number != user.pk and (found is None or not sees_all(user)):
        raise Http404(f"There is nobody {number} whose mail you may see.")
    return found


def read_choices(user: User, selected: int | None, *, now: datetime) -> list[Choice]:
    """Whose mails operations may look at, by name: those who may be due one."""
    if not sees_all(user):
        return []
    found = read_recipients(settings_in_force(), now=now).values()
    named = sorted((str(one), one.pk) for one, _ in found)
    return [Choice(number, name, number == (selected or user.pk)) for name, number in named]


def read_mine(user: User, to: User, recipient: Recipient, *, now: datetime) -> Mine:
    """The mail as it would be written now, and when it comes."""
    return Mine(
        number=to.pk,
        name=str(to),
        called=CALLED[Role(to.role)],
        is_own=user.pk == to.pk,
        mail=written_now(to, recipient, now=now),
        comes=f"{recipient.at:{TIME}} ({recipient.zone.key})",
        why_none=_why_none(Role(to.role), recipient),
        address=recipient.address,
        why_off="" if django.EMAIL_HOST else "No mail server is set (EMAIL_HOST): no mail is sent.",
    )


def _why_none(role: Role, recipient: Recipient) -> str:
    """When it does not come, in a sentence."""
    if not recipient.wants_it and not recipient.wants_digest:
        return "Switched off: no mail comes."
    if why := why_no_address(recipient.address):
        return why
    if role is Role.REP and not recipient.wants_it:
        return "Not asked for: only what automation did comes, when somebody was given up."
    return ""


def read_choosing(user: User) -> Choosing:
    """What somebody chose about the mail of the morning, and what holds where they chose nothing."""
    choice, role = MailChoice.objects.filter(pk=user.pk).first(), Role(user.role)
    own, own_words = _OWN.get(role, ("", ""))
    return Choosing(
        own=own,
        own_words=own_words,
        wants_it=wants_own(user, choice),
        digest_words=_DIGEST[role],
        wants_digest=choice is None or choice.wants_digest,
        at=f"{choice.at:{TIME}}" if choice is not None and choice.at is not None else "",
        usual_at=settings_in_force().clean_your_room.at,
    )


def written_now(user: User, recipient: Recipient, *, now: datetime) -> Written | None:
    """The mail as it would be now, with the part of the role also where that was not chosen.

    None before Salesforce was ever read.
    """
    read_at = read_up_to()
    if read_at is None:
        return None
    shown = replace(recipient, wants_it=user.role != Role.OPS)
    return write(user, shown, settings_in_force(), at=min(read_at, now), now=now, until=now)


def choose(user: User, form: Mapping[str, object], *, now: datetime) -> bool:
    """Keep what somebody chose about the own mail; whether any comes. Raises WrongAddress."""
    text = given(form, "at")
    try:
        at = time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None) if text else None
    except ValueError as error:
        raise WrongAddress(f"“{text}” is no time of day: write it like 07:30, or leave it empty.") from error
    wants_it = given(form, "wants_it") is not None
    wants_digest = given(form, "wants_digest") is not None
    values: dict[str, object] = {"wants_digest": wants_digest, "at": at, "chosen_at": now}
    if user.role in _OWN:  # who has no such mail says nothing of it
        values |= {"wants_it": wants_it, "chosen_as": user.role}
    MailChoice.objects.update_or_create(user=user, defaults=values)
    return wants_it or wants_digest
