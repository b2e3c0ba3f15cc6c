"""The rep × figure grid: every rep of the viewer's, against the targets and the period before."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from leadmodel.directory import QUEUE
from leadmodel.lifecycle.display import Alias
from leadmodel.lifecycle.settings import ModelSettings
from metrics.definitions import BY_NAME
from metrics.pages.address import QUEUES, Asked
from metrics.pages.cells import Cell, heading, make_cell
from metrics.pages.scope import Scope, total_name
from metrics.query import Answer, State, Values, ask
from metrics.report import names_of
from metrics.selection import By
from metrics.spec import Figure

COLUMNS = tuple(
    BY_NAME[name]
    for name in (
        "assigned",
        "pick_up_rate",
        "response_median_s",
        "response_p90_s",
        "sla_attainment",
        "touches_mean",
        "touchless_rate",
        "qualified_rate",
        "open",
    )
)


_OF_ALIASES = (
    (Alias.MAL, "acceptance_rate", "pick_up_rate"),
    (Alias.SQO, "pipeline_rate", "qualified_rate"),
)
"""A name for a stage, the figure that is shown with it, and beside which."""


def columns_of(settings: ModelSettings) -> tuple[Figure, ...]:
    """The grid's figures; where MAL or SQO is shown, also how much of the stage before became one (R144)."""
    columns = list(COLUMNS)
    for alias, figure, after in _OF_ALIASES:
        if alias in settings.aliases.show:
            columns.insert(columns.index(BY_NAME[after]) + 1, BY_NAME[figure])
    return tuple(columns)


@dataclass(frozen=True)
class Column:
    """A heading: the figure, its target, how to sort by it."""

    name: str
    label: str
    target: str
    about: str
    sort_href: str
    sorted: str


@dataclass(frozen=True)
class GridRow:
    """A rep's figures, or the total's. `href`: the rep's queue."""

    name: str
    note: str
    href: str
    cells: list[Cell]


@dataclass(frozen=True)
class Grid:
    """The rep × figure grid; `left_out` cycles an exception keeps out of all of it."""

    by_name_href: str
    columns: list[Column]
    total: GridRow
    rows: list[GridRow]
    left_out: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was assigned in the selection."""
        return not self.rows


def ask_columns(asked: Asked, scope: Scope, state: State) -> Answer:
    """The figures of the grid, for everybody together and for each rep."""
    return ask(asked.selection(scope.reps), by=By.REP, figures=columns_of(scope.settings), state=state)


def read_grid(asked: Asked, scope: Scope, answer: Answer) -> Grid:
    """The grid of `ask_columns`, against the period before."""
    # As of an instant everybody concerned is derived anew: once, for what was asked for.
    columns, before = columns_of(scope.settings), None
    if not asked.is_past:
        before = ask(asked.selection(scope.reps).previous(), by=By.REP, figures=columns)
    names = names_of(By.REP, [rep for rep in answer.groups if rep is not None])
    reps = sorted((rep for rep in answer.groups if rep is not None), key=lambda rep: names[rep].casefold())
    if asked.sort is not None and asked.sort.removeprefix("-") in {column.name for column in columns}:
        key = asked.sort.removeprefix("-")
        reps.sort(key=lambda rep: answer.groups[rep][key] or 0, reverse=asked.sort.startswith("-"))
        # "none" is no value to be first with
        reps.sort(key=lambda rep: answer.groups[rep][key] is None)
    elif asked.sort == "-name":
        reps.reverse()

    def row(rep: str | None, name: str, note: str, values: Values, earlier: Values | None) -> GridRow:
        cells = [
            make_cell(
                figure,
                values,
                # the period before had longer to end its cycles
                earlier if figure.name != "open" else None,
                settings=scope.settings,
                href=asked.query(figure=figure.name, rep=rep, tile=None, left_out=None),
                is_selected=(asked.figure, asked.rep) == (figure.name, rep),
            )
            for figure in columns
        ]
        href = reverse("queue") + "?" + urlencode({"rep": rep}) if rep and rep != QUEUES else ""
        return GridRow(name, note, href, cells)

    earlier = before.groups if before else {}
    rows = [row(rep, names[rep], "", answer.groups[rep], earlier.get(rep)) for rep in reps]
    if None in answer.groups:
        rows.append(row(QUEUES, QUEUE, "time in queues, on no rep", answer.groups[None], earlier.get(None)))
    total = row(
        None, total_name(scope, asked), "each cycle once", answer.overall, before.overall if before else None
    )
    return Grid(
        asked.query(sort=None),
        [_column(figure, asked, scope.settings) for figure in columns],
        total,
        rows,
        answer.left_out,
    )


def _column(figure: Figure, asked: Asked, settings: ModelSettings) -> Column:
    up, down = figure.name, f"-{figure.name}"
    return Column(
        figure.name,
        *heading(figure, settings),
        asked.query(sort=up if asked.sort == down else down),
        {up: "ascending", down: "descending"}.get(asked.sort or "", ""),
    )
