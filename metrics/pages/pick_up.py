"""The Pick-up page: who is picked up, split as one likes; who picks the cherries; what was closed in bulk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.http import Http404
from django.urls import reverse

from base.address import WrongAddress
from metrics import cursors
from metrics.behind import Row, behind, every_row
from metrics.definitions import BY_NAME
from metrics.only_automatic import only_automatic
from metrics.pages.cells import Cell, target_words
from metrics.pages.lists import ListView
from metrics.pages.people_rows import behind_row, list_words
from metrics.pages.pick_up_address import PickUpAsked
from metrics.pages.response import MOST, left_out_of, split_asked, split_cells
from metrics.pages.response import whose as whose_split
from metrics.pages.response_address import SPLITS
from metrics.pages.scope import Scope, total_name
from metrics.picking import AUTOMATIC, BULK, FIGURES, LEFT, bulks, cherries, count_picking
from metrics.query import State, ask
from metrics.report import names_of, no_group, written
from metrics.selection import By, Selection
from metrics.spec import Condition, Figure, Unit

COLUMNS = tuple(
    BY_NAME[name]
    for name in (
        "assigned",
        "pick_up_rate",
        "touched",
        "bypassed",
        "touchless_rate",
        "touchless_pre_qualification",
        "qualified_rate",
        "qualified_of_assigned_rate",
    )
)


@dataclass(frozen=True)
class Line:
    """One line of the split."""

    name: str
    note: str
    cells: list[Cell]


@dataclass(frozen=True)
class Found:
    """A rep, and what of theirs stands out. Shares as written; `campaign` empty where it is about a source."""

    rep: str
    what: str
    source: str
    campaign: str
    counts: int
    of: int
    share: str
    elsewhere: str
    others: str
    href: str
    is_selected: bool


@dataclass(frozen=True)
class Board:
    """The page's figures. `columns` are label, target and what it counts."""

    columns: list[tuple[str, str, str]]
    total: Line
    lines: list[Line]
    further: int
    splits: list[tuple[str, str, bool]]
    cherries: list[Found]
    bulks: list[Found]
    automatic_href: str
    is_automatic_open: bool
    left_out: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was assigned in the selection."""
        return not self.lines


def read_board(asked: PickUpAsked, scope: Scope, state: State) -> Board:
    """The page's figures. Reps are compared for those who look after others only."""
    selection = asked.selection(scope.reps)
    answer = ask(selection, by=asked.by, figures=COLUMNS, state=state)
    names = names_of(asked.by, [group for group in answer.groups if group is not None])
    order = sorted(answer.groups, key=lambda group: (-(answer.groups[group]["assigned"] or 0), group or ""))
    chosen = _opened(asked, figure=None)
    tallies = count_picking(selection, state)
    few = scope.settings.few
    standing_out = cherries(tallies, few) if scope.sees_nobodys else []
    in_bulk = bulks(tallies, few)
    reps = names_of(By.REP, sorted({found.rep for found in standing_out} | {found.rep for found in in_bulk}))
    campaigns = names_of(By.CAMPAIGN, sorted({found.campaign for found in in_bulk if found.campaign}))

    def line(name: str, note: str, group: dict[str, object], values: dict[str, float | int | None]) -> Line:
        return Line(name, note, split_cells(chosen, scope, values, COLUMNS, group))

    found_cherries = []
    for cherry in standing_out:
        opened = _opened(asked, pick=cherry.what, rep=cherry.rep, of_source=cherry.source)
        what = "left lying" if cherry.what == LEFT else "closed untouched"
        found_cherries.append(
            Found(
                reps[cherry.rep], what, cherry.source or "no source", "", cherry.counts, cherry.of,
                written(cherry.counts / cherry.of, Unit.SHARE), written(cherry.elsewhere, Unit.SHARE),
                written(cherry.others, Unit.SHARE), opened.query(), opened.kept() == asked.kept(),
            )
        )  # fmt: skip
    found_bulks = []
    for bulk in in_bulk:
        opened = _opened(asked, pick=BULK, rep=bulk.rep, of_source=bulk.source, campaign=bulk.campaign)
        found_bulks.append(
            Found(
                reps[bulk.rep], "closed untouched within the hour", bulk.source or "no source",
                campaigns.get(bulk.campaign, "") if bulk.campaign else "", bulk.counts, bulk.of,
                written(bulk.counts / bulk.of, Unit.SHARE), "", "", opened.query(), opened.kept() == asked.kept(),
            )
        )  # fmt: skip
    return Board(
        columns=[
            (
                figure.label,
                target_words(figure, scope.settings),
                f"Counts {figure.counts}. Leaves out {figure.leaves_out}.",
            )
            for figure in COLUMNS
        ],
        total=line(total_name(scope, asked), "each cycle once", {}, answer.overall),
        lines=[
            line(
                no_group(asked.by) if group is None else names[group], "",
                {"group": group, "is_nameless": group is None}, answer.groups[group],
            )
            for group in order[:MOST]
        ],
        further=max(0, len(order) - MOST),
        splits=[
            (label, replace(_opened(asked, figure=None), by=split).query(), split is asked.by)
            for split, label in SPLITS.items()
        ],
        cherries=found_cherries,
        bulks=found_bulks,
        automatic_href=_opened(asked, pick=AUTOMATIC).query(),
        is_automatic_open=asked.pick == AUTOMATIC,
        left_out=answer.left_out,
    )  # fmt: skip


