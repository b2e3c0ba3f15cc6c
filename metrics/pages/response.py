"""The Response page: how long people wait, split as one likes; where the time goes; when they come."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from django.http import Http404

from base.address import WrongAddress
from leadmodel.directory import QUEUE
from metrics.compile import FILTERS
from metrics.definitions import BY_NAME
from metrics.pages.address import QUEUES
from metrics.pages.cells import Cell, Heading, heading, make_cell
from metrics.pages.lists import ListView, Open, left_out_words, view_list
from metrics.pages.response_address import SPLITS, ResponseAsked
from metrics.pages.scope import Scope, total_name
from metrics.query import Answer, State, Values, ask
from metrics.report import names_of, no_group, written
from metrics.response import BY_WORD, LATE, MAPS, PARTS, TAKING, WEEKDAYS, Counted, count_parts
from metrics.selection import By
from metrics.spec import Figure, Unit

FIGURES = tuple(
    BY_NAME[name]
    for name in (
        "assigned",
        "response_median_s",
        "response_median_waiting_s",
        "response_median_business_s",
        "response_p90_s",
        "sla_attainment",
        "off_hours_rate",
    )
)
WENT = tuple(BY_NAME[f"response_{part}_mean_s"] for part in PARTS)
MEAN = BY_NAME["response_mean_s"]
MOST = 60
"""Groups the tables show, the largest; all are in the page's CSV."""
SHADES = 5
"""How many shades the map of the week has, besides none."""


@dataclass(frozen=True)
class Group:
    """One line of the split. `parts` are the mean response and its four parts; `bars` the parts in seconds."""

    name: str
    note: str
    cells: list[Cell]
    parts: list[Cell]
    bars: list[float]


@dataclass(frozen=True)
class Step:
    """A part and how many are in it. `until`: the share answered by its end."""

    label: str
    count: int
    share: str
    until: str
    href: str
    is_selected: bool


@dataclass(frozen=True)
class Slot:
    """An hour of the week; `shade` from 0 (none) to SHADES (the busiest)."""

    count: int
    shade: int
    label: str
    href: str
    is_selected: bool


@dataclass(frozen=True)
class Board:
    """The page's figures. `columns` are label, target and what it counts, of the split's first table."""

    columns: list[Heading]
    total: Group
    groups: list[Group]
    further: int
    went: list[str]
    steps: list[Step]
    answered: int
    late: list[Step]
    hours: list[int]
    week: list[tuple[str, list[Slot]]]
    splits: list[tuple[str, str, bool]]
    maps: list[tuple[str, str, bool]]
    left_out: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was assigned in the selection."""
        return not self.groups


def read_board(asked: ResponseAsked, scope: Scope, state: State) -> Board:
    """The page's figures, asked in a handful of statements however many groups there are."""
    selection = asked.selection(scope.reps)
    answer = ask(selection, by=asked.by, figures=(*FIGURES, MEAN, *WENT), state=state)
    counted = count_parts(selection, state, asked.zone.key, asked.shown)
    total = _group(asked, scope, answer.overall, total_name(scope, asked), "each cycle once")
    groups = [
        _group(asked, scope, answer.groups[group], name, "", group=group, is_nameless=group is None)
        for group, name in largest(answer, asked.by)
    ]
    open_all = {"figure": None, "group": None, "is_nameless": False, "part": None}
    return Board(
        columns=[heading(figure, scope.settings) for figure in FIGURES],
        total=total,
        groups=groups,
        further=max(0, len(answer.groups) - MOST),
        went=[label.capitalize() for label in PARTS.values()],
        steps=_steps(asked, counted, (*TAKING, "waiting")),
        answered=sum(counted.cycles[word] for word in TAKING),
        late=_steps(asked, counted, LATE),
        hours=list(range(24)),
        week=_week(asked, counted),
        splits=[
            (label, asked.query(**open_all | {"by": split}), split is asked.by)
            for split, label in SPLITS.items()
        ],
        maps=[
            (label, asked.query(**open_all | {"shown": kind}), kind == asked.shown)
            for kind, label in MAPS.items()
        ],
        left_out=answer.left_out,
    )


def largest(answer: Answer, by: By) -> list[tuple[str | None, str]]:
    """The groups of a split with their names, the largest first, at most MOST."""
    order = sorted(answer.groups, key=lambda group: (-(answer.groups[group]["assigned"] or 0), group or ""))
    names = names_of(by, [group for group in order if group is not None])
    return [(group, no_group(by) if group is None else names[group]) for group in order[:MOST]]


def _group(
    asked: ResponseAsked,
    scope: Scope,
    values: Values,
    name: str,
    note: str,
    *,
    group: str | None = None,
    is_nameless: bool = False,
) -> Group:
    return Group(
        name,
        note,
        split_cells(asked, scope, values, FIGURES, group=group, is_nameless=is_nameless),
        split_cells(asked, scope, values, (MEAN, *WENT), group=group, is_nameless=is_nameless),
        [round(float(values[figure.name] or 0), 3) for figure in WENT],
    )


