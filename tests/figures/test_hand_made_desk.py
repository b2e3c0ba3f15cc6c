"""The hand-made desk: figures counted by hand, by the product and by the independent SQL are the same."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from metrics.query import ask
from metrics.report import build
from metrics.selection import By, Selection
from tests.figures.equality import differences
from tests.figures.world import DAY, HAND_MADE, MIDNIGHT

pytestmark = pytest.mark.usefixtures("desk")
SELECTION = Selection(start=DAY, end=MIDNIGHT, now=MIDNIGHT)


def told() -> Any:
    """What the product tells of the day."""
    answer = ask(SELECTION, by=By.REP)
    return build(answer, SELECTION, by=By.REP, first=DAY.date(), until=MIDNIGHT.date())


def test_the_figures_are_those_counted_by_hand() -> None:
    expected = json.loads((HAND_MADE / "expected.json").read_text())
    report = told()

    assert report["overall"] == {name: value for name, (value, _) in expected["all"].items()}
    for rep, figures in expected["by_rep"].items():
        counted = {name: value for name, (value, _) in figures.items()}
        assert {name: report["groups"][rep][name] for name in counted} == counted, rep
    assert report["left_out"] == expected["left_out"]


def test_the_independent_sql_tells_the_same_at_every_hour() -> None:
    for as_of in (None, *(DAY + timedelta(hours=hour) for hour in range(9, 16))):
        assert differences(DAY, MIDNIGHT, now=MIDNIGHT, as_of=as_of) == []
