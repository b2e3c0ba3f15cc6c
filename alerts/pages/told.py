"""What is behind the bell: everything the viewer was told, the latest first, and how many of it are unread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import Http404

from alerts.models import Told
from alerts.telling.preflight import why_not
from alerts.telling.words import NAMES, TOPICS, Name
from base.models import User
from base.pages import viewer_zone
from base.words import Instant, counted, instant
from leadmodel.lifecycle.telling import Topic

PAGE = 50
MOST_COUNTED = 99
"""Of more than so many unread it is only said that they are more."""


@dataclass(frozen=True)
class ToldRow:
    """A line. `since`: why it holds no more, as "answered since"; empty where it does."""

    number: int
    at: Instant
    headline: str
    text: str
    href: str
    topic: str
    word: str
    since: str
    is_unread: bool


@dataclass(frozen=True)
class ToldView:
    """The page. `newest`: the number of the newest line there is, up to which all can be marked as read."""

    rows: list[ToldRow]
    words: str
    unread: int
    newest: int
    next_href: str
    first_href: str


@dataclass(frozen=True)
class Bell:
    """The number on the bell, as it is shown and as it is read out."""

    count: str
    words: str


def read_bell(user: User) -> Bell:
    """How many lines are unread: by an index of those, and no further than is shown."""
    unread = _unread(user)[: MOST_COUNTED + 1].count()
    if unread > MOST_COUNTED:
        return Bell(f"{MOST_COUNTED}+", f"More than {MOST_COUNTED} unread")
    return Bell(str(unread) if unread else "", f"{unread} unread" if unread else "Nothing unread")


def read_told(user: User, after: int | None, *, now: datetime) -> ToldView:
    """A page of the list from this place on."""
    lines = _mine(user).order_by("-pk")
    found = list((lines.filter(pk__lt=after) if after is not None else lines)[: PAGE + 1])
    shown = found[:PAGE]
    newest = lines.values_list("pk", flat=True).first() if after is not None else None
    unread = _unread(user).count()
    return ToldView(
        rows=_rows(shown, now=now, zone=viewer_zone(user)),
        words=counted(unread, "line is unread", "lines are unread"),
        unread=unread,
        newest=newest or (shown[0].pk if shown else 0),
        next_href=f"?after={shown[-1].pk}" if len(found) > PAGE else "",
        first_href="?" if after is not None else "",
    )


def mark_read(user: User, number: int, *, now: datetime) -> None:
    """Mark a line of this user's as read; again does nothing. Raises Http404."""
    if not _mine(user).filter(pk=number).exists():
        raise Http404(f"There is no line {number} that you were told.")
    _unread(user).filter(pk=number).update(read_at=now)


def mark_all_read(user: User, up_to: int, *, now: datetime) -> int:
    """Mark all up to this line as read: what came later was not seen. How many those were."""
    return _unread(user).filter(pk__lte=up_to).update(read_at=now)


def _mine(user: User) -> QuerySet[Told]:
    return Told.objects.filter(to=user)


def _unread(user: User) -> QuerySet[Told]:
    return _mine(user).filter(read_at=None)


def _rows(told: Sequence[Told], *, now: datetime, zone: ZoneInfo) -> list[ToldRow]:
    since = why_not(told, now=now)
    return [
        ToldRow(
            number=one.pk,
            at=instant(one.at, now=now, zone=zone),
            headline=one.headline,
            text=one.text,
            href=one.link,
            topic=TOPICS[Topic(one.topic)][0],
            word=NAMES[Name(one.name)],
            since=since.get(one.key, ""),
            is_unread=one.read_at is None,
        )
        for one in told
    ]
