"""The Pulls page: each rep's pulls day by day against the band, and what the data say about the band."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.http import Http404

from base.address import WrongAddress
from base.downloads import Value
from leadmodel.lifecycle.pulls import Place, Pulls, Steps
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.settings_store import settings_in_force
from metrics.intervals import Interval
from metrics.pages.address import YES
from metrics.pages.lists import ListView, Open, view_list
from metrics.pages.pulls_address import (
    PARTS,
    PULLS,
    QUALIFIED,
    STEP,
    STEP_QUALIFIED,
    WORKED,
    PullsAsked,
)
from metrics.pages.scope import Scope, total_name
from metrics.picking import Pair
from metrics.pull_steps import Step, group, judge, sentences
from metrics.pulling import PULLS as ALL_PULLS
from metrics.pulling import PULLS_LEFT_OUT, PULLS_QUALIFIED, Day, Pulled, Puller, RepDay, read_pulled
from metrics.query import State
from metrics.report import names_of, written
from metrics.selection import By
from metrics.spec import Unit

SHOWN_DAYS = 35
"""So many days stand side by side: the last ones of longer periods."""
DAY_COLUMNS = ("rep", "team", "day", "day_is", "pulls", "band", "in_rates", "qualified", "open")
"""The columns of the page's file."""
_WORDS = {Day.OFF: "day off", Day.RUNNING: "so far", Day.ELSEWHERE: ""}


@dataclass(frozen=True)
class Number:
    """A number of the page that opens to its pulls: what it rests on, and how chance may have moved it, in words."""

    value: str
    rests_on: str
    href: str
    is_selected: bool
    is_few: bool = False


@dataclass(frozen=True)
class Line:
    """A rep's days together: pulls, days of work with the mean, days under, within and over the band, qualified."""

    name: str
    note: str
    numbers: list[Number]


@dataclass(frozen=True)
class Cell:
    """A rep's day: its pulls, None where there can be none, what the day is, in a word, and a tone beside it."""

    pulls: int | None
    word: str
    tone: str
    label: str
    href: str
    is_selected: bool


@dataclass(frozen=True)
class StepLine:
    """Days of work with so many pulls."""

    label: str
    place: str
    days: int
    pulls: Number
    share: Number
    interval: str
    open: int


@dataclass(frozen=True)
class Board:
    """The page's figures. `days` are the heads of the columns, the latest first: weekday, and date."""

    band: Pulls
    total: Line
    lines: list[Line]
    days: list[tuple[str, str]]
    is_cut: bool
    cells: list[tuple[str, list[Cell]]]
    steps: list[StepLine]
    said: list[str]
    left_out: int
    left_out_href: str
    teams: list[str]

    @property
    def is_empty(self) -> bool:
        """Whether nobody of an outbound team is there to be seen."""
        return not self.lines


@dataclass(frozen=True)
class Found:
    """What the page is made of: the reps' days, and the settings as they were known."""

    pulled: Pulled
    settings: ModelSettings


def read_found(asked: PullsAsked, scope: Scope, state: State) -> Found:
    """The days of everybody the viewer may see."""
    settings = settings_in_force(known_by=asked.known_by)
    selection = asked.selection(scope.reps)
    pulled = read_pulled(selection, asked.first, asked.until, settings=settings, state=state, team=asked.team)
    return Found(pulled, settings)


