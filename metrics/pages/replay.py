"""The Replay page: what the ladder and auto-abandon would have done in the last days, by rep, and about whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.db import connection
from django.http import Http404, QueryDict
from django.urls import reverse

from base.address import WrongAddress, given, one_of
from base.downloads import Value
from base.words import Instant, instant
from leadmodel.lifecycle.replay import Deed
from leadmodel.pages.links import person_href
from leadmodel.pages.people import NAME, WITH_NAMES
from metrics import cursors
from metrics.pages.scope import Scope
from metrics.query import derived
from metrics.replay import DEEDS, Happened, count, place, replay
from metrics.report import names_of
from metrics.selection import By, Selection, last_days, period

DAYS = ("7", "30", "90")
PAGE = 50
QUEUES = "queue"
"""How an address says: while a queue or nobody held them."""
WORDS = {
    Deed.MISSED_TARGET: "not answered when the response target was over",
    Deed.MISSED_MAXIMUM: "not answered when the longest time for it was over",
    Deed.REMIND_REP: "messages to the rep",
    Deed.TELL_MANAGER: "messages to the manager; about a queue's people, to operations",
    Deed.REASSIGN: "people who would have gone to somebody else",
    Deed.TELL_THEIR_MANAGER: "messages to the manager's manager",
    Deed.GIVEN_UP: "worked for long, and then left alone",
}
"""What each counts."""
CSV = ("at", "record_id", "name", "cycle", "what", "rep")


@dataclass(frozen=True)
class ReplayAsked:
    """What an address asks for. `rep` "queue": nobody's; `after`: the place the list goes on from."""

    now: datetime
    days: str = "30"
    deed: Deed | None = None
    rep: str | None = None
    after: tuple[datetime, str, int, str] | None = None

    def query(self, **others: str | None) -> str:
        """The address with other values."""
        told = {"days": self.days, "what": self.deed, "rep": self.rep} | others
        return "?" + urlencode({name: value for name, value in told.items() if value})


@dataclass(frozen=True)
class Number:
    """How often something would have happened to a rep's people, and the way to whom."""

    count: int
    href: str
    is_selected: bool


@dataclass(frozen=True)
class Line:
    """A rep's numbers, in the order of `DEEDS`."""

    name: str
    numbers: list[Number]


@dataclass(frozen=True)
class Row:
    """One thing that would have happened, as shown."""

    name: str
    href: str
    cycle: int
    at: Instant
    what: str
    rep: str


@dataclass(frozen=True)
class ReplayView:
    """The page."""

    asked: ReplayAsked
    heads: list[tuple[str, str]]
    total: Line
    lines: list[Line]
    heading: str
    rows: list[Row]
    listed: int
    is_begun: bool
    csv_href: str
    first_href: str
    next_href: str


def read_replay_address(scope: Scope, parameters: QueryDict, *, now: datetime) -> ReplayAsked:
    """Read the parameters. Raises WrongAddress, and Http404 for a rep whose rows the viewer may not see."""
    days = one_of(parameters, "days", DAYS, "number of days") or "30"
    what = one_of(parameters, "what", tuple(deed.value for deed in Deed), "part of the replay")
    rep = given(parameters, "rep")
    if rep is not None and not (scope.reps is None if rep == QUEUES else scope.may_see(rep)):
        raise Http404(f"There is no rep {rep} among those you may see.")
    return ReplayAsked(now, days, Deed(what) if what else None, rep, _read_place(parameters))


def _read_place(parameters: QueryDict) -> tuple[datetime, str, int, str] | None:
    word = given(parameters, "after")
    if word is None:
        return None
    try:
        at, person_id, number, deed = cursors.read(word, (str, str, int, str))
        begun = datetime.fromisoformat(str(at)).astimezone(UTC)
    except cursors.WrongCursor as error:
        raise WrongAddress(str(error)) from error
    except (ValueError, OverflowError) as error:
        raise WrongAddress(f"“{word[:40]}” is no place in this list; begin again without it.") from error
    return begun, str(person_id), int(number), str(deed)


