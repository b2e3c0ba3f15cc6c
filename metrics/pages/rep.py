"""The Rep page: one rep's figures over time beside the team's, what they hold, what they are used to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode

from django.db import connection
from django.http import Http404
from django.urls import reverse

from base.address import WrongAddress
from base.downloads import Value
from base.models import Role
from leadmodel.pages.parts import TileView
from metrics import now as present
from metrics.definitions import BY_NAME
from metrics.habits import (
    ATTEMPTS,
    HABITS,
    OUTCOMES,
    SECTIONS,
    TIMES,
    Beside,
    count_habits,
    only,
)
from metrics.pages.cells import Cell, Heading, heading, make_cell
from metrics.pages.grid import COLUMNS
from metrics.pages.reasons_mix import NO_REASON, shown
from metrics.pages.rep_address import RepAsked, Step, drawn_choices
from metrics.pages.rep_list import values_of
from metrics.pages.scope import Scope, total_name
from metrics.picking import Pair
from metrics.query import State, Values, ask, ask_over_time, nothing
from metrics.reasons import KINDS, count_reasons, differs
from metrics.report import names_of, rounded, written
from metrics.selection import By, Selection, period
from metrics.spec import Figure, Kind, Unit

REASONS = 8
"""The rep's most frequent reasons that are shown."""
CSV = ("from", "through", "who", *(name for figure in COLUMNS for name in (figure.name, f"{figure.name}_of")))
HEADINGS = {
    HABITS: ("Habits", "Habit"),
    TIMES: ("How long the first answer took", "Time"),
    ATTEMPTS: ("Touches before giving up", "Touches"),
    OUTCOMES: ("How cycles stand", "Outcome"),
}


@dataclass(frozen=True)
class Line:
    """A step of time, or the whole period. `drawn` are the rep's and the team's values of the drawn figure."""

    label: str
    note: str
    cells: list[Cell]
    drawn: list[float | None]


@dataclass(frozen=True)
class Share:
    """A habit of the rep beside all others'. `words` say which way it stands out; empty where it does not."""

    label: str
    about: str
    counts: int
    of: int
    share: str
    is_few: bool
    others: str
    words: str
    href: str
    is_selected: bool


@dataclass(frozen=True)
class Section:
    """Habits that are told together. `opens_here`: their people are listed on this page."""

    name: str
    title: str
    heading: str
    shares: list[Share]
    opens_here: bool = True


@dataclass(frozen=True)
class Board:
    """The page's figures. `columns` are label, target and what it counts; `drawn_at`: which of them is drawn.

    `beside`: whose are told beside.
    """

    name: str
    columns: list[Heading]
    total: Line
    lines: list[Line]
    drawn: Figure
    drawn_at: int
    choices: list[tuple[str, str, bool]]
    sections: list[Section]
    tiles: list[TileView]
    beside: str
    queue_href: str
    reasons_href: str
    left_out: int
    left_out_href: str

    @property
    def is_empty(self) -> bool:
        """Whether the rep held nobody who waited in the period."""
        return self.total.cells[0].value == "0" and not any(
            share.of for section in self.sections for share in section.shares
        )


def of_whom(asked: RepAsked, scope: Scope) -> RepAsked:
    """With whose page it is: a rep's own unless another is named; None where nobody's is.

    Raises Http404, and WrongAddress for a number of nobody.
    """
    own = scope.user.salesforce_id if scope.user.role == Role.REP else None
    rep = asked.rep or own
    if rep is not None and rep != own and not scope.may_see(rep):
        raise Http404("There is no such rep among those you may see.")
    if rep is None and asked.is_selecting:
        raise WrongAddress("The address names a number but no rep: open a number of a rep's page.")
    return replace(asked, rep=rep)


