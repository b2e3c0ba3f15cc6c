"""Every mail that was decided about: waiting, sent, skipped, failed, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.http import Http404, QueryDict
from django.urls import reverse

from alerts.mails.delivery import MAILS
from alerts.mails.recipients import ASKED_FOR
from base.address import one_of, read_place
from base.downloads import Value
from base.models import Effect, User
from base.pages import viewer_zone
from base.words import Instant, instant
from leadmodel.access import sees_all
from leadmodel.pages.parts import Part, TileView

PAGE = 50
COLUMNS = "decided_at manager day state said attempts subject as_of message_id ended_at".split()
_STATE = Effect.State


PARTS = {
    part.name: part
    for part in (
        Part("waiting", "Waiting", "written and not yet taken by the mail server", (_STATE.READY, _STATE.LEASED)),
        Part("sent", "Sent", "taken by the mail server", (_STATE.DONE,)),
        Part("skipped", "Not sent", "due, and not sent for the reason beside it", (_STATE.CANCELLED,)),
        Part("failed", "Failed", "refused by the mail server, or given up", (_STATE.REFUSED, _STATE.CONFLICT), "bad"),
    )
}  # fmt: skip
_BADGES = {
    _STATE.READY: ("waiting", ""),
    _STATE.LEASED: ("being sent", ""),
    _STATE.DONE: ("sent", "good"),
    _STATE.CANCELLED: ("not sent", ""),
    _STATE.REFUSED: ("failed", "bad"),
}


@dataclass(frozen=True)
class SentAsked:
    """Which list, from which mail on."""

    part: Part
    after: int | None

    def query(self, *, part: str | None = None, after: int | None = None) -> str:
        """The address of this list with another part or place."""
        found = {"show": part or self.part.name, "after": after}
        return "?" + urlencode({name: value for name, value in found.items() if value})


@dataclass(frozen=True)
class MailRow:
    """One mail. `has_text`: it was written, and can be read; `can_try_again`: it failed and its day is not over.

    `was_asked`: sent out of turn, beside its day's.
    """

    number: int
    at: Instant
    manager: str
    day: str
    subject: str
    state: str
    tone: str
    said: str
    attempts: int
    has_text: bool
    can_try_again: bool
    was_asked: bool


@dataclass(frozen=True)
class SentView:
    """The page."""

    tiles: list[TileView]
    words: str
    rows: list[MailRow]
    here: str
    csv_href: str
    next_href: str
    first_href: str


def read_sent_address(parameters: QueryDict) -> SentAsked:
    """What an address asks for. Raises WrongAddress."""
    part = one_of(parameters, "show", PARTS, "list of mails") or "sent"
    return SentAsked(PARTS[part], read_place(parameters))


def read_sent(user: User, asked: SentAsked, *, now: datetime) -> SentView:
    """How many mails stand how, and one page of a list."""
    found = list(_mails(asked)[: PAGE + 1])
    shown = found[:PAGE]
    counts = dict(_all().order_by().values_list("state").annotate(Count("pk")))
    return SentView(
        tiles=[
            part.tile(counts, asked.query(part=part.name), is_selected=part is asked.part)
            for part in PARTS.values()
        ],
        words=asked.part.words,
        rows=read_rows(shown, now=now, zone=viewer_zone(user)),
        here=reverse("mails-sent") + asked.query(after=asked.after),
        csv_href=reverse("mails-csv") + asked.query(),
        next_href=asked.query(after=shown[-1].pk) if len(found) > PAGE else "",
        first_href=asked.query() if asked.after else "",
    )


def read_latest(manager: User, *, now: datetime, zone: ZoneInfo) -> list[MailRow]:
    """A manager's own mails of the last days."""
    mails = _all().filter(payload__user=manager.pk).order_by("-pk")[:10]
    return read_rows(list(mails), now=now, zone=zone)


def mail_lines(asked: SentAsked) -> Iterator[Sequence[Value]]:
    """The whole list, a column for each of COLUMNS."""
    mails = list(_mails(asked))
    called = _names(mails)
    for mail in mails:
        told = mail.payload
        yield (
            mail.created_at, called[told["user"]], told["day"], _BADGES[_STATE(mail.state)][0], mail.said,
            mail.attempts, told.get("subject", ""), told.get("as_of", ""), mail.result.get("message_id", ""),
            mail.ended_at,
        )  # fmt: skip


def access_mail(user: User, number: int) -> Effect:
    """A mail to this user; for operations anybody's. Raises Http404."""
    mail = _all().filter(pk=number).first()
    if mail is None or (mail.payload["user"] != user.pk and not sees_all(user)):
        raise Http404(f"There is no mail {number} of yours.")
    return mail


def read_rows(mails: Sequence[Effect], *, now: datetime, zone: ZoneInfo) -> list[MailRow]:
    """Mails as lists tell of them."""
    called = _names(mails)
    return [
        MailRow(
            number=mail.pk,
            at=instant(mail.created_at, now=now, zone=zone),
            manager=called[mail.payload["user"]],
            day=mail.payload["day"],
            subject=mail.payload.get("subject", ""),
            state=_BADGES[_STATE(mail.state)][0],
            tone=_BADGES[_STATE(mail.state)][1],
            said=mail.said,
            attempts=mail.attempts,
            has_text="html" in mail.payload,
            can_try_again=can_try_again(mail, now),
            was_asked=mail.kind == ASKED_FOR,
        )
        for mail in mails
    ]


def can_try_again(mail: Effect, now: datetime) -> bool:
    """Whether it failed, and its day is not over."""
    return mail.state == _STATE.REFUSED and now < datetime.fromisoformat(mail.payload["ends_at"])


def _all() -> QuerySet[Effect]:
    return Effect.objects.filter(kind__startswith=MAILS)


def _mails(asked: SentAsked) -> QuerySet[Effect]:
    """The list from its place on, latest first."""
    mails = _all().filter(state__in=asked.part.states)
    return (mails.filter(pk__lt=asked.after) if asked.after else mails).order_by("-pk")


def _names(mails: Sequence[Effect]) -> dict[int, str]:
    numbers = {mail.payload["user"] for mail in mails}
    known = {user.pk: str(user) for user in User.objects.filter(pk__in=numbers)}
    return {number: known.get(number, f"user {number}") for number in numbers}
