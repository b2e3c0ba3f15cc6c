"""The page of what automation did between two instants: the lists that the mails of the morning count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.urls import reverse

from alerts.did import Between, Line, Place, count_did, kinds_for, read_did
from alerts.ladder.words import of_act
from alerts.pages.narrowing import PAGE, Asked, read_asked, read_keys, write_keys
from base.address import WrongAddress, read_instant, written_instant
from base.downloads import Value
from base.models import Effect, User
from base.pages import viewer_zone
from base.words import Instant, instant
from leadmodel.outcomes import can_be_undone
from leadmodel.pages.links import person_href
from leadmodel.pages.parts import Part, TileView
from leadmodel.takers import Taker, reps_to_give_to

CSV = "at record_id name rep to what about said".split()
USUAL = timedelta(days=1)
"""How far back the page looks where nobody says so."""
LONGEST = timedelta(days=31)
PARTS = {
    part.name: part
    for part in (
        Part(
            "given_up",
            "Given up",
            "nobody was in touch for long, or they missed too many meetings: put into Nurture",
            ("given_up",),
        ),
        Part("reassigned", "Changed hands", "nobody answered: given to somebody else", ("reassigned",)),
        Part("could_not", "Could not assign", "nobody might take them over", ("could_not",), "near"),
        Part("escalated", "Escalated", "a rep was reminded, or somebody above told", ("escalated",)),
        Part(
            "not_written",
            "Not written",
            "a newer change won, or Salesforce refused",
            ("not_written",),
            "near",
        ),
        Part("dry", "Dry run", "told what would be written, and not written", ("dry",)),
        Part(
            "people_not_written",
            "Not taken",
            "what people decided, and Salesforce did not take",
            ("people_not_written",),
            "near",
        ),
        Part("letters", "Not sent", "mails and messages that failed", ("letters",), "bad"),
    )
}
"""Each kind of line as it is called, in the order in which they are told."""
_ALL = Part("all", "All", "whatever automation did", tuple(PARTS))


@dataclass(frozen=True)
class DidAsked:
    """What an address asks for."""

    narrowed: Asked[Place]
    between: Between

    def query(self, *, part: str | None = None, after: Place | None = None) -> str:
        """The address of this list, or of another part of it."""
        return query_of(
            self.between,
            part=part or self.narrowed.part.name,
            rep=self.narrowed.narrowed.rep,
            q=self.narrowed.narrowed.words,
            after=None if after is None else write_keys(*after),
        )


def query_of(between: Between, *, part: str, **more: str | None) -> str:
    """The parameters that lead to a part of what was done in between."""
    days = {"since": written_instant(between.since), "until": written_instant(between.until)}
    found = {"show": part, **days, **more}
    return "?" + urlencode({name: value for name, value in found.items() if value})


@dataclass(frozen=True)
class Row:
    """A line as shown. `undo`: the write that the viewer may take back; `href` empty: it is about nobody."""

    line: Line
    href: str
    at: Instant
    what: str
    tone: str
    about: str
    undo: int | None


@dataclass(frozen=True)
class DidView:
    """The page."""

    asked: DidAsked
    tiles: list[TileView]
    words: str
    since: Instant
    until: Instant
    since_value: str
    until_value: str
    reps: list[Taker]
    rows: list[Row]
    here: str
    csv_href: str
    first_href: str
    next_href: str


def read_did_address(user: User, parameters: QueryDict, *, now: datetime) -> DidAsked:
    """Read the parameters. Raises WrongAddress, and Http404 for a rep whose people this user does not see."""
    parts = {"all": _ALL} | {name: PARTS[name] for name in kinds_for(user)}
    asked = read_asked(user, parameters, parts, what="things done", place=_read_place)
    zone = viewer_zone(user)
    until = read_instant(parameters, "until", zone=zone, now=now) or now
    since = read_instant(parameters, "since", zone=zone, now=now) or until - USUAL
    if not since < until <= since + LONGEST:
        raise WrongAddress(
            f"From {since:%Y-%m-%d %H:%M} until {until:%Y-%m-%d %H:%M} is no time to look at: let since come before "
            f"until, by {LONGEST.days} days at most."
        )
    return DidAsked(asked, Between(since, until))


def view_did(user: User, asked: DidAsked, *, now: datetime) -> DidView:
    """How much of each kind was done, and one page of a list."""
    zone, narrowed, after = viewer_zone(user), asked.narrowed.narrowed, asked.narrowed.after
    found = list(read_did(user, asked.between, narrowed, after=after, limit=PAGE + 1))
    shown = found[:PAGE]
    effects = Effect.objects.filter(pk__in=[line.effect for line in shown if line.effect is not None])
    undoable = can_be_undone(user, list(effects), now=now)
    counts = count_did(user, asked.between, narrowed)
    parts = [_ALL, *(PARTS[name] for name in counts)]
    return DidView(
        asked=asked,
        tiles=[
            part.tile(counts, asked.query(part=part.name), is_selected=part is asked.narrowed.part)
            for part in parts
        ],
        words=asked.narrowed.part.words,
        since=instant(asked.between.since, now=now, zone=zone),
        until=instant(asked.between.until, now=now, zone=zone),
        since_value=_written(asked.between.since, zone),
        until_value=_written(end, zone) if (end := asked.between.until + _UP) <= now else "",
        reps=reps_to_give_to(user),
        rows=[
            Row(
                line=line,
                href=person_href(line.person_id) if line.person_id else "",
                at=instant(line.at, now=now, zone=zone),
                what=PARTS[line.what].label,
                tone=PARTS[line.what].tone,
                about=of_act(line.about) if line.what == "escalated" else "",
                undo=line.effect if line.effect in undoable else None,
            )
            for line in shown
        ],
        here=reverse("did") + asked.query(after=after),
        csv_href=reverse("did-csv") + asked.query(),
        first_href=asked.query() if after else "",
        next_href=asked.query(after=shown[-1].place) if len(found) > PAGE else "",
    )


def did_lines(user: User, asked: DidAsked) -> Iterator[Sequence[Value]]:
    """The whole list, a column for each of CSV."""
    for line in read_did(user, asked.between, asked.narrowed.narrowed):
        about = of_act(line.about) if line.what == "escalated" else line.about
        yield (
            line.at, line.person_id, line.name, line.rep, line.to, PARTS[line.what].label, about, line.said,
        )  # fmt: skip


_UP = timedelta(seconds=1, microseconds=-1)
"""What makes a part of a second a whole one: the form knows seconds, and a list it asks for is not to end before."""


def _written(at: datetime, zone: ZoneInfo) -> str:
    """An instant as the form has it, in whole seconds."""
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M:%S}"


def _read_place(parameters: QueryDict) -> Place | None:
    keys = read_keys(parameters)
    return None if keys is None else Place(*keys)
