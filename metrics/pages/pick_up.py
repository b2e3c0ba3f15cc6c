"""The Pick-up page: who is picked up, split as one likes; who picks the cherries; what was closed in bulk."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import Http404

from base.address import WrongAddress
from metrics.definitions import BY_NAME
from metrics.only_automatic import only_automatic
from metrics.pages.cells import Cell, Heading, heading
from metrics.pages.lists import ListView, Open, view_list
from metrics.pages.pick_up_address import PickUpAsked
from metrics.pages.response import MOST, largest, left_out_of, split_asked, split_cells
from metrics.pages.response import whose as whose_split
from metrics.pages.response_address import SPLITS
from metrics.pages.scope import Scope, total_name
from metrics.picking import AUTOMATIC, BULK, FIGURES, LEFT, Bulk, Cherry, bulks, cherries, count_picking
from metrics.query import State, Values, ask
from metrics.report import names_of, written
from metrics.selection import By
from metrics.spec import Condition, Unit

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

    columns: list[Heading]
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
    unopened = _opened(asked)
    tallies, few = count_picking(selection, state), scope.settings.few

    def line(name: str, note: str, values: Values, group: str | None, *, is_nameless: bool) -> Line:
        cells = split_cells(unopened, scope, values, COLUMNS, group=group, is_nameless=is_nameless)
        return Line(name, note, cells)

    return Board(
        columns=[heading(figure, scope.settings) for figure in COLUMNS],
        total=line(total_name(scope, asked), "each cycle once", answer.overall, None, is_nameless=False),
        lines=[
            line(name, "", answer.groups[group], group, is_nameless=group is None)
            for group, name in largest(answer, asked.by)
        ],
        further=max(0, len(answer.groups) - MOST),
        splits=[
            (label, replace(unopened, by=split).query(), split is asked.by) for split, label in SPLITS.items()
        ],
        cherries=_cherries(asked, cherries(tallies, few)) if scope.sees_nobodys else [],
        bulks=_bulks(asked, bulks(tallies, few)),
        automatic_href=_opened(asked, pick=AUTOMATIC).query(),
        is_automatic_open=asked.pick == AUTOMATIC,
        left_out=answer.left_out,
    )


def _cherries(asked: PickUpAsked, found: list[Cherry]) -> list[Found]:
    reps = names_of(By.REP, sorted({cherry.rep for cherry in found}))
    told = []
    for cherry in found:
        opened = _opened(asked, pick=cherry.what, rep=cherry.rep, of_source=cherry.source)
        what = "left lying" if cherry.what == LEFT else "closed untouched"
        told.append(
            Found(
                reps[cherry.rep], what, cherry.source or "no source", "", cherry.counts, cherry.of,
                written(cherry.counts / cherry.of, Unit.SHARE), written(cherry.elsewhere, Unit.SHARE),
                written(cherry.others, Unit.SHARE), opened.query(), opened.kept() == asked.kept(),
            )
        )  # fmt: skip
    return told


def _bulks(asked: PickUpAsked, found: list[Bulk]) -> list[Found]:
    reps = names_of(By.REP, sorted({bulk.rep for bulk in found}))
    campaigns = names_of(By.CAMPAIGN, sorted({bulk.campaign for bulk in found if bulk.campaign}))
    told = []
    for bulk in found:
        opened = _opened(asked, pick=BULK, rep=bulk.rep, of_source=bulk.source, campaign=bulk.campaign)
        told.append(
            Found(
                reps[bulk.rep], "closed untouched within the hour", bulk.source or "no source",
                campaigns.get(bulk.campaign, "") if bulk.campaign else "", bulk.counts, bulk.of,
                written(bulk.counts / bulk.of, Unit.SHARE), "", "", opened.query(), opened.kept() == asked.kept(),
            )
        )  # fmt: skip
    return told


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


def open_asked(asked: PickUpAsked, scope: Scope) -> Open:
    """What the open number is over. Raises WrongAddress, and Http404 for a rep who may not be seen."""
    selection = asked.selection(scope.reps)
    if asked.figure is not None:
        return Open(BY_NAME[asked.figure], selection, split_asked(asked, scope), asked.group)
    if asked.pick == AUTOMATIC:
        figure, values = only_automatic(selection)
        return Open(figure, selection, more=values)
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
    return Open(narrow, replace(selection, reps=frozenset({asked.rep})), more=more)


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
    found, whose_it_is = told.page(asked, state), whose(asked, scope)
    if asked.figure is None:
        share = found.members / found.total if found.total else None
        return view_list(asked, scope, told, found, page="pick-up", whose=whose_it_is, value=share)
    answer = ask(told.selection, by=told.by, figures=(told.figure,), state=state)
    return view_list(
        asked, scope, told, found, page="pick-up", whose=whose_it_is, value=told.value(answer),
        left_out=left_out_of(asked, answer),
    )  # fmt: skip
