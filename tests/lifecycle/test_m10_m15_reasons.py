"""M8, M10, M15: what reasons are offered when, and what they mean."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from leadmodel.lifecycle.reasons import Reason, Reasons
from leadmodel.lifecycle.stages import Stage

MARCH, JUNE = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
DATED = {
    "name": "Freeze",
    "label": "Hiring freeze",
    "since": "2026-03-01T00:00:00Z",
    "until": "2026-06-01T00:00:00Z",
}


def reasons(**told: Any) -> Reasons:
    return Reasons.model_validate(told)


def offered(told: Reasons, kind: Stage, at: datetime) -> list[str]:
    return [reason.name for reason in told.offered(kind, at)]


def test_m08_a_reason_is_offered_from_since_until_before_until() -> None:
    told = reasons(unqualified=["Competitor", DATED])
    just_before = datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)

    assert offered(told, Stage.UNQUALIFIED, just_before) == ["Competitor"]
    assert offered(told, Stage.UNQUALIFIED, MARCH) == ["Competitor", "Freeze"]
    assert offered(told, Stage.UNQUALIFIED, JUNE) == ["Competitor"]
    assert [reason.shown for reason in told.unqualified] == ["Competitor", "Hiring freeze"]


def test_m15_abandoned_by_rep_is_always_offered_and_auto_abandoned_never() -> None:
    assert offered(reasons(nurture=["No time"]), Stage.NURTURE, MARCH) == ["No time", "Abandoned by rep"]
    named = reasons(nurture=["No answer", "No time"], abandoned_by_rep=["No answer"])
    assert offered(named, Stage.NURTURE, MARCH) == ["No answer", "No time"]
    retired = reasons(nurture=[DATED, "No time"], abandoned_by_rep=["Freeze"])
    assert offered(retired, Stage.NURTURE, JUNE) == ["No time", "Freeze"]
    in_use = reasons().with_built_in(Stage.NURTURE, (Reason(name=one) for one in ("Auto-abandoned", "Late")))
    assert [reason.name for reason in in_use] == ["Late", "Abandoned by rep"]


def test_m10_pre_qualification_holds_while_the_reason_does_and_for_its_disposition() -> None:
    told = reasons(unqualified=[{**DATED, "pre_qualification": True}, "Competitor"], nurture=["Freeze"])

    assert told.is_pre_qualification(Stage.UNQUALIFIED, "Freeze", MARCH)
    assert not told.is_pre_qualification(Stage.UNQUALIFIED, "Freeze", JUNE)
    assert not told.is_pre_qualification(Stage.NURTURE, "Freeze", MARCH)
    assert not told.is_pre_qualification(Stage.UNQUALIFIED, "Competitor", MARCH)
    assert not told.is_pre_qualification(None, None, None)


def test_what_was_written_is_written_again_as_short_as_it_came() -> None:
    told = reasons(nurture=["No time", DATED], unqualified=[{"name": "Student", "pre_qualification": True}])
    written = told.model_dump(mode="json")

    assert written["nurture"] == ["No time", DATED]
    assert written["unqualified"] == [{"name": "Student", "pre_qualification": True}]
    assert Reasons.model_validate(written) == told


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"nurture": [False]}, "False is no reason; write a text in quotes"),
        ({"nurture": [" "]}, "is empty; write the value as Salesforce has it"),
        ({"nurture": [{**DATED, "until": "2026-03-01T00:00:00Z"}]}, "turn the two round"),
        ({"nurture": [{**DATED, "since": "2026-03-01T00:00:00"}]}, "needs a zone"),
        ({"nurture": ["Freeze", DATED]}, "“Freeze” stands twice under nurture at the same time"),
        ({"nurture": ["Auto-abandoned"]}, "stands under nurture and auto_abandoned"),
        ({"auto_abandoned": ["Abandoned by rep"]}, "stands under abandoned_by_rep and auto_abandoned"),
        ({"abandoned_by_rep": []}, "at least 1 item"),
        ({"auto_abandoned": []}, "at least 1 item"),
    ],
)  # fmt: skip
def test_a_contradiction_is_refused_in_a_sentence(told: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match="1 validation error") as refused:
        reasons(**told)
    assert said in str(refused.value)


def test_one_reason_may_mean_something_else_from_a_day_on() -> None:
    later = {"name": "Freeze", "since": "2026-06-01T00:00:00Z", "pre_qualification": True}
    told = reasons(nurture=[DATED, later])

    assert [told.is_pre_qualification(Stage.NURTURE, "Freeze", at) for at in (MARCH, JUNE)] == [False, True]
