"""Who picks the cherries: whom a rep leaves, and whom a rep closes without a touch, by source and campaign (R090-R093).

Cycles stand under their first rep, as outcomes do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from metrics.compile import rows_sql
from metrics.definitions import BYPASSED, CYCLE_PICKED_UP, INBOUND, NOT_PRE_QUALIFICATION, STAYED
from metrics.query import State
from metrics.reasons import differs
from metrics.selection import Selection
from metrics.spec import Condition, Figure, Kind, Unit

BULK_S = 3600
"""Closed so soon after the assignment, many at once were looked at by nobody (R092)."""
LEFT, TOUCHLESS, BULK = "left", "touchless", "bulk"
AUTOMATIC = "automatic"
"""In an address: those who only ever got automatic touches (`only_automatic`)."""
_EXCEPTIONS = "people under an exception"
_LEFT = Condition("handling IN ('untouched', 'by_automation') AND waited_s > target_s")
_LEFT_OR_PICKED_UP = Condition(f"({CYCLE_PICKED_UP.sql}) OR ({_LEFT.sql})")
_TOUCHLESS = (BYPASSED, NOT_PRE_QUALIFICATION, STAYED)
_BULK = (*_TOUCHLESS, Condition(f"waited_s <= {BULK_S}"))
FIGURES = {
    LEFT: Figure(
        "pick_up", "Left lying", Kind.SHARE, Unit.SHARE,
        "never touched nor closed by a human past the promised time / those and the picked up",
        f"outbound, withdrawn, still inside the window, {_EXCEPTIONS}",
        counted=(_LEFT,), among=(INBOUND, STAYED, _LEFT_OR_PICKED_UP),
    ),
    TOUCHLESS: Figure(
        "pick_up", "Closed untouched", Kind.SHARE, Unit.SHARE,
        "closed by a human without a counted touch / assigned",
        f"closings for a pre-qualification reason, withdrawn, {_EXCEPTIONS}",
        counted=_TOUCHLESS, among=(STAYED,),
    ),
    BULK: Figure(
        "pick_up", "Closed untouched within the hour", Kind.COUNT, Unit.COUNT,
        "closed by a human without a counted touch at most an hour after the assignment",
        f"closings for a pre-qualification reason, withdrawn, {_EXCEPTIONS}",
        counted=_BULK, among=_BULK,
    ),
}  # fmt: skip


class Pair(NamedTuple):
    """How many count, of how many."""

    counts: int
    of: int

    @property
    def share(self) -> float:
        """Those that count of all; there must be some."""
        return self.counts / self.of

    def plus(self, other: Pair) -> Pair:
        """Both together."""
        return Pair(self.counts + other.counts, self.of + other.of)

    def less(self, other: Pair) -> Pair:
        """Without the other, which is part of it."""
        return Pair(self.counts - other.counts, self.of - other.of)


NONE = Pair(0, 0)


@dataclass(frozen=True)
class Tally:
    """A rep's cycles of a source and campaign: how many are in each figure's population, and how many count."""

    rep: str
    source: str | None
    campaign: str | None
    of: dict[str, int]
    counts: dict[str, int]


@dataclass(frozen=True)
class Cherry:
    """A rep and a source that stand out: the rep's share there, elsewhere, and of all other reps there."""

    what: str
    rep: str
    source: str | None
    counts: int
    of: int
    elsewhere: float
    others: float


@dataclass(frozen=True)
class Bulk:
    """Many that one rep closed untouched soon after they came, of one source and campaign; `of` all of theirs."""

    rep: str
    source: str | None
    campaign: str | None
    counts: int
    of: int


def count_picking(selection: Selection, state: State) -> list[Tally]:
    """Everything the page is made of, in one statement however many reps and sources there are."""
    columns = ", ".join(
        f"count(*) FILTER (WHERE {figure.population}),"
        f" count(*) FILTER (WHERE ({figure.population}) AND {figure.member})"
        for figure in FIGURES.values()
    )
    rows = rows_sql(selection, by=None, prefix=state.prefix)
    state.cursor.execute(
        f"SELECT rep, source, campaign, {columns} FROM ({rows}) found WHERE rep IS NOT NULL"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        state.values,
    )
    tallies = []
    for rep, source, campaign, *told in state.cursor.fetchall():
        of, counts = dict(zip(FIGURES, told[::2], strict=True)), dict(zip(FIGURES, told[1::2], strict=True))
        tallies.append(Tally(rep, source, campaign, of, counts))
    return tallies


def cherries(tallies: list[Tally], few: int) -> list[Cherry]:
    """Who leaves, or closes untouched, more of a source than of their others, and than the others of it (R091).

    Both by the two-proportion z of `differs`, and from `few` on all sides; the largest first.
    """
    found = []
    for what in (LEFT, TOUCHLESS):
        own: dict[tuple[str, str | None], Pair] = {}
        by_rep: dict[str, Pair] = {}
        by_source: dict[str | None, Pair] = {}
        for tally in tallies:
            pair = Pair(tally.counts[what], tally.of[what])
            own[tally.rep, tally.source] = own.get((tally.rep, tally.source), NONE).plus(pair)
            by_rep[tally.rep] = by_rep.get(tally.rep, NONE).plus(pair)
            by_source[tally.source] = by_source.get(tally.source, NONE).plus(pair)
        for (rep, source), pair in own.items():
            elsewhere, others = by_rep[rep].less(pair), by_source[source].less(pair)
            if (differs(*pair, *elsewhere, few) or 0) > 0 and (differs(*pair, *others, few) or 0) > 0:
                found.append(Cherry(what, rep, source, *pair, elsewhere.share, others.share))
    return sorted(found, key=lambda cherry: (-cherry.counts, cherry.what, cherry.rep))


def bulks(tallies: Iterable[Tally], few: int) -> list[Bulk]:
    """Where at least `few`, and at least half of a campaign's, were closed untouched within the hour (R092)."""
    found = [
        Bulk(tally.rep, tally.source, tally.campaign, tally.counts[BULK], tally.of[TOUCHLESS])
        for tally in tallies
        if tally.counts[BULK] >= few and 2 * tally.counts[BULK] >= tally.of[TOUCHLESS]
    ]
    return sorted(found, key=lambda bulk: (-bulk.counts, bulk.rep))
