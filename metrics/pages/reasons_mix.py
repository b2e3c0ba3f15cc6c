"""One disposition on the Reasons page: its reasons, and each rep's shares beside the rest of the team's. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse

from leadmodel.lifecycle.reason_lint import is_vague
from leadmodel.lifecycle.reasons import Reason
from leadmodel.lifecycle.stages import Stage
from metrics.pages.cells import Cell, make_cell
from metrics.pages.people_rows import Badge
from metrics.pages.reasons_address import ReasonsAsked
from metrics.pages.scope import Scope
from metrics.query import Values
from metrics.reasons import KINDS, LOST, NURTURE, SHARE, Tally, differs
from metrics.report import written
from metrics.spec import Unit

MOST = 40
"""Reasons a table shows; further ones are in the page's CSV."""
COLUMNS = 8
"""Reasons the reps are compared by: the most frequent."""
NO_REASON = "No reason given"


@dataclass(frozen=True)
class MixRow:
    """A reason of a disposition. `beside`: its share among everybody in sight, where a team is chosen."""

    name: str
    badges: list[Badge]
    program: str
    count: int
    href: str
    is_selected: bool
    share: Cell
    beside: str
    touchless: int
    touchless_href: str
    is_touchless_selected: bool


@dataclass(frozen=True)
class RepCell:
    """A rep's share of a reason. `words`: how it differs from the rest of the team; empty: not notably."""

    cell: Cell
    words: str


@dataclass(frozen=True)
class RepRow:
    """A rep's mix. `href`: the rep's queue."""

    name: str
    href: str
    count: int
    count_href: str
    is_selected: bool
    cells: list[RepCell]


@dataclass(frozen=True)
class Mix:
    """One disposition. `team` are the shares of all together for `columns`; `further`: reasons not shown."""

    kind: str
    label: str
    total: int
    href: str
    is_selected: bool
    rows: list[MixRow]
    further: int
    columns: list[str]
    team: list[Cell]
    reps: list[RepRow]


@dataclass(frozen=True)
class Counted:
    """Dispositions in the selection, in sight without its team, and in the period before (None: not compared)."""

    here: list[Tally]
    wide: list[Tally]
    before: list[Tally] | None


def read_mix(
    kind: str, asked: ReasonsAsked, scope: Scope, counted: Counted, names: dict[str | None, str]
) -> Mix:
    """The tables of a disposition; `names` are the reps'. Only who looks after others sees reps compared."""
    here = _of_kind(counted.here, kind)
    reader = _Reader(
        kind,
        asked,
        scope,
        by_reason=_by_reason(here),
        wide=_by_reason(_of_kind(counted.wide, kind)),
        before=None if counted.before is None else _by_reason(_of_kind(counted.before, kind)),
        touchless=_by_reason(tally for tally in here if tally.is_bypassed),
        pre_qualification=frozenset(tally.reason for tally in here if tally.is_pre_qualification),
    )
    order = sorted(
        reader.by_reason, key=lambda reason: (-reader.by_reason[reason], reason is None, reason or "")
    )
    by_rep: dict[str, Counter[str | None]] = {}
    for tally in here:
        if tally.rep is not None and scope.sees_nobodys:
            by_rep.setdefault(tally.rep, Counter())[tally.reason] += tally.cycles
    columns = order[:COLUMNS]
    return Mix(
        kind=kind,
        label=KINDS[kind],
        total=reader.by_reason.total(),
        href=reader.all_href(None),
        is_selected=reader.is_all_selected(None),
        rows=[reader.row(reason) for reason in order[:MOST]],
        further=max(0, len(order) - MOST),
        columns=[reader.shown(reason) for reason in columns],
        team=[reader.share(reason, reader.by_reason) for reason in columns],
        reps=[
            reader.rep(rep, names[rep], by_rep[rep], columns)
            for rep in sorted(by_rep, key=lambda rep: names[rep].casefold())
        ],
    )


def shown(scope: Scope, kind: str, reason: str) -> str:
    """What a reason is called on pages."""
    listed = _listed(scope, kind, reason)
    return listed.shown if listed is not None else reason


def _listed(scope: Scope, kind: str, reason: str) -> Reason | None:
    return scope.settings.reasons.listed(Stage.NURTURE if kind == LOST else Stage(kind), reason)


def _of_kind(tallies: list[Tally], kind: str) -> list[Tally]:
    return [tally for tally in tallies if tally.kind == kind]