def split_cells(
    asked: ResponseAsked,
    scope: Scope,
    values: Values,
    figures: tuple[Figure, ...],
    *,
    group: str | None = None,
    is_nameless: bool = False,
) -> list[Cell]:
    """The cells of a group of a split, which may have no name; of everybody where neither is said."""
    found = []
    for figure in figures:
        opened = replace(
            asked, figure=figure.name, group=group, is_nameless=is_nameless, part=None, after=None
        )
        is_selected = opened.kept() == asked.kept()
        found.append(
            make_cell(
                figure, values, None, settings=scope.settings, href=opened.query(), is_selected=is_selected
            )
        )
    return found


def _steps(asked: ResponseAsked, counted: Counted, words: tuple[str, ...]) -> list[Step]:
    whole = sum(counted.cycles[word] for word in words if word != "waiting")
    found, so_far = [], 0
    for word in words:
        number, is_waiting = counted.cycles[word], word == "waiting"
        so_far += number
        opened = _opened(asked, word)
        found.append(
            Step(
                BY_WORD[word].label,
                number,
                "" if is_waiting or not whole else written(number / whole, Unit.SHARE),
                "" if is_waiting or not whole else written(so_far / whole, Unit.SHARE),
                opened.query(),
                opened.kept() == asked.kept(),
            )
        )
    return found


def _opened(asked: ResponseAsked, word: str) -> ResponseAsked:
    return replace(asked, part=word, figure=None, group=None, is_nameless=False, after=None)


def _week(asked: ResponseAsked, counted: Counted) -> list[tuple[str, list[Slot]]]:
    busiest = max(counted.slots.values(), default=0)
    rows = []
    for day, weekday in enumerate(WEEKDAYS, start=1):
        slots = []
        for hour in range(24):
            word = f"{asked.shown}.{day}.{hour}"
            number, opened = counted.slots[word], _opened(asked, word)
            # by the root, that one busy hour does not leave all others pale
            shade = math.ceil(SHADES * math.sqrt(number / busiest)) if number else 0
            label = f"{weekday} {hour:02}:00: {number:,}"
            slots.append(Slot(number, shade, label, opened.query(), opened.kept() == asked.kept()))
        rows.append((weekday, slots))
    return rows


def figure_asked(asked: ResponseAsked) -> Figure:
    """The figure or part whose number is open."""
    if asked.part is not None:
        return BY_WORD[asked.part].figure()
    if asked.figure is None:
        raise WrongAddress("The address names no number: open one of the page, then its CSV.")
    return BY_NAME[asked.figure]


def open_asked(asked: ResponseAsked, scope: Scope) -> Open:
    """What the open number is over. Raises WrongAddress where none is, and Http404 for who may not be seen."""
    figure, by = figure_asked(asked), split_asked(asked, scope)
    return Open(figure, asked.selection(scope.reps), by, asked.group, {"zone": asked.zone.key})


def split_asked(asked: ResponseAsked, scope: Scope) -> By | None:
    """How the open number is split, None where it is everybody's. Raises Http404 for who may not be seen."""
    if not asked.is_of_group:
        return None
    if asked.by is By.REP:
        if asked.group is None and scope.reps is not None:
            raise Http404("Queues together are shown to operations only.")
        if asked.group is not None and not scope.may_see(asked.group):
            raise Http404("There is no such rep among those you may see.")
    return asked.by


def whose(asked: ResponseAsked, scope: Scope) -> str:
    """Whose number is open."""
    if asked.group is not None:
        return names_of(asked.by, [asked.group])[asked.group]
    if asked.is_nameless:
        return QUEUE if asked.by is By.REP else f"No {SPLITS[asked.by].lower()}"
    return total_name(scope, asked)


def read_response_list(asked: ResponseAsked, scope: Scope, state: State) -> ListView | None:
    """The people behind the open number, one page of them; None where none is open."""
    if not asked.is_selecting:
        return None
    told = open_asked(asked, scope)
    found = told.page(asked, state)
    answer = ask(told.selection, by=told.by, figures=(BY_NAME[asked.figure or "assigned"],), state=state)
    return view_list(
        asked, scope, told, found, page="response", whose=whose(asked, scope), value=told.value(answer),
        left_out=left_out_of(asked, answer),
    )  # fmt: skip


def left_out_of(asked: ResponseAsked, answer: Answer) -> tuple[str, str]:
    """How many exceptions leave out of the open number's group, in words, and where these are listed.

    Of groups the Team page cannot tell apart, such as campaigns: of the whole selection.
    """
    number, href = answer.left_out, asked.left_out_query()
    if asked.is_of_group and asked.by is By.REP:
        number, href = answer.left_out_of.get(asked.group, 0), asked.left_out_query(rep=asked.group or QUEUES)
    elif asked.group is not None and asked.by in FILTERS:
        number = answer.left_out_of.get(asked.group, 0)
        href = asked.left_out_query(**{asked.by.value: asked.group})
    return left_out_words(number), href
