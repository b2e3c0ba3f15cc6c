"""The page of escalations: what automation did about whoever waited, step by step, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import QueryDict
from django.urls import reverse

from alerts.escalated import COMING, LEDGER, STATES, Line, Place, count_coming, read_coming, read_decided
from alerts.ladder.words import ACTS, of_act
from alerts.lines import count_states
from alerts.pages.narrowing import PAGE, Asked, read_asked, read_keys, tiles_of, write_keys
from base.address import one_of
from base.downloads import Value
from base.models import User
from base.pages import viewer_zone
from base.words import Instant, counted, instant
from leadmodel.pages.links import person_href
from leadmodel.pages.parts import Part, TileView
from leadmodel.settings_store import settings_in_force
from leadmodel.takers import Taker, reps_to_give_to

CSV = "decided_at record_id name cycle step act rep due_at state said failed again_at".split()
_NEXT = Part("next", "Next", "due within the hour, or due and not decided about yet", COMING)
_TILES = (
    Part("all", "All", "whatever was decided", STATES),
    Part(
        "waiting", "Waiting", "not done for the reason beside it, and looked at again", ("waiting",), "near"
    ),
    Part("done", "Done", "told, or given to somebody else", ("done",)),
    Part(
        "untold",
        "Told nobody",
        "nobody could be: who is to know has no account, or no rep holds them",
        ("untold",),
        "near",
    ),
    Part("moot", "Not needed", "answered, disposed or taken over before it was done", ("moot", "over")),
    Part("stale", "Too late", "found so late that it was not done any more", ("stale",), "near"),
)
_PARTS = {part.name: part for part in (*_TILES, _NEXT)}
BADGES = {
    "waiting": ("waiting", "near"),
    "done": ("done", "good"),
    "untold": ("told nobody", "near"),
    "moot": ("not needed", ""),
    "over": ("not needed", ""),
    "stale": ("too late", ""),
    "excepted": ("left out by an exception", ""),
    "due": ("due", "near"),
    "soon": ("to come", ""),
}
"""How a step stands, in words, and in which tone."""
EscalationsAsked = Asked[Place]


@dataclass(frozen=True)
class Row:
    """A step as shown. `at` None: nothing was decided; `again`: when it is looked at again; `failed` in words."""

    line: Line
    href: str
    act: str
    due: Instant
    at: Instant | None
    again: Instant | None
    failed: str
    state: str
    tone: str


@dataclass(frozen=True)
class EscalationsView:
    """The page. `coming`: how many steps are due or come within the hour, in words; `is_next`: the list is of them."""

    asked: EscalationsAsked
    tiles: list[TileView]
    coming: str
    coming_href: str
    is_next: bool
    words: str
    choices: list[tuple[str, str]]
    reps: list[Taker]
    rows: list[Row]
    csv_href: str
    first_href: str
    next_href: str


def read_escalations_address(user: User, parameters: QueryDict) -> EscalationsAsked:
    """Read the parameters. Raises WrongAddress, and Http404 for a rep whose people this user does not see."""
    one_of(parameters, "act", ACTS, "step of the ladder")
    return read_asked(user, parameters, _PARTS, what="escalations", choice="act", place=_read_place)


def view_escalations(user: User, asked: EscalationsAsked, *, now: datetime) -> EscalationsView:
    """How many steps stand how, and one page of a list."""
    zone, stale = viewer_zone(user), _stale()
    lines = _lines(user, asked, now=now, limit=PAGE + 1)
    shown, coming = lines[:PAGE], count_coming(user, now=now, stale=stale)

    def at(moment: datetime | None) -> Instant | None:
        return instant(moment, now=now, zone=zone) if moment is not None else None

    return EscalationsView(
        asked=asked,
        tiles=tiles_of(_TILES, count_states(user, LEDGER, STATES), asked.part),
        coming=counted(coming, "step", "steps"),
        coming_href=f"?show={_NEXT.name}",
        is_next=asked.part is _NEXT,
        words=asked.part.words,
        choices=[(act.value, words) for act, words in ACTS.items()],
        reps=reps_to_give_to(user),
        rows=[
            Row(
                line=line,
                href=person_href(line.person_id),
                act=of_act(line.act),
                due=instant(line.due_at, now=now, zone=zone),
                at=at(line.decided_at),
                again=at(line.again_at) if line.state == "waiting" else None,
                failed=counted(line.attempts, "time", "times") if line.attempts else "",
                state=BADGES[line.state][0],
                tone=BADGES[line.state][1],
            )
            for line in shown
        ],
        csv_href=reverse("escalations-csv") + asked.query(),
        first_href=asked.query() if asked.after else "",
        next_href=asked.query(after=_written(shown[-1])) if len(lines) > PAGE else "",
    )


def escalation_lines(user: User, asked: EscalationsAsked, *, now: datetime) -> Iterator[Sequence[Value]]:
    """The whole list, a column for each of CSV."""
    for line in _lines(user, asked, now=now, limit=None):
        yield (
            line.decided_at, line.person_id, line.name, line.cycle, line.step, of_act(line.act), line.holder,
            line.due_at, BADGES[line.state][0], line.said, line.attempts,
            line.again_at if line.state == "waiting" else None,
        )  # fmt: skip


def _lines(user: User, asked: EscalationsAsked, *, now: datetime, limit: int | None) -> list[Line]:
    if asked.part is _NEXT:
        return read_coming(user, asked.narrowed, now=now, stale=_stale(), after=asked.after, limit=limit)
    return read_decided(user, asked.narrowed, after=asked.after, limit=limit)


def _stale() -> timedelta:
    return timedelta(hours=settings_in_force().response.stale_after_hours)


def _written(line: Line) -> str:
    """A line's place in its list."""
    if line.decided_at is None:
        return write_keys(line.due_at, line.person_id, line.number)
    return write_keys(line.decided_at, "", line.number)


def _read_place(parameters: QueryDict) -> Place | None:
    keys = read_keys(parameters)
    return None if keys is None else Place(*keys)
