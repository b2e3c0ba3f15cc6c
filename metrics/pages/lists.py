"""The people behind the selected cell or tile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from django.http import Http404
from django.urls import reverse

from base.address import WrongAddress
from leadmodel.directory import QUEUE
from leadmodel.pages.links import salesforce_address
from leadmodel.pages.marks import read_marks
from metrics import cursors
from metrics import now as present
from metrics.behind import Behind, Row, behind, every_row
from metrics.definitions import BY_NAME, LEFT_OUT
from metrics.now import Tile
from metrics.pages.address import QUEUES, Asked
from metrics.pages.people_rows import BehindRow, WaitingRow, behind_row, list_words, waiting_row
from metrics.pages.scope import Scope, total_name
from metrics.query import Answer, State, ask, using
from metrics.report import names_of
from metrics.selection import By, Selection
from metrics.spec import Figure


@dataclass(frozen=True)
class ListView:
    """The people behind the selected cell or tile, one page of them. `here`: its address; `is_past`: no clock ticks.

    `left_out_link`: how many exceptions leave out of it, opening at `left_out_href`; empty where it is that list.
    """

    title: str
    here: str
    is_past: bool
    sentence: str
    left_out: str
    left_out_link: str
    left_out_href: str
    anchor: str
    csv_href: str
    behind: list[BehindRow]
    waiting: list[WaitingRow]
    total: int
    next_href: str
    first_href: str


@dataclass(frozen=True)
class Open:
    """What an open number is over: its figure, whose rows, and what the figure's conditions ask for besides."""

    figure: Figure
    selection: Selection
    by: By | None = None
    group: str | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    def rows(self) -> Iterator[Row]:
        """All rows behind it."""
        return every_row(self.selection, self.figure, by=self.by, group=self.group, more=self.more)

    def page(self, asked: Asked, state: State) -> Behind:
        """One page of them. Raises WrongAddress for a place that is none."""
        try:
            return behind(
                self.selection, self.figure, by=self.by, group=self.group, after=asked.after,
                state=state.over(self.selection), more=self.more,
            )  # fmt: skip
        except cursors.WrongCursor as error:
            raise WrongAddress(str(error)) from error

    def value(self, answer: Answer) -> float | None:
        """The figure of whose number it is, as the page told it; None where there is nothing."""
        values = answer.groups.get(self.group) if self.by else answer.overall
        return values.get(self.figure.name) if values else None


def view_list(
    asked: Asked,
    scope: Scope,
    told: Open,
    found: Behind,
    *,
    page: str,
    whose: str,
    value: float | None,
    left_out: tuple[str, str] = ("", ""),
) -> ListView:
    """A page of the rows behind a number of the page named `page`. `left_out`: how many, in words, and where."""
    figure, (left_out_link, left_out_href) = told.figure, left_out
    return ListView(
        title=f"{whose} · {figure.label}",
        here=reverse(page) + asked.query(after=asked.after),
        is_past=asked.is_past,
        sentence=f"{list_words(figure, value, found.total, found.members)} Counts {figure.counts}.",
        left_out=f"Left out: {figure.leaves_out}.",
        left_out_link=left_out_link,
        left_out_href=left_out_href,
        anchor=figure.name,
        csv_href="rows.csv" + asked.query(),
        behind=[behind_row(row, now=asked.now, zone=scope.zone, past=asked.past()) for row in found.rows],
        waiting=[],
        total=found.total,
        next_href=asked.query(after=found.following) if found.following else "",
        first_href=asked.query() if asked.after else "",
    )


def left_out_words(number: int) -> str:
    """How many exceptions leave out of a number."""
    return f"{number:,} under an exception in this period"


def read_list(
    asked: Asked, scope: Scope, *, state: State | None = None, told: Answer | None = None
) -> ListView | None:
    """The list the address selects, one page of it; None where it selects nothing.

    `state` is the selection's, where it is at hand; `told` are figures per rep that were asked for already.
    """
    if asked.left_out is not None:
        with using(asked.selection(scope.reps), state) as found:
            return _behind_list(asked, scope, LEFT_OUT, found, None)
    if asked.tile is not None:
        return _tile_list(asked, scope, present.BY_NAME[asked.tile])
    if asked.figure is not None:
        with using(asked.selection(scope.reps), state) as found:
            return _behind_list(asked, scope, BY_NAME[asked.figure], found, told)
    return None


