"""A manager's own part of the mail, “Clean your room” (R070), in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse

from alerts.mails.contents import Contents, RepTold, Share, Waiting, tell
from alerts.mails.gather import WEEKS, days_before, gather
from alerts.mails.links import Links, site
from alerts.mails.parts import Own, one_line
from base.models import User
from base.words import counted, duration
from leadmodel.lifecycle.policies import Response
from leadmodel.lifecycle.settings import ModelSettings
from metrics.now import BY_NAME as TILES
from metrics.pulling import Outside


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


def write_room(user: User, settings: ModelSettings, *, zone: ZoneInfo, at: datetime, now: datetime) -> Own:
    """The part of this manager as of `at`, up to when Salesforce was read, as it is written `now`."""
    gathered = gather(user, settings, at=at, now=now)
    contents = tell(gathered, rows_per_rep=settings.clean_your_room.rows_per_rep)
    links = Links(at)
    view = {
        "outside": contents.outside,
        "new": contents.new,
        "target": _promise(settings.response),
        "all_href": links.tile("outside_sla"),
        "numbers": _numbers(contents, links),
        "reps": [_rep(told, links, zone) for told in contents.reps],
        "band": str(settings.pulls),
        "pulls": [_pulls(one, links) for one in contents.pulls],
        "trend": _trend(contents, settings, links, at),
        "team_href": site(reverse("team")),
    }
    return Own("alerts/clean_your_room", _subject(contents), view, contents.is_empty)


def _promise(response: Response) -> str:
    """Within what an answer is in time, in words."""
    told = [duration(response.target_of(None).total_seconds())]
    told += [
        f"{duration(response.target_of(one).total_seconds())} for {one}"
        for one in sorted(response.priorities)
    ]
    hours = " in business hours" if response.hours == "business" else ""
    return ", ".join(told) + hours


def _subject(contents: Contents) -> str:
    new = f" ({contents.new:,} new)" if contents.new else ""
    told = f"{counted(contents.outside, 'person', 'people')} outside SLA{new}"
    if contents.pulls:
        told += f", pulls of {counted(len(contents.pulls), 'rep', 'reps')} outside the band"
    return told


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
        name=one_line(outside.name),
        day=f"{outside.day:%a %Y-%m-%d}",
        pulls=outside.pulls,
        place=outside.place.value,
        href=links.pulls(outside.rep, outside.day),
    )


def _share(share: Share) -> str:
    return f"{share.value:.0%}" if share.value is not None else "none"


def _rep(told: RepTold, links: Links, zone: ZoneInfo) -> RepLine:
    return RepLine(
        name=one_line(told.name),
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
        name=one_line(row.name),
        company=one_line(row.company),
        where=one_line(" · ".join(filter(None, (row.source or "no source", row.campaign)))),
        waiting=duration(row.waited_s),
        since=f"{row.assigned_at.astimezone(zone):%a %Y-%m-%d %H:%M}",
        is_new=waiting.is_new,
        cycle=row.number,
        href=links.person(row.person_id),
    )
