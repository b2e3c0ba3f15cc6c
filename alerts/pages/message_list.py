"""Every message that was to tell somebody something: waiting, sent, not sent, failed, and why. For operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import Http404, QueryDict

from alerts.models import Told
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
from alerts.telling.letters import subject
from alerts.telling.notices import notices_of
from alerts.telling.words import CHANNELS, KINDS, NOTICES, TOPICS
from base.downloads import Value
from base.models import Effect, User
from base.pages import viewer_zone
from base.words import Instant, instant
from leadmodel.lifecycle.telling import Topic

COLUMNS = "decided_at to channel topic message state said attempts notices message_id ended_at".split()
_STATE = Effect.State
_LABELS = {kind: CHANNELS[channel] for channel, kind in KINDS.items()}
PARTS = parts_of(
    waiting="not yet taken by the mail server or Slack",
    sent="taken by the mail server or Slack",
    skipped="decided, and not sent for the reason beside it",
    failed="refused, or given up",
)


@dataclass(frozen=True)
class MessageRow:
    """One message. `can_try_again`: it failed; what of it holds no more is left out then."""

    number: int
    at: Instant
    to: str
    channel: str
    topic: str
    words: str
    state: str
    tone: str
    said: str
    attempts: int
    can_try_again: bool


def read_messages_address(parameters: QueryDict) -> Asked:
    """What an address asks for. Raises WrongAddress."""
    return read_asked(parameters, PARTS, "messages")


def read_messages(user: User, asked: Asked, *, now: datetime) -> OutboxView[MessageRow]:
    """How many messages stand how, and one page of a list, the latest first."""
    rows_of = partial(_rows, now=now, zone=viewer_zone(user))
    return view_outbox(_all(), asked, PARTS, rows_of, page="messages")


def message_lines(asked: Asked) -> Iterator[Sequence[Value]]:
    """The whole list, a column for each of COLUMNS."""
    messages = list(narrowed(_all(), asked))
    called, told = names_of(messages), _told_by(messages)
    for one in messages:
        yield (
            one.created_at, called[one.payload["user"]], _LABELS[one.kind], TOPICS[Topic(one.payload["topic"])][0],
            subject([told[key] for key in notices_of(one)]), BADGES[_STATE(one.state)][0], one.said, one.attempts,
            len(notices_of(one)), one.result.get("message_id", ""), one.ended_at,
        )  # fmt: skip


def access_message(number: int) -> Effect:
    """A message. Raises Http404 where there is none of this number."""
    message = _all().filter(pk=number).first()
    if message is None:
        raise Http404(f"There is no message {number}.")
    return message


def _rows(messages: Sequence[Effect], *, now: datetime, zone: ZoneInfo) -> list[MessageRow]:
    called, told = names_of(messages), _told_by(messages)
    return [
        MessageRow(
            number=one.pk,
            at=instant(one.created_at, now=now, zone=zone),
            to=called[one.payload["user"]],
            channel=_LABELS[one.kind],
            topic=TOPICS[Topic(one.payload["topic"])][0],
            words=subject([told[key] for key in notices_of(one)]),
            state=BADGES[_STATE(one.state)][0],
            tone=BADGES[_STATE(one.state)][1],
            said=one.said,
            attempts=one.attempts,
            can_try_again=one.state == _STATE.REFUSED,
        )
        for one in messages
    ]


def _told_by(messages: Sequence[Effect]) -> dict[str, Told]:
    """What these messages tell, by its key."""
    return Told.objects.in_bulk({key for one in messages for key in notices_of(one)}, field_name="key")


def _all() -> QuerySet[Effect]:
    return Effect.objects.filter(kind__startswith=NOTICES)