def view_replay(scope: Scope, asked: ReplayAsked) -> ReplayView:
    """The numbers by rep, and one page of the list behind the open one, or of everything."""
    found = read_found(scope, asked)
    told = count(found)
    names = names_of(By.REP, [rep for rep in told if rep is not None])
    lines = sorted(
        (_line(asked, names[rep] or rep, rep, told[rep]) for rep in told if rep is not None),
        key=lambda line: line.name.casefold(),
    )
    if None in told:
        lines.append(_line(asked, "(queue)", QUEUES, told[None]))
    total = _line(asked, "All", None, sum(told.values(), Counter()))
    listed = _open(found, asked)
    rest = [one for one in listed if asked.after is None or place(one) < asked.after]
    shown = rest[:PAGE]
    label = DEEDS[asked.deed] if asked.deed else "Everything"
    whose = "queues" if asked.rep == QUEUES else names.get(asked.rep, asked.rep)
    return ReplayView(
        asked=asked,
        heads=[(label, WORDS[deed]) for deed, label in DEEDS.items()],
        total=total,
        lines=lines,
        heading=f"{label} · {whose}" if whose else label,
        rows=_rows(shown, names, scope, now=asked.now),
        listed=len(listed),
        is_begun=asked.after is not None,
        csv_href=reverse("replay-csv") + asked.query(),
        first_href=asked.query() if asked.after else "",
        next_href=asked.query(after=_written(shown[-1])) if len(rest) > PAGE else "",
    )


def replay_lines(scope: Scope, asked: ReplayAsked) -> Iterator[Sequence[Value]]:
    """The whole list, a column for each of CSV."""
    listed = _open(read_found(scope, asked), asked)
    reps = names_of(By.REP, sorted({one.rep for one in listed if one.rep is not None}))
    names = _names(listed)
    for one in listed:
        person = names.get(one.person_id, one.person_id)
        yield one.at, one.person_id, person, one.number, DEEDS[one.deed], reps.get(one.rep, "(queue)")


def read_found(scope: Scope, asked: ReplayAsked) -> list[Happened]:
    """What would have happened to the people of whom the viewer may see."""
    zone = scope.settings.organisation.zone
    start, end = period(*last_days(int(asked.days), asked.now, zone), zone)
    selection = Selection(start, end, asked.now, reps=scope.reps)
    with derived(selection) as state:
        return replay(selection, scope.settings, state)


def _open(found: list[Happened], asked: ReplayAsked) -> list[Happened]:
    return [one for one in found if asked.deed in (None, one.deed) and asked.rep in (None, one.rep or QUEUES)]


def _written(one: Happened) -> str:
    """A row's place in the list."""
    at, person_id, number, deed = place(one)
    return cursors.write([at.astimezone(UTC).isoformat(), person_id, number, deed])


def _line(asked: ReplayAsked, name: str, rep: str | None, told: Counter[Deed]) -> Line:
    numbers = [
        Number(
            told[deed],
            asked.query(what=deed, rep=rep),
            is_selected=(asked.deed, asked.rep) == (deed, rep),
        )
        for deed in DEEDS
    ]
    return Line(name, numbers)


def _rows(
    shown: Sequence[Happened], reps: dict[str | None, str], scope: Scope, *, now: datetime
) -> list[Row]:
    names = _names(shown)
    return [
        Row(
            names.get(one.person_id, one.person_id),
            person_href(one.person_id),
            one.number,
            instant(one.at, now=now, zone=scope.zone),
            DEEDS[one.deed],
            reps.get(one.rep, "(queue)"),
        )
        for one in shown
    ]


def _names(shown: Sequence[Happened]) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT person.person_id, {NAME} FROM leadmodel_person person {WITH_NAMES}"
            " WHERE person.person_id = ANY(%s::text[])",
            [sorted({one.person_id for one in shown})],
        )
        return dict(cursor.fetchall())