def read_board(asked: PullsAsked, scope: Scope, found: Found) -> Board:
    """The page's figures."""
    pulled, band = found.pulled, found.settings.pulls
    every = list(pulled.every_day())
    steps = group(every, band)
    shown = [asked.first + timedelta(days=at) for at in range((asked.until - asked.first).days)]
    shown = shown[: -SHOWN_DAYS - 1 : -1]
    return Board(
        band=band,
        total=_line(asked, scope, total_name(scope, asked), "all reps' days", None, every),
        lines=[
            _line(asked, scope, puller.name, puller.team, puller.rep, pulled.days[puller.rep])
            for puller in pulled.pullers
        ],
        days=[(f"{day:%a}", f"{day.day} {day:%b}") for day in shown],
        is_cut=len(shown) < (asked.until - asked.first).days,
        cells=[
            (
                puller.name,
                [_cell(asked, puller, day, band) for day in pulled.days[puller.rep][: -SHOWN_DAYS - 1 : -1]],
            )
            for puller in pulled.pullers
        ],
        steps=[_step(asked, scope, step) for step in steps],
        said=sentences(judge(steps, scope.settings.few), band),
        left_out=pulled.left_out,
        left_out_href=_opened(asked, left_out=YES).query(),
        teams=sorted(filter(None, {asked.team, *(puller.team for puller in pulled.pullers)})),
    )


def _opened(
    asked: PullsAsked,
    *,
    part: str | None = None,
    rep: str | None = None,
    day: date | None = None,
    left_out: str | None = None,
) -> PullsAsked:
    """The address with this selected and nothing else."""
    return replace(asked, part=part, rep=rep, day=day, left_out=left_out, after=None)


def _number(
    asked: PullsAsked, opened: PullsAsked, value: str, rests_on: str, *, is_few: bool = False
) -> Number:
    return Number(value, rests_on, opened.query(), opened.kept() == asked.kept(), is_few)


def _line(
    asked: PullsAsked, scope: Scope, name: str, note: str, rep: str | None, days: Sequence[RepDay]
) -> Line:
    worked = [day for day in days if day.kind is Day.WORKED]
    pulls = sum(day.tally.pulls for day in worked)
    at_all = sum(day.tally.pulls for day in days)
    off = sum(day.kind is Day.OFF for day in days)
    mean = f"{pulls / len(worked):.1f}" if worked else "none"

    def opened(part: str) -> PullsAsked:
        return _opened(asked, part=part, rep=rep)

    numbers = [
        _number(asked, opened(PULLS), f"{at_all:,}", ""),
        _number(asked, opened(WORKED), mean, f"{pulls:,} on {len(worked):,} days", is_few=not worked),
    ]
    for place in Place:
        lie = sum(day.place is place for day in worked)
        rests_on = written(lie / len(worked), Unit.SHARE) if worked else "none"
        numbers.append(_number(asked, opened(place.value), f"{lie:,}", rests_on))
    qualified = _qualified(worked)
    numbers.append(_share(asked, scope, opened(QUALIFIED), qualified))
    return Line(name, f"{note} · {off:,} days off" if off and rep else note, numbers)


def _qualified(days: Iterable[RepDay]) -> Pair:
    own = [day.tally for day in days]
    return Pair(sum(tally.qualified for tally in own), sum(tally.rated for tally in own))


def _share(asked: PullsAsked, scope: Scope, opened: PullsAsked, pair: Pair) -> Number:
    value = written(pair.share, Unit.SHARE) if pair.of else "none"
    return _number(
        asked, opened, value, f"{pair.counts:,} of {pair.of:,}", is_few=pair.of < scope.settings.few
    )


def _cell(asked: PullsAsked, puller: Puller, day: RepDay, band: Pulls) -> Cell:
    is_told = day.kind is Day.WORKED or day.tally.pulls > 0
    word = day.place.value if day.place is not None else _WORDS[day.kind]
    if day.kind is Day.RUNNING and not is_told:
        word = ""
    tone = {Place.UNDER: "near", Place.OVER: "bad"}.get(day.place, "") if day.place is not None else ""
    about = {Day.OFF: "a day off", Day.RUNNING: "not over", Day.ELSEWHERE: "in no outbound team"}
    meaning = f"{day.place} the band of {band}" if day.place is not None else about[day.kind]
    opened = _opened(asked, rep=puller.rep, day=day.day)
    return Cell(
        day.tally.pulls if is_told else None,
        word,
        tone,
        f"{puller.name}, {day.day:%a %Y-%m-%d}: {day.tally.pulls:,}, {meaning}",
        opened.query(),
        opened.kept() == asked.kept(),
    )