def group_asked(asked: Asked, scope: Scope) -> tuple[By | None, str | None]:
    """How rows are split and whose are asked for. Raises Http404 for a rep the viewer may not see."""
    if asked.rep is None:
        return None, None
    if asked.rep == QUEUES:
        if scope.reps is not None:
            raise Http404("Queues together are shown to operations only.")
        return By.REP, None
    if not scope.may_see(asked.rep):
        raise Http404("There is no such rep among those you may see.")
    return By.REP, asked.rep


def _behind_list(asked: Asked, scope: Scope, figure: Figure, state: State, told: Answer | None) -> ListView:
    by, group = group_asked(asked, scope)
    opened = Open(figure, asked.selection(scope.reps), by, group)
    found, whose = opened.page(asked, state), rep_name(asked, scope)
    if figure.of_left_out:
        view = view_list(asked, scope, opened, found, page="team", whose=whose, value=found.total)
        return replace(view, anchor="exceptions")
    answer = told if told and figure.name in told.overall else None
    answer = answer or ask(opened.selection, by=by, figures=(figure,), state=state)
    number = answer.left_out_of.get(group, 0) if by else answer.left_out
    left_out = (left_out_words(number), asked.left_out_query(rep=asked.rep))
    value = opened.value(answer)
    return view_list(asked, scope, opened, found, page="team", whose=whose, value=value, left_out=left_out)


def rep_name(asked: Asked, scope: Scope) -> str:
    """Whose number the list is behind."""
    if asked.rep is None:
        return total_name(scope, asked)
    return QUEUE if asked.rep == QUEUES else names_of(By.REP, [asked.rep])[asked.rep]


def tile_rows(asked: Asked, scope: Scope, tile: Tile) -> list[present.OpenRow]:
    """All people a tile speaks of. Raises Http404 for a tile that is not the viewer's, and WrongAddress."""
    with present.moment(asked.now, scope.reps, as_of=asked.as_of, known_by=asked.known_by) as at:
        return _tile_rows(asked, scope, tile, at, limit=None)


def _tile_rows(
    asked: Asked, scope: Scope, tile: Tile, at: present.Moment, *, limit: int | None
) -> list[present.OpenRow]:
    if tile.name == "nobodys" and not scope.sees_nobodys:
        raise Http404("People whom nobody holds are shown to managers and operations only.")
    reps, with_nobodys = _whose(asked, scope)
    try:
        return present.list_tile(at, reps, tile, with_nobodys=with_nobodys, after=asked.after, limit=limit)
    except cursors.WrongCursor as error:
        raise WrongAddress(str(error)) from error


def _whose(asked: Asked, scope: Scope) -> tuple[frozenset[str] | None, bool]:
    """Whose people a tile's list shows, and whether nobody's too. Raises Http404 for a rep the viewer may not see."""
    if asked.rep is None:
        return scope.reps, scope.sees_nobodys
    if asked.rep == QUEUES or not scope.may_see(asked.rep):
        raise Http404("There is no such rep among those you may see.")
    return frozenset({asked.rep}), False


def _tile_list(asked: Asked, scope: Scope, tile: Tile) -> ListView:
    with present.moment(asked.now, scope.reps, as_of=asked.as_of, known_by=asked.known_by) as at:
        rows = _tile_rows(asked, scope, tile, at, limit=cursors.PAGE + 1)
        reps, with_nobodys = _whose(asked, scope)
        counts = present.count_tiles(at, reps, tiles=(tile,), with_nobodys=with_nobodys)
    total = counts[tile.name]
    whose = f"{rep_name(asked, scope)} · " if asked.rep is not None else ""
    shown, salesforce = rows[: cursors.PAGE], salesforce_address()
    # the past is looked at, not acted on
    marks = {} if asked.is_past else read_marks(scope.user, [row.person_id for row in shown], now=asked.now)
    return ListView(
        title=f"{whose}{'Then' if asked.is_past else 'Now'} · {tile.label}",
        here=reverse("team") + asked.query(after=asked.after),
        is_past=asked.is_past,
        sentence=f"{total:,} of them: {tile.words}.",
        left_out="Left out: people under an exception, and deleted ones. Filters do not apply to the Now strip.",
        left_out_link="",
        left_out_href="",
        anchor="now",
        csv_href="now.csv" + asked.query(),
        behind=[],
        waiting=[
            replace(
                waiting_row(
                    row,
                    salesforce=salesforce,
                    now=at.instant,
                    zone=scope.zone,
                    past=asked.past(),
                ),
                marks=marks.get(row.person_id),
            )
            for row in shown
        ],
        total=total,
        next_href=asked.query(after=present.place(shown[-1])) if len(rows) > cursors.PAGE else "",
        first_href=asked.query() if asked.after else "",
    )
