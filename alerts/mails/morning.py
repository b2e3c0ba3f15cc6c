"""A rep's own part of the mail: who waits for them, what is due today, who goes stale; by the query of the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse

from alerts.mails.links import Links, site
from alerts.mails.parts import Own, one_line
from base.models import User
from base.words import counted, duration
from leadmodel.lifecycle.settings import ModelSettings
from metrics import now as present
from metrics.now import OpenRow, Tile

_WORDS = {
    "past_due": ("past due", "past due"),
    "in_window": ("waits for your answer", "wait for your answer"),
    "follow_up": ("follow-up due", "follow-ups due"),
    "near_limit": ("going stale", "going stale"),
}
"""What a mail tells of the queue, in this order, and how each is called with its number."""
_AS_THEY_STAND = ("follow_up",)
"""What Salesforce keeps no past of: its link shows how it stands when one looks."""


@dataclass(frozen=True)
class PersonLine:
    """Somebody of the rep's: how long they wait or waited, and by when what is due."""

    name: str
    company: str
    where: str
    waiting: str
    due: str
    is_late: bool
    href: str


@dataclass(frozen=True)
class QueuePart:
    """A part of the queue: its number, its list, and the first of those on it."""

    label: str
    words: str
    count: int
    more: int
    href: str
    people: list[PersonLine]


def write_morning(user: User, settings: ModelSettings, *, zone: ZoneInfo, at: datetime, now: datetime) -> Own:
    """The part of this rep as of `at`, up to when Salesforce was read, as it is written `now`."""
    reps = frozenset({user.salesforce_id or ""})
    tiles = tuple(present.QUEUE_BY_NAME[name] for name in _WORDS)
    most, links = settings.clean_your_room.rows_per_rep, Links(at)
    with present.moment(now, reps, as_of=at, known_by=at) as moment:
        counts = present.count_tiles(moment, reps, tiles=tiles, with_nobodys=False)
        found = {
            tile.name: present.list_queue(moment, reps, tile=tile, limit=most) if counts[tile.name] else []
            for tile in tiles
        }
    parts = [_part(tile, counts[tile.name], found[tile.name], links, user, zone) for tile in tiles]
    told = [part for part in parts if part.count]
    view = {"parts": told, "queue_href": site(reverse("queue"))}
    subject = ", ".join(counted(counts[name], *_WORDS[name]) for name in _WORDS if counts[name])
    return Own("alerts/morning", subject, view, not told)


def _part(
    tile: Tile, count: int, rows: Sequence[OpenRow], links: Links, user: User, zone: ZoneInfo
) -> QueuePart:
    is_past = tile.name not in _AS_THEY_STAND
    return QueuePart(
        label=tile.label,
        words=tile.words,
        count=count,
        more=count - len(rows),
        href=links.queue(tile.name, user.salesforce_id or "", is_past=is_past),
        people=[_person(row, tile, links, zone) for row in rows],
    )


def _person(row: OpenRow, tile: Tile, links: Links, zone: ZoneInfo) -> PersonLine:
    answer_by = row.assigned_at + timedelta(seconds=row.target_s)
    due = f"answer by {answer_by.astimezone(zone):%a %H:%M}"
    if tile.name == "past_due":
        due = f"was due {answer_by.astimezone(zone):%a %Y-%m-%d %H:%M}"
    elif tile.name == "follow_up":
        due = f"due {row.follow_up_on:%a %Y-%m-%d}"
    elif tile.name == "near_limit" and row.limit_at is not None:
        due = f"given up on {row.limit_at.astimezone(zone):%a %Y-%m-%d %H:%M}"
    return PersonLine(
        name=one_line(row.name),
        company=one_line(row.company),
        where=one_line(" · ".join(filter(None, (row.source or "no source", row.campaign)))),
        waiting=duration(row.waited_s),
        due=due,
        is_late=tile.name == "past_due",
        href=links.person(row.person_id),
    )
