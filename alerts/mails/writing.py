"""A mail in words: subject, text and HTML of one and the same view."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.urls import reverse

from alerts.mails.contents import Contents, RepTold, Share, Waiting, tell
from alerts.mails.gather import WEEKS, days_before, gather
from alerts.mails.links import Links, site
from base.models import User
from base.words import ago, counted, duration
from leadmodel.lifecycle.settings import ModelSettings
from metrics.now import BY_NAME as TILES
from metrics.pulling import Outside

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True)
class Written:
    """A mail that can be sent as it is; an empty one is not."""

    subject: str
    text: str
    html: str
    is_empty: bool


def style_hashes(html: str) -> list[str]:
    """Of a mail's style sheets, as content security policies name them."""
    return [
        "'sha256-" + b64encode(sha256(style.encode()).digest()).decode() + "'"
        for style in _STYLE.findall(html)
    ]


@dataclass(frozen=True)
class Number:
    """A number that opens to the people it counts."""

    label: str
    words: str
    value: str
    href: str


@dataclass(frozen=True)
class PullsLine:
    """A rep whose pulls of the last day of work lay outside the band."""

    name: str
    day: str
    pulls: int
    place: str
    href: str


@dataclass(frozen=True)
class PersonLine:
    """One who waits."""

    name: str
    company: str
    where: str
    waiting: str
    since: str
    is_new: bool
    cycle: int
    href: str


@dataclass(frozen=True)
class RepLine:
    """A rep, and the worst of theirs."""

    name: str
    outside: int
    new: int
    oldest: str
    is_away: bool
    more: int
    href: str
    people: list[PersonLine]


def write(user: User, settings: ModelSettings, *, zone: ZoneInfo, at: datetime, now: datetime) -> Written:
    """The mail of this manager as of `at`, up to when Salesforce was read, as it is written `now`."""
    gathered = gather(user, settings, at=at, now=now)
    contents = tell(gathered, rows_per_rep=settings.clean_your_room.rows_per_rep)
    links = Links(at)
    subject = _subject(contents, at, zone)
    view = {
        "outside": contents.outside,
        "new": contents.new,
        "subject": subject,
        "at": f"{at.astimezone(zone):%A %Y-%m-%d %H:%M:%S} {zone.key}",
        "freshness": ago((now - at).total_seconds()),
        "target": duration(gathered.target_s),
        "all_href": links.tile("outside_sla"),
        "numbers": _numbers(contents, links),
        "reps": [_rep(told, links, zone) for told in contents.reps],
        "band": str(settings.pulls),
        "pulls": [_pulls(one, links) for one in contents.pulls],
        "trend": _trend(contents, settings, links, at),
        "page_href": site(reverse("mails")),
        "team_href": site(reverse("team")),
    }
    return Written(
        subject=subject,
        text=_plain(render_to_string("alerts/clean_your_room.txt", view)),
        html=_plain(render_to_string("alerts/clean_your_room.html", view)),
        is_empty=contents.is_empty,
    )


def _plain(text: str) -> str:
    """What templates render passes for safe markup in a page; a mail's text is none."""
    return "".join((text,))  # noqa: FLY002 - a formatted string would stay what it is


def _subject(contents: Contents, at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    new = f" ({contents.new:,} new)" if contents.new else ""
    told = f"{counted(contents.outside, 'person', 'people')} outside SLA{new}"
    if contents.pulls:
        told += f", pulls of {counted(len(contents.pulls), 'rep', 'reps')} outside the band"
    return f"{told}, {local:%a} {local.day} {local:%b %H:%M}"


def _numbers(contents: Contents, links: Links) -> list[Number]:
    return [
        Number(tile.label, tile.words, f"{contents.counts[name]:,}", links.tile(name))
        for name, tile in TILES.items()
    ]


def _trend(contents: Contents, settings: ModelSettings, links: Links, at: datetime) -> list[Number]:
    """Answered in time yesterday, against four weeks."""
    told = []
    for label, share, days in (
        ("yesterday", contents.yesterday, 1),
        (f"last {WEEKS} weeks", contents.weeks, 7 * WEEKS),
    ):
        first, until = days_before(settings, at, days=days)
        told.append(Number(label, f"of {share.of:,}", _share(share), links.in_time(first, until)))
    return told


def _pulls(outside: Outside, links: Links) -> PullsLine:
    return PullsLine(
        name=_line(outside.name),
        day=f"{outside.day:%a %Y-%m-%d}",
        pulls=outside.pulls,
        place=outside.place.value,
        href=links.pulls(outside.rep, outside.day),
    )


def _share(share: Share) -> str:
    return f"{share.value:.0%}" if share.value is not None else "none"


def _rep(told: RepTold, links: Links, zone: ZoneInfo) -> RepLine:
    return RepLine(
        name=_line(told.name),
        outside=told.outside,
        new=told.new,
        oldest=duration(told.oldest_s),
        is_away=told.is_away,
        more=told.more,
        href=links.tile("outside_sla", told.rep),
        people=[_person(one, links, zone) for one in told.worst],
    )


def _person(waiting: Waiting, links: Links, zone: ZoneInfo) -> PersonLine:
    row = waiting.row
    return PersonLine(
        name=_line(row.name),
        company=_line(row.company),
        where=_line(" · ".join(filter(None, (row.source or "no source", row.campaign)))),
        waiting=duration(row.waited_s),
        since=f"{row.assigned_at.astimezone(zone):%a %Y-%m-%d %H:%M}",
        is_new=waiting.is_new,
        cycle=row.number,
        href=links.person(row.person_id),
    )


def _line(text: str) -> str:
    """People's text on one line: nothing in it may look like a line of ours."""
    return " ".join(text.split())