def read_rep_choices(asked: RepAsked, scope: Scope) -> list[tuple[str, str, str, bool]]:
    """Reps who held somebody in the period, for those who look after others: Id, name, address, whether chosen."""
    if scope.user.role == Role.REP:
        return []
    selection = asked.selection(scope.reps)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT rep FROM leadmodel_span WHERE assigned_at >= %(start)s AND assigned_at < %(end)s"
            " AND rep IS NOT NULL AND (%(reps)s::text[] IS NULL OR rep = ANY(%(reps)s))",
            {
                "start": selection.start,
                "end": selection.end,
                "reps": sorted(scope.reps) if scope.reps is not None else None,
            },
        )
        reps = {row[0] for row in cursor.fetchall()} | ({asked.rep} if asked.rep else set())
    names = names_of(By.REP, sorted(reps))
    return [
        (rep, names[rep], asked.query(rep=rep, figure=None, step=None, habit=None), rep == asked.rep)
        for rep in sorted(reps, key=lambda rep: names[rep].casefold())
    ]


def read_board(asked: RepAsked, rep: str, scope: Scope, state: State) -> Board:
    """The page's figures, in a handful of statements however many steps; the team's for who looks after it."""
    selection = asked.selection(scope.reps)
    own = only(selection, rep)
    answer = ask(own, by=By.REP, figures=COLUMNS, state=state.over(own))
    team = ask(selection, figures=COLUMNS, state=state).overall if scope.sees_nobodys else None
    beside = total_name(scope, asked) if team is not None else ""
    steps = asked.steps()
    told = _over_time(selection, rep, steps, asked, scope, state)

    def line(label: str, note: str, step: Step | None, values: Values, others: Values | None) -> Line:
        cells = []
        for figure in COLUMNS:
            opened = replace(
                asked, figure=figure.name, step=step.first if step else None, habit=None, after=None
            )
            cell = make_cell(
                figure, values, None, settings=scope.settings, href=opened.query(),
                is_selected=opened.kept() == asked.kept(),
            )  # fmt: skip
            if others is not None and figure.kind is not Kind.COUNT:
                theirs = (
                    f"{'all' if scope.reps is None else 'team'} {written(others[figure.name], figure.unit)}"
                )
                cell = replace(cell, rests_on=" · ".join(filter(None, (cell.rests_on, theirs))))
            cells.append(cell)
        drawn = [values[asked.drawn]] + ([] if others is None else [others[asked.drawn]])
        return Line(label, note, cells, drawn)

    return Board(
        name=names_of(By.REP, [rep])[rep],
        columns=[heading(figure, scope.settings) for figure in COLUMNS],
        total=line("Whole period", asked.words, None, answer.groups.get(rep) or nothing(COLUMNS), team),
        lines=[
            line(step.label, "", step, values, others)
            for step, (values, others) in zip(steps, told, strict=True)
        ],
        drawn=BY_NAME[asked.drawn],
        drawn_at=[figure.name for figure in COLUMNS].index(asked.drawn),
        choices=drawn_choices(asked),
        sections=[*_sections(asked, rep, scope, state), _reasons(asked, rep, scope, state)],
        tiles=_tiles(asked, rep),
        beside=beside,
        queue_href=reverse("queue") + "?" + urlencode({"rep": rep}),
        reasons_href=reverse("reasons") + "?" + urlencode(asked.filters()),
        left_out=answer.left_out_of.get(rep, 0),
        left_out_href=asked.left_out_query(rep=rep),
    )


def _over_time(
    selection: Selection, rep: str, steps: list[Step], asked: RepAsked, scope: Scope, state: State
) -> list[tuple[Values, Values | None]]:
    """Each step's figures of the rep, and those of everybody in scope for who looks after them."""
    own, starts = only(selection, rep), [period(step.first, step.until, asked.zone)[0] for step in steps]
    mine = ask_over_time(own, starts, by=By.REP, figures=COLUMNS, state=state.over(own))
    theirs = (
        ask_over_time(selection, starts, by=None, figures=COLUMNS, state=state)
        if scope.sees_nobodys
        else None
    )
    empty = nothing(COLUMNS)
    return [
        (mine.get(at, empty), None if theirs is None else theirs.get(at, empty)) for at in range(len(steps))
    ]