def _by_reason(tallies: Iterable[Tally]) -> Counter[str | None]:
    found: Counter[str | None] = Counter()
    for tally in tallies:
        found[tally.reason] += tally.cycles
    return found


@dataclass(frozen=True)
class _Reader:
    """Makes the rows of one disposition's tables. The counters hold cycles by reason."""

    kind: str
    asked: ReasonsAsked
    scope: Scope
    by_reason: Counter[str | None]
    wide: Counter[str | None]
    before: Counter[str | None] | None
    touchless: Counter[str | None]
    pre_qualification: frozenset[str | None]

    def shown(self, reason: str | None) -> str:
        """What a reason is called here."""
        return NO_REASON if reason is None else shown(self.scope, self.kind, reason)

    def row(self, reason: str | None) -> MixRow:
        """A line of the mix."""
        listed = _listed(self.scope, self.kind, reason) if reason is not None else None
        return MixRow(
            name=self.shown(reason),
            badges=self._badges(reason),
            program=(listed.program or "") if listed is not None else "",
            count=self.by_reason[reason],
            href=self._chosen(reason, None, is_touchless=False).query(),
            is_selected=self.is_selected(reason),
            share=self.share(reason, self.by_reason, self.before),
            beside=written(self.wide[reason] / self.wide.total(), Unit.SHARE) if self.asked.team else "",
            touchless=self.touchless[reason],
            touchless_href=self._chosen(reason, None, is_touchless=True).query(),
            is_touchless_selected=self.is_selected(reason, is_touchless=True),
        )

    def rep(self, rep: str, name: str, own: Counter[str | None], columns: list[str | None]) -> RepRow:
        """A rep's shares, each against the rest of the team's."""
        whole, cells = own.total(), []
        for reason in columns:
            of_rest, rest = self.by_reason[reason] - own[reason], self.by_reason.total() - whole
            z = differs(own[reason], whole, of_rest, rest, self.scope.settings.few)
            words = "" if z is None else "more than the rest" if z > 0 else "less than the rest"
            cells.append(RepCell(self.share(reason, own, rep=rep), words))
        return RepRow(
            name=name,
            href=reverse("queue") + "?" + urlencode({"rep": rep}),
            count=whole,
            count_href=self.all_href(rep),
            is_selected=self.is_all_selected(rep),
            cells=cells,
        )

    def share(
        self,
        reason: str | None,
        counts: Counter[str | None],
        before: Counter[str | None] | None = None,
        *,
        rep: str | None = None,
    ) -> Cell:
        """A reason's share of `counts` as a cell, with its change since `before`."""
        return make_cell(
            SHARE,
            _share(reason, counts),
            None if before is None else _share(reason, before),
            settings=self.scope.settings,
            href=self._chosen(reason, rep, is_touchless=False).query(),
            is_selected=self.is_selected(reason, rep=rep),
        )

    def is_selected(self, reason: str | None, *, rep: str | None = None, is_touchless: bool = False) -> bool:
        """Whether the list below is behind this number."""
        return self._chosen(reason, rep, is_touchless=is_touchless).kept() == self.asked.kept()

    def all_href(self, rep: str | None) -> str:
        """The address of everybody closed so, or a rep's."""
        return self.asked.query(kind=self.kind, reason=None, show=None, untouched=False, rep=rep)

    def is_all_selected(self, rep: str | None) -> bool:
        """Whether the list below is behind that number."""
        return self.asked.kept() == {"kind": self.kind} | ({"rep": rep} if rep else {})

    def _badges(self, reason: str | None) -> list[Badge]:
        settings = self.scope.settings.reasons
        if reason is None:
            return []
        told = [
            (is_vague(reason), Badge("vague", "near")),
            (reason in self.pre_qualification, Badge("pre-qualification")),
            (self.kind == NURTURE and reason in settings.abandoned_by_rep, Badge("by the rep")),
            (self.kind == NURTURE and reason in settings.auto_abandoned, Badge("by automation")),
        ]
        return [badge for is_so, badge in told if is_so]

    def _chosen(self, reason: str | None, rep: str | None, *, is_touchless: bool) -> ReasonsAsked:
        return replace(
            self.asked,
            kind=self.kind,
            reason=reason,
            show="none" if reason is None else None,
            untouched=is_touchless,
            rep=rep,
        )


def _share(reason: str | None, counts: Counter[str | None]) -> Values:
    whole = counts.total()
    return {SHARE.name: counts[reason] / whole if whole else None, f"{SHARE.name}_of": whole}