def _step(asked: PullsAsked, scope: Scope, step: Step) -> StepLine:
    least = step.steps.least
    return StepLine(
        str(step.steps),
        f"{step.place} the band",
        step.days,
        _number(asked, _opened(asked, part=f"{STEP}.{least}"), f"{step.pulls:,}", ""),
        _share(asked, scope, _opened(asked, part=f"{STEP_QUALIFIED}.{least}"), step.qualified),
        _interval(step.interval),
        step.open,
    )


def _interval(interval: Interval | None) -> str:
    return "none" if interval is None else f"{interval.low * 100:.1f} to {interval.high * 100:.1f} %"


def open_asked(asked: PullsAsked, scope: Scope, found: Found) -> Open:
    """What the open number is over. Raises WrongAddress, and Http404 for a rep who may not be seen."""
    if not asked.is_selecting:
        raise WrongAddress("The address names no number: open one of the page, then its CSV.")
    if asked.rep is not None and not scope.may_see(asked.rep):
        raise Http404("There is no such rep among those you may see.")
    figure = PULLS_LEFT_OUT if asked.left_out else PULLS_QUALIFIED if asked.is_share else ALL_PULLS
    days = _days_asked(asked, found)
    return Open(figure, asked.selection(scope.reps), more=found.pulled.values_of(days))


def _days_asked(asked: PullsAsked, found: Found) -> list[RepDay]:
    """The days whose pulls are asked for."""
    pulled = found.pulled
    days = pulled.days.get(asked.rep, []) if asked.rep is not None else list(pulled.every_day())
    if asked.day is not None:
        return [day for day in days if day.day == asked.day]
    if asked.step is not None:
        steps = _steps_asked(asked, found)
        return [day for day in days if day.kind is Day.WORKED and steps.holds(day.tally.pulls)]
    if asked.part in (WORKED, QUALIFIED):
        return [day for day in days if day.kind is Day.WORKED]
    if asked.part == PULLS or asked.left_out:
        return days
    return [day for day in days if day.place == asked.part]


def _steps_asked(asked: PullsAsked, found: Found) -> Steps:
    """The group of days that is asked for. Raises WrongAddress where the band makes none that begins so."""
    band = found.settings.pulls
    for steps in band.steps():
        if steps.least == asked.step:
            return steps
    raise WrongAddress(
        f"No group of days begins with {asked.step} pulls, the band being {band}: open a number of the page."
    )


def whose(asked: PullsAsked, scope: Scope, found: Found) -> str:
    """Whose number is open, and of which days."""
    name = names_of(By.REP, [asked.rep])[asked.rep] if asked.rep is not None else total_name(scope, asked)
    on = PARTS.get(asked.part or "", "")
    if asked.day is not None:
        on = f"{asked.day:%a} {asked.day}"
    elif asked.step is not None:
        on = f"days with {_steps_asked(asked, found)} pulls"
    return f"{name} · {on}" if on else name


def read_pulls_list(asked: PullsAsked, scope: Scope, found: Found, state: State) -> ListView | None:
    """The people behind the open number, one page of them; None where none is open."""
    if not asked.is_selecting:
        return None
    told = open_asked(asked, scope, found)
    page = told.page(asked, state)
    share = page.members / page.total if page.total else None
    return view_list(asked, scope, told, page, page="pulls", whose=whose(asked, scope, found), value=share)


def day_lines(found: Found) -> Iterator[Sequence[Value]]:
    """Each rep's days, a column for each of DAY_COLUMNS."""
    for puller in found.pulled.pullers:
        for day in found.pulled.days[puller.rep]:
            tally = day.tally
            yield (
                puller.name, puller.team, day.day.isoformat(), day.kind.value, tally.pulls, day.place or "",
                tally.rated, tally.qualified, tally.open,
            )  # fmt: skip
