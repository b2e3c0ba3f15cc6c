"""Every mail that was decided about: waiting, sent, skipped, failed, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import Http404, QueryDict

from alerts.mails.delivery import MAILS
from alerts.mails.recipients import ASKED_FOR
from alerts.pages.outbox import (
    BADGES,
    Asked,
    OutboxView,
    names_of,
    narrowed,
    parts_of,
    read_asked,
    view_outbox,
)
from base.downloads import Value
from base.models import Effect, User
from base.pages import viewer_zone
from base.words import Instant, instant
from leadmodel.access import sees_all

COLUMNS = "decided_at to kind day state said attempts subject as_of message_id ended_at".split()
_STATE = Effect.State


PARTS = parts_of(
    waiting="written and not yet taken by the mail server",
    sent="taken by the mail server",
    skipped="due, and not sent for the reason beside it",
    failed="refused by the mail server, or given up",
)


@dataclass(frozen=True)
class MailRow:
    """One mail. `has_text`: it was written, and can be read; `can_try_again`: it failed and its day is not over.

    `was_asked`: sent out of turn, beside its day's.
    """

    number: int
    at: Instant
    to: str
    day: str
    subject: str
    state: str
    tone: str
    said: str
    attempts: int
    has_text: bool
    can_try_again: bool
    was_asked: bool


def read_sent_address(parameters: QueryDict) -> Asked:
    """What an address asks for. Raises WrongAddress."""
    return read_asked(parameters, PARTS, "mails")


def read_sent(user: User, asked: Asked, *, now: datetime) -> OutboxView[MailRow]:
    """How many mails stand how, and one page of a list."""
    rows_of = partial(read_rows, now=now, zone=viewer_zone(user))
    return view_outbox(_all(), asked, PARTS, rows_of, page="mails-sent")


def read_latest(user: User, *, now: datetime, zone: ZoneInfo) -> list[MailRow]:
    """Somebody's own mails of the last days."""
    mails = _all().filter(payload__user=user.pk).order_by("-pk")[:10]
    return read_rows(list(mails), now=now, zone=zone)


def mail_lines(asked: Asked) -> Iterator[Sequence[Value]]:
    """The whole list, a column for each of COLUMNS."""
    mails = list(narrowed(_all(), asked))
    called = names_of(mails)
    for mail in mails:
        told = mail.payload
        yield (
            mail.created_at, called[told["user"]], mail.kind.removeprefix(MAILS), told["day"],
            BADGES[_STATE(mail.state)][0], mail.said, mail.attempts, told.get("subject", ""),
            told.get("as_of", ""), mail.result.get("message_id", ""), mail.ended_at,
        )  # fmt: skip


def access_mail(user: User, number: int) -> Effect:
    """A mail to this user; for operations anybody's. Raises Http404."""
    mail = _all().filter(pk=number).first()
    if mail is None or (mail.payload["user"] != user.pk and not sees_all(user)):
        raise Http404(f"There is no mail {number} of yours.")
    return mail


def read_rows(mails: Sequence[Effect], *, now: datetime, zone: ZoneInfo) -> list[MailRow]:
    """Mails as lists tell of them."""
    called = names_of(mails)
    return [
        MailRow(
            number=mail.pk,
            at=instant(mail.created_at, now=now, zone=zone),
            to=called[mail.payload["user"]],
            day=mail.payload["day"],
            subject=mail.payload.get("subject", ""),
            state=BADGES[_STATE(mail.state)][0],
            tone=BADGES[_STATE(mail.state)][1],
            said=mail.said,
            attempts=mail.attempts,
            has_text="html" in mail.payload,
            can_try_again=can_try_again(mail, now),
            was_asked=mail.kind.endswith(ASKED_FOR),
        )
        for mail in mails
    ]


def can_try_again(mail: Effect, now: datetime) -> bool:
    """Whether it failed, and its day is not over."""
    return mail.state == _STATE.REFUSED and now < datetime.fromisoformat(mail.payload["ends_at"])


def _all() -> QuerySet[Effect]:
    return Effect.objects.filter(kind__startswith=MAILS)
