"""What automation did since the mail before, as a part of any mail: by the query and the names of its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse

from alerts.did import Between, Line, count_did, read_did
from alerts.lines import Narrowed
from alerts.mails.links import site
from alerts.mails.parts import one_line
from alerts.pages.did import PARTS, query_of
from base.models import Effect, User
from leadmodel.outcomes import can_be_undone


@dataclass(frozen=True)
class DidLine:
    """One thing. `undo`: it can be taken back on the person's page; `href` empty: it is about nobody."""

    name: str
    href: str
    who: str
    when: str
    said: str
    undo: bool


@dataclass(frozen=True)
class DidPart:
    """All of a kind: how many, the latest of them, and a link to the list of exactly those."""

    label: str
    words: str
    count: int
    more: int
    href: str
    lines: list[DidLine]


@dataclass(frozen=True)
class Did:
    """What automation did between two instants. Nothing: no parts."""

    since: str
    until: str
    href: str
    parts: list[DidPart]

    @property
    def subject(self) -> str:
        """In a few words; empty where there is nothing."""
        return ", ".join(f"{part.count:,} {part.label.lower()}" for part in self.parts)


def gather_did(user: User, between: Between, *, zone: ZoneInfo, now: datetime, most: int) -> Did:
    """Of each kind the latest `most`, about the people this user may see."""
    page = site(reverse("did"))
    parts = []
    for name, count in count_did(user, between).items():
        if count == 0:
            continue
        lines = list(read_did(user, between, Narrowed((name,)), limit=most))
        effects = Effect.objects.filter(pk__in=[line.effect for line in lines if line.effect is not None])
        undoable = can_be_undone(user, list(effects), now=now) if name == "given_up" else set()
        parts.append(
            DidPart(
                label=PARTS[name].label,
                words=PARTS[name].words,
                count=count,
                more=count - len(lines),
                href=page + query_of(between, part=name),
                lines=[_line(line, zone, is_undoable=line.effect in undoable) for line in lines],
            )
        )
    return Did(
        since=f"{between.since.astimezone(zone):%a %Y-%m-%d %H:%M}",
        until=f"{between.until.astimezone(zone):%a %Y-%m-%d %H:%M}",
        href=page + query_of(between, part="all"),
        parts=parts,
    )


def _line(line: Line, zone: ZoneInfo, *, is_undoable: bool) -> DidLine:
    who = " → ".join(filter(None, (line.rep, line.to)))
    return DidLine(
        name=one_line(line.name),
        href=site(reverse("person", args=[line.person_id])) if line.person_id else "",
        who=one_line(who),
        when=f"{line.at.astimezone(zone):%a %Y-%m-%d %H:%M}",
        said=one_line(line.said),
        undo=is_undoable,
    )
