"""Decide which mails are due: each person's of a day once, whoever looks, however often.

A mail is written and put into the outbox in one transaction, with the instant it tells of: what is sent later, and
sent again after a crash, is that very mail. What is not sent is decided in the same way, with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings as django
from django.db import transaction

from alerts.did import Between, count_did
from alerts.mails.days import Morning, Recipient, covered, day_of, due, may_be_due, why_none
from alerts.mails.recipients import ASKED_FOR, DAILY, key_of, read_recipients, with_calendars
from alerts.mails.writing import write
from base.models import Effect, Role, User
from base.outbox import Decided, decide
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.pages.shell import read_up_to
from leadmodel.settings_store import settings_in_force

TIDY = "Not sent: there is nothing to clean up."
NOTHING = "Not sent: there is nothing to tell."

log = structlog.get_logger(__name__)


def scan(*, now: datetime) -> int:
    """Decide whatever is due by `now`; how many people that concerned.

    Without a mail server nothing is decided, nor before Salesforce was ever read. One whose mail cannot be written
    holds up nobody else; an ExceptionGroup tells of them at the end.
    """
    read_at = read_up_to()
    if not django.EMAIL_HOST or read_at is None:
        return 0
    settings = settings_in_force()
    found = read_recipients(settings, now=now).values()
    chosen = [(user, recipient) for user, recipient in found if may_be_due(recipient, now)]
    failed: list[Exception] = []
    for user, recipient in with_calendars(chosen, settings):
        try:
            with transaction.atomic():
                decide(_decided(user, recipient, settings, at=min(read_at, now), now=now), by=None, now=now)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised below
            failed.append(error)
    if chosen:
        log.info("mails_decided", people=len(chosen), failed=len(failed))
    if failed:
        raise ExceptionGroup("These mails could not be written; the next scan tries again.", failed)
    return len(chosen)


class CannotBeAsked(Exception):
    """There is no mail to ask for. The text says why, and what to do."""


def ask(user: User, *, now: datetime) -> Effect:
    """Decide this person's mail of the day if it is due and was not decided yet, else one like it out of turn.

    That may be asked for on any day and at any time. For whom and what, the rules are those of the day's: it may come
    back as not sent, with its reason. Raises CannotBeAsked.
    """
    read_at = read_up_to()
    if read_at is None:
        raise CannotBeAsked(
            "Salesforce was never read, or not all of it, so there is nothing to tell: run `manage.py pull` first."
        )
    settings, at = settings_in_force(), min(read_at, now)
    found = list(read_recipients(settings, now=now, users=[user.pk]).values())
    if not found:
        raise CannotBeAsked(
            f"{user} has no active account with an active user in Salesforce: mails are for those."
        )
    [(_, recipient)] = with_calendars(found, settings)
    day = day_of(recipient, now)
    key = key_of(user, day.day)
    with transaction.atomic():
        decided = _decided(user, recipient, settings, at=at, now=now)
        if not decided or decided[-1].key != key:
            asked = _written(user, recipient, day, settings, at=at, now=now, until=now)
            out_of_turn = replace(asked, key=f"{key}/asked/{now:%H%M%S.%f}", kind=f"{asked.kind}{ASKED_FOR}")
            decided = [*decided, out_of_turn]
        return decide(decided, by=None, now=now)[-1]


def _decided(
    user: User, recipient: Recipient, settings: ModelSettings, *, at: datetime, now: datetime
) -> list[Decided]:
    told = due(recipient, now)
    decided = [
        _one(user, morning, not_done="Skipped: nothing ran here on that day after the mail was due.")
        for morning in told.missed
    ]
    today = told.today
    # whoever looks at once writes it too; whose row comes second is left out
    if today is None or Effect.objects.filter(key=key_of(user, today.day)).exists():
        return decided
    if user.role == Role.OPS and not any(
        count_did(user, Between(*covered(recipient, today.told_until))).values()
    ):
        return decided  # theirs is no daily mail: where automation did nothing there is nothing to note
    return [*decided, _written(user, recipient, today, settings, at=at, now=now, until=today.told_until)]


def _written(
    user: User,
    recipient: Recipient,
    today: Morning,
    settings: ModelSettings,
    *,
    at: datetime,
    now: datetime,
    until: datetime,
) -> Decided:
    """The mail of a day, or why there is none. `until`: up to when it tells what automation did."""
    why = why_none(recipient, ends_at=today.ends_at, now=now)
    if why:
        return _one(user, today, not_done=why)
    mail = write(user, recipient, settings, at=at, now=now, until=until)
    if mail.is_empty:
        return _one(user, today, not_done=TIDY if mail.has_own and user.role == Role.MANAGER else NOTHING)
    written = {
        "as_of": at.isoformat(),
        "until": until.isoformat(),
        "has_own": mail.has_own,
        "has_digest": mail.has_digest,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
    }
    return _one(user, today, written)


def _one(user: User, morning: Morning, written: Mapping[str, Any] = {}, *, not_done: str = "") -> Decided:
    payload = {
        "user": user.pk,
        "day": morning.day.isoformat(),
        "due_at": morning.due_at.isoformat(),
        "ends_at": morning.ends_at.isoformat(),
    }
    kind = DAILY[Role(user.role)]
    return Decided(key_of(user, morning.day), kind, {**payload, **written}, not_done=not_done)
