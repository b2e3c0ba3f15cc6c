"""The people behind a number of the Rep page."""

from __future__ import annotations

from dataclasses import replace

from base.address import WrongAddress
from metrics.definitions import BY_NAME
from metrics.habits import BY_WORD_OF_HABIT, only
from metrics.pages.lists import ListView, Open, left_out_words, view_list
from metrics.pages.rep_address import RepAsked
from metrics.pages.scope import Scope
from metrics.query import State, ask, nothing
from metrics.report import names_of
from metrics.selection import By, period


def values_of(scope: Scope) -> dict[str, object]:
    """What the habits' conditions ask for besides the selection's values."""
    return {"auto_abandoned": list(scope.settings.reasons.auto_abandoned)}


def open_asked(asked: RepAsked, rep: str, scope: Scope) -> Open:
    """What the open number is over. Raises WrongAddress where none is."""
    own = only(asked.selection(scope.reps), rep)
    if asked.habit is not None:
        habit = BY_WORD_OF_HABIT[asked.habit]
        return Open(habit.figure, own, habit.by, rep if habit.by else None, values_of(scope))
    if asked.figure is None:
        raise WrongAddress("The address names no number: open one of the page, then its CSV.")
    for step in asked.steps():
        if step.first == asked.step:
            start, end = period(step.first, step.until, asked.zone)
            own = replace(own, start=start, end=end)
    return Open(BY_NAME[asked.figure], own, By.REP, rep)


def read_rep_list(asked: RepAsked, rep: str, scope: Scope, state: State) -> ListView | None:
    """The people behind the open number, one page of them; None where none is open."""
    if not asked.is_selecting:
        return None
    told = open_asked(asked, rep, scope)
    found, whose = told.page(asked, state), names_of(By.REP, [rep])[rep]
    if asked.figure is None:
        share = found.members / found.total if found.total else None
        return view_list(asked, scope, told, found, page="rep", whose=whose, value=share)
    answer = ask(told.selection, by=By.REP, figures=(told.figure,), state=state.over(told.selection))
    value = answer.groups.get(rep, nothing((told.figure,)))[told.figure.name]
    left_out = ("", "")
    if asked.step is None:
        left_out = (left_out_words(answer.left_out_of.get(rep, 0)), asked.left_out_query(rep=rep))
    return view_list(asked, scope, told, found, page="rep", whose=whose, value=value, left_out=left_out)
