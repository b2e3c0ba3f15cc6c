"""R067: who was chosen to take somebody over is looked at once more before it is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from leadmodel.lifecycle.reassignment import Reassignment, ReassignmentRule
from leadmodel.lifecycle.routing import Candidate, Skip, why_no_more
from tests.lifecycle.test_r067_routing import BOB, EVE


@pytest.mark.parametrize(
    ("chosen", "rules", "more", "why_not"),
    [
        (BOB, {}, 0, None),
        (replace(BOB, is_at_work=False), {}, 0, None),
        (EVE, {}, 0, Skip.NOT_LISTED),
        (EVE, {"to_teams": ["West"]}, 0, None),
        (BOB, {"reps": ["Carol"]}, 0, Skip.NOT_LISTED),
        (replace(BOB, is_active=False), {}, 0, Skip.INACTIVE),
        (replace(BOB, is_absent=True), {}, 0, Skip.ABSENT),
        (replace(BOB, open_cycles=2), {"capacity": 3}, 0, None),
        (replace(BOB, open_cycles=2), {"capacity": 3}, 1, Skip.FULL),
        (replace(BOB, given_today=2), {"each_a_day": 3}, 0, None),
        (replace(BOB, given_today=2), {"each_a_day": 3}, 1, Skip.DAY_FULL),
    ],
)
def test_who_was_chosen_is_looked_at_once_more(
    chosen: Candidate, rules: dict[str, Any], more: int, why_not: Skip | None
) -> None:
    assert why_no_more(chosen, Reassignment(**rules), "East", more) == why_not


def test_the_ledger_calls_a_manner_by_its_name() -> None:
    rules = Reassignment(rules=(ReassignmentRule(name="Demo requests", sources=("Web",), reps=("Bob",)),))
    assert rules.called("otherwise") is rules
    assert rules.called("Demo requests") is rules.rules[0]
    assert rules.called("Trade show") is None
