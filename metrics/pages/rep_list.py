"""The people behind a number of the Rep page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.urls import reverse

from base.address import WrongAddress
from metrics import cursors
from metrics.behind import Row, behind, every_row
from metrics.definitions import BY_NAME
from metrics.habits import BY_WORD_OF_HABIT, only
from metrics.pages.lists import ListView
from metrics.pages.people_rows import behind_row, list_words
from metrics.pages.rep_address import RepAsked
from metrics.pages.scope import Scope
from metrics.query import State, ask, nothing
from metrics.report import names_of
from metrics.selection import By, Selection, period
from metrics.spec import Figure


def values_of(scope: Scope) -> dict[str, object]:
    """What the habits' conditions ask for besides the selection's values."""
    return {"auto_abandoned": list(scope.settings.reasons.auto_abandoned)}


@dataclass(frozen=True)
class Open:
    """What the open number is over, and its value."""

    figure: Figure
    selection: Selection
    by: By | None
    more: dict[str, object]


def open_asked(asked: RepAsked, rep: str, scope: Scope) -> Open:
    """What the open number is over. Raises WrongAddress where none is."""
    own = only(asked.selection(scope.reps), rep)
    if asked.habit is not None:
        habit = BY_WORD_OF_HABIT[asked.habit]
        return Open(habit.figure, own, habit.by, values_of(scope))
    if asked.figure is None:
        raise WrongAddress("The address names no number: open one of the page, then its CSV.")
    for step in asked.steps():
        if step.first == asked.step:
            start, end = period(step.first, step.until, asked.zone)
            own = replace(own, start=start, end=end)
    return Open(BY_NAME[asked.figure], own, By.REP, {})


def read_rep_list(asked: RepAsked, rep: str, scope: Scope, state: State) -> ListView | None:
    """The people behind the open number, one page of them; None where none is open."""
    if not asked.is_selecting:
        return None
    told = open_asked(asked, rep, scope)
    state = state.over(told.selection)
    group = rep if told.by else None
    try:
        found = behind(
            told.selection,
            told.figure,
            by=told.by,
            group=group,
            after=asked.after,
            state=state,
            more=told.more,
        )
    except cursors.WrongCursor as error:
        raise WrongAddress(str(error)) from error
    value: float | None = found.members / found.total if found.total else None
    left_out_link = left_out_href = ""
    if asked.figure is not None:
        answer = ask(told.selection, by=By.REP, figures=(told.figure,), state=state)
        value = answer.groups.get(rep, nothing((told.figure,)))[told.figure.name]
        if asked.step is None:
            left_out_link = f"{answer.left_out_of.get(rep, 0):,} under an exception in this period"
            left_out_href = asked.left_out_query(rep)
    return ListView(
        title=f"{names_of(By.REP, [rep])[rep]} · {told.figure.label}",
        here=reverse("rep") + asked.query(after=asked.after),
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


def rows_behind(asked: RepAsked, rep: str, scope: Scope) -> Iterator[Row]:
    """All the people behind the open number. Raises WrongAddress at once."""
    told = open_asked(asked, rep, scope)
    return every_row(told.selection, told.figure, by=told.by, group=rep if told.by else None, more=told.more)
