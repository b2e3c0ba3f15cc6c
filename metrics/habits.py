"""What a rep is used to do, beside all others: shares of the figures' own relation, each opened by its own conditions.

Cycles stand under their first rep, as outcomes do; times to an answer are those of spans that waited (M12).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from metrics.compile import rows_sql
from metrics.definitions import ANSWERED, BY_NAME, HAS_TOUCHES, STAYED
from metrics.picking import FIGURES as PICKING
from metrics.picking import LEFT, NONE, TOUCHLESS, Pair
from metrics.query import State
from metrics.response import BY_WORD, TAKING
from metrics.selection import By, Selection
from metrics.spec import All, Condition, Figure, Kind, Unit

_EXCEPTIONS = "people under an exception"
_GIVEN_UP = Condition("outcome IN ('nurture', 'unqualified')")
_ATTEMPTS = ((0, 0), (1, 1), (2, 2), (3, 4), (5, 8), (9, None))
"""Touches from and to; None: and more."""
AUTOMATIC = Condition("outcome = 'nurture' AND reason = ANY(%(auto_abandoned)s)")
"""Given up by automation (M15); asks for the settings' reasons as `auto_abandoned`."""


@dataclass(frozen=True)
class Habit:
    """A share of one rep's rows. `word` stands in addresses; `by` says which relation: cycles, or spans per rep."""

    word: str
    figure: Figure
    by: By | None = None


def _share(label: str, counts: str, leaves_out: str, counted: All, among: All) -> Figure:
    return Figure(
        "rep", label, Kind.SHARE, Unit.SHARE, counts, f"{leaves_out}, {_EXCEPTIONS}", counted=counted, among=among
    )  # fmt: skip


def _attempts(least: int, most: int | None) -> Figure:
    label = str(least) if least == most else f"{least} to {most}" if most else f"{least} or more"
    within = f"touch_count >= {least}" + ("" if most is None else f" AND touch_count <= {most}")
    return _share(
        f"{label} {'touch' if label == '1' else 'touches'}",
        "closed as nurture or unqualified after so many counted touches, anybody's / closed so",
        "qualified, open, withdrawn",
        (Condition(within),),
        (STAYED, _GIVEN_UP),
    )


def _outcome(outcome: str) -> Figure:
    return _share(
        outcome.capitalize(), f"{outcome} / assigned", "withdrawn", (Condition(f"outcome = '{outcome}'"),), (STAYED,)
    )  # fmt: skip


def _took(word: str) -> Figure:
    part = BY_WORD[word]
    return _share(
        part.label, f"{part.counts} / answered", "outbound, bypassed, still waiting", part.counted, ANSWERED
    )


_HABITS = {
    "in_time": BY_NAME["sla_attainment"],
    "left": PICKING[LEFT],
    "touchless": PICKING[TOUCHLESS],
    "once": _share(
        "Given up after one touch",
        "closed as nurture or unqualified after a single counted touch / closed so after at least one",
        "untouched, qualified, open, withdrawn",
        (Condition("touch_count = 1"),),
        (STAYED, _GIVEN_UP, HAS_TOUCHES),
    ),
    "automatic": _share(
        "Given up by automation",
        "closed by automation after a touch, because nothing went on / touched",
        "untouched, withdrawn",
        (AUTOMATIC,),
        (STAYED, HAS_TOUCHES),
    ),
    "qualified": BY_NAME["qualified_rate"],
    "lost": _share(
        "Lost after qualified",
        "qualified, and nurture or unqualified since / qualified",
        "ended otherwise, open",
        (Condition("latest_kind IN ('nurture', 'unqualified')"),),
        (Condition("outcome = 'qualified'"),),
    ),
}
HABITS, ATTEMPTS, OUTCOMES, TIMES = "habits", "attempts", "outcomes", "times"
SECTIONS: Mapping[str, tuple[Habit, ...]] = {
    HABITS: tuple(Habit(f"habit.{name}", figure) for name, figure in _HABITS.items()),
    TIMES: tuple(Habit(word, _took(word), By.REP) for word in TAKING),
    ATTEMPTS: tuple(Habit(f"touches.{least}", _attempts(least, most)) for least, most in _ATTEMPTS),
    OUTCOMES: tuple(
        Habit(f"ended.{outcome}", _outcome(outcome))
        for outcome in ("qualified", "nurture", "unqualified", "open")
    ),
}
BY_WORD_OF_HABIT = {habit.word: habit for habits in SECTIONS.values() for habit in habits}


@dataclass(frozen=True)
class Beside:
    """A share of the rep, and of all others together."""

    own: Pair
    others: Pair


def count_habits(
    selection: Selection, rep: str, state: State, more: Mapping[str, object]
) -> dict[str, Beside]:
    """Every habit of a rep and of all others in the selection, by its word: a statement for each relation."""
    found: dict[str, Beside] = {}
    for by in (None, By.REP):
        habits = [habit for habit in BY_WORD_OF_HABIT.values() if habit.by is by]
        columns = ", ".join(
            f"count(*) FILTER (WHERE ({habit.figure.population}) AND {habit.figure.member}),"
            f" count(*) FILTER (WHERE {habit.figure.population})"
            for habit in habits
        )
        rows = rows_sql(selection, by=by, prefix=state.prefix)
        state.cursor.execute(
            f"SELECT rep = %(rep)s, {columns} FROM ({rows}) found WHERE rep IS NOT NULL GROUP BY 1",
            state.values | {"rep": rep, **more},
        )
        told = {is_own: numbers for is_own, *numbers in state.cursor.fetchall()}
        for at, habit in enumerate(habits):
            own, others = (
                Pair(*told[side][2 * at : 2 * at + 2]) if side in told else NONE for side in (True, False)
            )
            found[habit.word] = Beside(own, others)
    return found


def only(selection: Selection, rep: str) -> Selection:
    """The selection narrowed to a rep, who must be one the viewer may see."""
    return replace(selection, reps=frozenset({rep}))