def _sections(asked: RepAsked, rep: str, scope: Scope, state: State) -> list[Section]:
    counted = count_habits(asked.selection(scope.reps), rep, state, values_of(scope))
    found = []
    for name, habits in SECTIONS.items():
        shares = []
        for habit in habits:
            beside, figure = counted[habit.word], habit.figure
            opened = replace(asked, habit=habit.word, figure=None, step=None, after=None)
            about = f"{figure.counts}; leaves out {figure.leaves_out}"
            is_selected = opened.kept() == asked.kept()
            shares.append(_share(figure.label, about, beside, scope, opened.query(), is_selected=is_selected))
        found.append(Section(name, *HEADINGS[name], shares))
    return found


def _reasons(asked: RepAsked, rep: str, scope: Scope, state: State) -> Section:
    """The rep's most frequent reasons, each a share of what the rep closed so; they open on the Reasons page."""
    own: Counter[tuple[str, str | None]] = Counter()
    all_: Counter[tuple[str, str | None]] = Counter()
    for tally in count_reasons(asked.selection(scope.reps), state):
        if tally.rep is not None:
            all_[tally.kind, tally.reason] += tally.cycles
            own[tally.kind, tally.reason] += tally.cycles if tally.rep == rep else 0
    shares = []
    for (kind, reason), number in own.most_common(REASONS):
        if not number:
            continue
        mine = Pair(number, sum(count for (other, _), count in own.items() if other == kind))
        whole = Pair(all_[kind, reason], sum(count for (other, _), count in all_.items() if other == kind))
        name = NO_REASON if reason is None else shown(scope, kind, reason)
        opened = {"kind": kind, "rep": rep} | ({"show": "none"} if reason is None else {"reason": reason})
        href = reverse("reasons") + "?" + urlencode(asked.filters() | opened)
        about = f"closed for this reason / closed as {KINDS[kind].lower()}"
        label = f"{name}, {KINDS[kind].lower()}"
        shares.append(_share(label, about, Beside(mine, whole.less(mine)), scope, href, is_selected=False))
    return Section("reasons", "Reasons", "Reason", shares, opens_here=False)


def _share(label: str, about: str, told: Beside, scope: Scope, href: str, *, is_selected: bool) -> Share:
    own, others, few = told.own, told.others, scope.settings.few
    z = differs(*own, *others, few) if scope.sees_nobodys else None
    return Share(
        label,
        about,
        *own,
        share=written(own.share if own.of else None, Unit.SHARE),
        is_few=own.of < few,
        others=written(others.share, Unit.SHARE) if others.of and scope.sees_nobodys else "",
        words="" if z is None else "more than the rest" if z > 0 else "less than the rest",
        href=href,
        is_selected=is_selected,
    )


def _tiles(asked: RepAsked, rep: str) -> list[TileView]:
    """What the rep holds now, each leading into the queue; none of the past."""
    if asked.is_past:
        return []
    counts = present.count_tiles(asked.now, frozenset({rep}), tiles=present.QUEUE_TILES, with_nobodys=False)
    return [
        TileView(
            tile.label,
            tile.words,
            counts[tile.name],
            tile.tone if counts[tile.name] else "zero",
            reverse("queue") + "?" + urlencode({"rep": rep, "show": tile.name}),
            is_selected=False,
        )
        for tile in present.QUEUE_TILES
    ]


def step_lines(asked: RepAsked, rep: str, scope: Scope, state: State) -> Iterable[Sequence[Value]]:
    """The figures of each step, a column for each of CSV: the rep's, and those beside for who looks after them."""
    steps, name = asked.steps(), names_of(By.REP, [rep])[rep]
    told = _over_time(asked.selection(scope.reps), rep, steps, asked, scope, state)
    for step, (mine, theirs) in zip(steps, told, strict=True):
        days = (step.first.isoformat(), (step.until - timedelta(days=1)).isoformat())
        for who, values in ((name, mine), (total_name(scope, asked), theirs)):
            if values is not None:
                yield (*days, who, *_numbers(values))


def _numbers(values: Values) -> Iterator[Value]:
    """Figures as the report rounds them, each with the number it rests on."""
    for figure in COLUMNS:
        value = rounded(figure, values[figure.name])
        yield None if value is None else str(value)
        yield values[f"{figure.name}_of"]
