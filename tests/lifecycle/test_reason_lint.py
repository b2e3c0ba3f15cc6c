"""What is wrong with reasons as words (R023, R031, R033)."""

from __future__ import annotations

import pytest

from leadmodel.lifecycle.reason_lint import catch_all, is_vague, lint, read_alike
from leadmodel.lifecycle.reasons import Reasons


@pytest.mark.parametrize(
    "reason",
    ["Not a fit", "NOT  A FIT", "not-a-fit", "No budget", "Bad lead / junk lead", "Other", "other reasons",
     "Other: see notes", "Budget / other", "Misc.", "N/A", "Unknown", "Junk", "Not interested"],
)  # fmt: skip
def test_r023_r031_catch_alls_are_vague(reason: str) -> None:
    assert is_vague(reason)


@pytest.mark.parametrize(
    "reason",
    ["Budget not available for 6+ months", "Under contract with another vendor", "Chose other vendor",
     "Junkyard owner", "Generalist, no buying role", "Product missing key feature for use case", "", "💼",
     "Not a prospect (student, job seeker)", "Incompatible systems"],
)  # fmt: skip
def test_what_somebody_can_check_is_not(reason: str) -> None:
    assert not is_vague(reason)


def test_the_lint_names_the_reason_and_its_place() -> None:
    told = Reasons.model_validate(
        {"nurture": ["No time", "no  time", "No budget"], "unqualified": ["Student"]}
    )

    vague, alike = lint(told)
    assert (vague.kind, vague.at, vague.sentence.split(":")[0]) == ("nurture", 2, "“No budget” is vague")
    assert (alike.kind, alike.at) == ("nurture", 1)
    assert alike.sentence == "“no  time” and “No time” differ only in case or space; keep one"
    assert read_alike(["A b", "a B", "ab ", "c"]) == [("A b", "a B"), ("A b", "ab ")]


def test_r033_the_share_of_catch_alls() -> None:
    told = catch_all({"Not a fit": 3, "Other": 5, "Student": 12})

    assert (told.reasons, told.used, told.dispositions, told.share) == (("Other", "Not a fit"), 8, 20, 0.4)
    assert catch_all({}).share is None