def _opened(
    asked: PickUpAsked,
    *,
    figure: str | None = None,
    pick: str | None = None,
    rep: str | None = None,
    of_source: str | None = None,
    campaign: str | None = None,
) -> PickUpAsked:
    """The address with this selected and nothing else."""
    return replace(
        asked, figure=figure, group=None, is_nameless=False, pick=pick, rep=rep, of_source=of_source,
        campaign=campaign, after=None,
    )  # fmt: skip


@dataclass(frozen=True)
class Open:
    """What the open number is over."""

    figure: Figure
    selection: Selection
    by: By | None
    group: str | None
    more: Mapping[str, object]


def open_asked(asked: PickUpAsked, scope: Scope) -> Open:
    """What the open number is over. Raises WrongAddress, and Http404 for a rep who may not be seen."""
    selection = asked.selection(scope.reps)
    if asked.figure is not None:
        return Open(BY_NAME[asked.figure], selection, split_asked(asked, scope), asked.group, {})
    if asked.pick == AUTOMATIC:
        figure, values = only_automatic(selection)
        return Open(figure, selection, None, None, values)
    if asked.pick is None or asked.rep is None:
        raise WrongAddress("The address names no number: open one of the page, then its CSV.")
    if not scope.may_see(asked.rep):
        raise Http404("There is no such rep among those you may see.")
    figure = FIGURES[asked.pick]
    among = (*figure.among, Condition("source IS NOT DISTINCT FROM %(of_source)s"))
    more = {"of_source": asked.of_source}
    if asked.pick == BULK:
        among += (Condition("campaign IS NOT DISTINCT FROM %(of_campaign)s"),)
        more["of_campaign"] = asked.campaign
    narrow = replace(figure, among=among)
    return Open(narrow, replace(selection, reps=frozenset({asked.rep})), None, None, more)


def whose(asked: PickUpAsked, scope: Scope) -> str:
    """Whose number is open."""
    if asked.pick in {None, AUTOMATIC} or asked.rep is None:
        return whose_split(asked, scope)
    return f"{names_of(By.REP, [asked.rep])[asked.rep]} · {asked.of_source or 'no source'}"


def read_pick_up_list(asked: PickUpAsked, scope: Scope, state: State) -> ListView | None:
    """The people behind the open number, one page of them; None where none is open."""
    if not asked.is_selecting:
        return None
    told = open_asked(asked, scope)
    state = state.over(told.selection)
    try:
        found = behind(
            told.selection,
            told.figure,
            by=told.by,
            group=told.group,
            after=asked.after,
            state=state,
            more=told.more,
        )
    except cursors.WrongCursor as error:
        raise WrongAddress(str(error)) from error
    value: float | None = found.members / found.total if found.total else None
    left_out_link, left_out_href = "", ""
    if asked.figure is not None:
        answer = ask(told.selection, by=told.by, figures=(told.figure,), state=state)
        values = answer.groups.get(told.group) if told.by else answer.overall
        value = values[told.figure.name] if values else None
        left_out_link, left_out_href = left_out_of(asked, answer)
    return ListView(
        title=f"{whose(asked, scope)} · {told.figure.label}",
        here=reverse("pick-up") + asked.query(after=asked.after),
        is_past=bool(asked.past()),
        sentence=f"{list_words(told.figure, value, found.total, found.members)} Counts {told.figure.counts}.",
        left_out=f"Left out: {told.figure.leaves_out}.",
        left_out_link=left_out_link,
        left_out_href=left_out_href,
        anchor=told.figure.name,
        csv_href="rows.csv" + asked.query(),
        behind=[
            behind_row(row, target_s=scope.target_s, now=asked.now, zone=scope.zone, past=asked.past())
            for row in found.rows
        ],
        waiting=[],
        total=found.total,
        next_href=asked.query(after=found.following) if found.following else "",
        first_href=asked.query() if asked.after else "",
    )


def rows_behind(asked: PickUpAsked, scope: Scope) -> Iterator[Row]:
    """All the people behind the open number. Raises Http404 and WrongAddress at once."""
    told = open_asked(asked, scope)
    return every_row(told.selection, told.figure, by=told.by, group=told.group, more=told.more)
