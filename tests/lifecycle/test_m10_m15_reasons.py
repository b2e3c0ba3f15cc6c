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
    assert told.is_pre_qualification(None, None, None) is False


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
        (
            {"nurture": ["B", "A", "C"], "auto_abandoned": ["C", "B"]},
            "“B” stands under nurture and auto_abandoned",
        ),
        ({"abandoned_by_rep": []}, "at least 1 item"),
        ({"auto_abandoned": []}, "at least 1 item"),
    ],
)  # fmt: skip
def test_a_contradiction_is_refused_in_a_sentence(told: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match="1 validation error") as refused:
        reasons(**told)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ((None, None), (3, 4), True),
        ((None, 3), (3, None), False),
        ((None, 4), (3, None), True),
        ((None, 3), (None, 9), True),
        ((3, None), (None, None), True),
        ((3, None), (5, 6), True),
        ((3, None), (None, 3), False),
        ((3, 6), (5, 9), True),
        ((3, 6), (6, 9), False),
        ((3, 4), (4, None), False),
        ((3, 4), (3, None), True),
        ((3, 9), (4, 5), True),
    ],
)
def test_the_same_reason_may_stand_twice_where_one_ends_before_the_other_begins(
    first: tuple[int | None, int | None], second: tuple[int | None, int | None], overlap: bool
) -> None:
    """Each from a month until before another; in whichever order the file has them."""
    told: list[dict[str, Any]] = [
        {"name": "Freeze"}
        | {
            key: f"2026-0{month}-01T00:00:00Z"
            for key, month in zip(("since", "until"), dates, strict=True)
            if month
        }
        for dates in (first, second)
    ]
    for listed in (told, told[::-1]):
        if overlap:
            with pytest.raises(
                ValidationError, match="“Freeze” stands twice under unqualified at the same time"
            ):
                reasons(unqualified=listed)
        else:
            assert len(reasons(unqualified=listed).unqualified) == 2


def test_each_disposition_has_its_field_and_its_list() -> None:
    told = reasons(
        nurture_field="Nurture__c", unqualified_field="Why__c", nurture=["Late"], unqualified=["Spam"]
    )
    assert [told.field_of(kind) for kind in Stage] == [None, None, None, None, "Nurture__c", "Why__c"]
    assert offered(told, Stage.UNQUALIFIED, MARCH) == ["Spam"]
    assert offered(reasons(), Stage.NURTURE, MARCH) == [], "nothing is listed: those in use stand in"


def test_r032_reasons_told_apart_are_those_of_either_disposition_whenever_in_force() -> None:
    told = reasons(
        nurture=["Late", {"name": "Wrong buyer", "segmented": True}],
        unqualified=[{**DATED, "segmented": True}, "Wrong buyer", {"name": "Budget", "segmented": True}],
    )
    assert told.segmented == ("Budget", "Freeze", "Wrong buyer")


def test_a_reason_is_what_the_settings_last_said_of_it() -> None:
    later = {"name": "Freeze", "label": "Budget freeze", "since": "2026-06-01T00:00:00Z"}
    told = reasons(nurture=[DATED, later, "Late"], unqualified=["Spam"])
    found = told.listed(Stage.NURTURE, "Freeze")
    assert found is not None
    assert found.shown == "Budget freeze"
    assert told.listed(Stage.NURTURE, "Spam") is None


def test_one_reason_may_mean_something_else_from_a_day_on() -> None:
    later = {"name": "Freeze", "since": "2026-06-01T00:00:00Z", "pre_qualification": True}
    told = reasons(nurture=[DATED, later])

    assert [told.is_pre_qualification(Stage.NURTURE, "Freeze", at) for at in (MARCH, JUNE)] == [False, True]
