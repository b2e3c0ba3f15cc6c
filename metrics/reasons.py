"""Why cycles ended: one count of the figures' own relation by disposition, reason and rep, and the rows behind a part.

A cycle is told under its first rep and team, as outcomes are (M12, K9).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from leadmodel.lifecycle.reason_lint import is_vague
from leadmodel.lifecycle.reasons import Reasons
from metrics.compile import rows_sql
from metrics.query import State
from metrics.selection import Selection
from metrics.spec import Condition, Figure, Kind, Unit

NURTURE, UNQUALIFIED, LOST = "nurture", "unqualified", "lost"
KINDS = {NURTURE: "Nurture", UNQUALIFIED: "Unqualified", LOST: "Lost after qualified"}
"""How a cycle with a reason ended: as it counts, or qualified and amended since (M8, M14)."""
_KIND = f"""CASE WHEN outcome IN ('{NURTURE}', '{UNQUALIFIED}') THEN outcome
                WHEN outcome = 'qualified' AND latest_kind IN ('{NURTURE}', '{UNQUALIFIED}') THEN '{LOST}' END"""
Z = 2.58
"""Beyond so many standard errors two shares differ by more than chance: once in a hundred where nothing differs."""
_EXCEPTIONS = "people under an exception"


@dataclass(frozen=True)
class Tally:
    """How many cycles ended alike."""

    kind: str
    reason: str | None
    rep: str | None
    team: str | None
    is_bypassed: bool
    is_pre_qualification: bool
    cycles: int


@dataclass(frozen=True)
class Part:
    """Some of the dispositions: every condition given holds. `reasons`: one of them; () means: no reason given."""

    kind: str | None = None
    reasons: tuple[str, ...] | None = None
    is_bypassed: bool = False
    rep: str | None = None

    def holds(self, tally: Tally) -> bool:
        """Whether these cycles belong to it."""
        return (
            (self.kind is None or tally.kind == self.kind)
            and (self.reasons is None or tally.reason in (self.reasons or (None,)))
            and (tally.is_bypassed or not self.is_bypassed)
            and (self.rep is None or tally.rep == self.rep)
        )

    def of(self, tallies: Iterable[Tally]) -> int:
        """How many cycles belong to it."""
        return sum(tally.cycles for tally in tallies if self.holds(tally))


def count_reasons(selection: Selection, state: State, *, excluded: bool = False) -> list[Tally]:
    """Every disposition of the selection, the most frequent first: one statement however many reasons and reps.

    `excluded` counts those that exceptions leave out instead (M16).
    """
    rows = rows_sql(selection, by=None, prefix=state.prefix, excluded=excluded)
    state.cursor.execute(
        f"SELECT kind, reason, rep, team, is_bypassed, is_pre_qualification, count(*) FROM"
        f" (SELECT {_KIND} AS kind, found.* FROM ({rows}) found) ended"
        " WHERE kind IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 7 DESC, 1, 2, 3, 4, 5, 6",
        state.values,
    )
    return [Tally(*row) for row in state.cursor.fetchall()]


def narrowed(selection: Selection, part: Part) -> Selection:
    """The selection of a part: that of its rep, who must be one the viewer may see."""
    return selection if part.rep is None else replace(selection, reps=frozenset({part.rep}))


def figure_of(part: Part, label: str) -> tuple[Figure, Mapping[str, object]]:
    """A part as a figure over the same relation, and the values its predicate asks for (`behind(more=…)`)."""
    conditions = [f"{_KIND} IS NOT NULL" if part.kind is None else f"{_KIND} = %(kind)s"]
    if part.reasons is not None:
        conditions.append("reason = ANY(%(reasons)s)" if part.reasons else "reason IS NULL")
    if part.is_bypassed:
        conditions.append("is_bypassed")
    counted = tuple(Condition(condition) for condition in conditions)
    figure = Figure(
        "reasons",
        label,
        Kind.COUNT,
        Unit.COUNT,
        "cycles that began in the period, by how they ended and the reason as it stood then; per rep, under the"
        " cycle's first rep",
        _EXCEPTIONS,
        counted=counted,
        among=counted,
    )
    return figure, {"kind": part.kind, "reasons": list(part.reasons or ())}


SHARE = Figure(
    "reasons",
    "Share",
    Kind.SHARE,
    Unit.SHARE,
    "ended with the reason / ended so",
    _EXCEPTIONS,
)
"""A reason's share of a disposition, for cells and trends."""


def parts(reasons: Reasons, tallies: Iterable[Tally]) -> dict[str, tuple[str, str, Part]]:
    """What the strip tells apart, by its word in an address: label, what it is in words, and the part.

    Vague are the reasons in use that say nothing one could check (R023, R031).
    """
    vague = {tally.reason for tally in tallies if tally.reason is not None and is_vague(tally.reason)}
    return {
        "abandoned_by_rep": (
            "Abandoned by rep",
            f"nurture for {_listed(reasons.abandoned_by_rep)}: the rep gave up",
            Part(NURTURE, reasons.abandoned_by_rep),
        ),
        "auto_abandoned": (
            "Auto-abandoned",
            f"nurture for {_listed(reasons.auto_abandoned)}: automation gave up",
            Part(NURTURE, reasons.auto_abandoned),
        ),
        "untouched": (
            "Closed untouched",
            "closed by a human without a counted touch, for whatever reason",
            Part(is_bypassed=True),
        ),
        "vague": (
            "Vague reasons",
            "closed for a reason that nobody can check later",
            Part(reasons=tuple(sorted(vague)) or ("",)),
        ),
        "none": ("No reason given", "closed without a reason", Part(reasons=())),
        "segmented": (
            "Told apart",
            f"closed for {_listed(reasons.segmented) or 'a reason that settings tell apart'}",
            Part(reasons=reasons.segmented or ("",)),
        ),
    }


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def differs(part: int, whole: int, of_rest: int, rest: int, few: int) -> float | None:
    """The two-proportion z of `part` of `whole` against `of_rest` of the `rest` of the team, where it is notable.

    None where fewer than `few` stand on a side, where nothing varies, or where chance explains it.
    """
    if min(whole, rest) < few:
        return None
    pooled = (part + of_rest) / (whole + rest)
    spread = pooled * (1 - pooled) * (1 / whole + 1 / rest)
    z = (part / whole - of_rest / rest) / math.sqrt(spread) if spread > 0 else 0.0
    return z if abs(z) >= Z else None
