"""The number, the length of the list behind it, and its CSV are one: for every figure, overall and by rep."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from metrics.behind import behind, every_row
from metrics.definitions import BY_NAME, FIGURES
from metrics.query import Values, ask
from metrics.selection import By, Selection
from metrics.spec import Figure, Kind
from tests.figures.world import DAY, MIDNIGHT

pytestmark = pytest.mark.usefixtures("desk")
SELECTION = Selection(start=DAY, end=MIDNIGHT, now=MIDNIGHT)


def test_the_number_is_the_length_of_its_list() -> None:
    answer = ask(SELECTION, by=By.REP)
    asked: list[tuple[By | None, str | None, Values]] = [(None, None, answer.overall)]
    asked += [(By.REP, rep, values) for rep, values in answer.groups.items()]

    for figure in FIGURES:
        for by, group, values in asked:
            assert _length(figure, by, group) == _number(figure, values), (figure.name, group)


def _length(figure: Figure, by: By | None, group: str | None) -> tuple[float | None, float]:
    """What the list says: for counts and shares the value, for all the rows it rests on."""
    found = behind(SELECTION, figure, by=by, group=group)
    rows = list(every_row(SELECTION, figure, by=by, group=group))
    members = [row for row in rows if row.is_member]
    assert (found.total, found.members) == (len(rows), len(members))
    if figure.kind is Kind.COUNT:
        return len(members), len(rows)
    if figure.kind is Kind.SHARE and rows:
        return len(members) / len(rows), len(rows)
    return None, len(rows)


def _number(figure: Figure, values: Values) -> tuple[float | None, float]:
    total = values[f"{figure.name}_of"]
    assert total is not None
    is_counted = figure.kind in (Kind.COUNT, Kind.SHARE)
    return values[figure.name] if is_counted else None, total


@pytest.mark.parametrize("by", [None, By.REP])
def test_pages_lose_nobody_who_waits_on_while_they_are_turned(by: By | None) -> None:
    figure = BY_NAME["response_median_waiting_s"]
    groups = {} if by is None else ask(SELECTION, by=by).groups
    group = max(groups, key=lambda one: groups[one]["response_median_waiting_s_of"] or 0, default=None)
    whole = [(row.person_id, row.ordinal) for row in every_row(SELECTION, figure, by=by, group=group)]

    rows, after, now = [], None, MIDNIGHT
    while True:
        page = behind(replace(SELECTION, now=now), figure, by=by, group=group, after=after, limit=1)
        rows += [(row.person_id, row.ordinal) for row in page.rows]
        after, now = page.following, now + timedelta(minutes=7)
        if after is None:
            break

    assert len(whole) > 1
    assert rows == whole


def test_pages_of_a_list_are_the_whole_list() -> None:
    figure = FIGURES[0]
    whole = list(every_row(SELECTION, figure))

    rows, after = [], None
    while True:
        page = behind(SELECTION, figure, after=after, limit=7)
        rows += page.rows
        after = page.following
        if after is None:
            break

    assert rows == whole
    assert len(rows) == ask(SELECTION).overall["assigned"]
