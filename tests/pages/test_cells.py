"""A cell: its value, what it rests on, how it stands against its target and against the period before."""

from __future__ import annotations

import pytest

from leadmodel.settings_store import SHIPPED
from metrics.definitions import BY_NAME
from metrics.pages.cells import Cell, make_cell, target_words
from metrics.query import Values


def cell(name: str, value: float | None, number: int, before: Values | None = None) -> Cell:
    return make_cell(
        BY_NAME[name],
        {name: value, f"{name}_of": number},
        before,
        settings=SHIPPED,
        href="?",
        is_selected=False,
    )


@pytest.mark.parametrize(
    ("name", "value", "tone", "at"),
    [
        ("pick_up_rate", 0.95, "good", 60),
        ("pick_up_rate", 1.0, "good", 63),
        ("pick_up_rate", 0.949, "near", 60),
        ("pick_up_rate", 0.855, "near", 54),
        ("pick_up_rate", 0.854, "bad", 54),
        ("response_median_s", 7200, "good", 60),
        ("response_median_s", 7201, "near", 60),
        ("response_median_s", 9000, "near", 75),
        ("response_median_s", 9001, "bad", 75),
        ("response_median_s", 10**7, "bad", 100),
        ("touchless_rate", 0.0, "good", 0),
        ("acceptance_rate", 0.85, "good", 60),
        ("acceptance_rate", 0.9, "good", 64),
        ("acceptance_rate", 0.91, "near", 64),
        ("acceptance_rate", 0.8, "near", 56),
        ("acceptance_rate", 0.7, "bad", 49),
    ],
)
def test_it_stands_against_its_target(name: str, value: float, tone: str, at: int) -> None:
    against = cell(name, value, 100).against

    assert against is not None
    assert (against.tone, against.at) == (tone, at)


def test_its_standing_is_told_in_words_too() -> None:
    against = cell("response_median_s", 9001, 100).against

    assert against is not None
    assert against.words == "misses the target of at most 2 h"
    assert target_words(BY_NAME["pick_up_rate"], SHIPPED) == "at least 95 %"
    assert target_words(BY_NAME["assigned"], SHIPPED) == ""


@pytest.mark.parametrize(
    ("value", "words"), [(0.95, "lies above"), (0.87, "is within"), (0.8, "lies below"), (0.5, "lies below")]
)
def test_a_band_has_two_ends(value: float, words: str) -> None:
    against = cell("acceptance_rate", value, 100).against

    assert against is not None
    assert against.words == f"{words} the band of 85 % to 90 %"
    assert target_words(BY_NAME["acceptance_rate"], SHIPPED) == "85 % to 90 %"


def test_too_few_say_nothing_but_themselves() -> None:
    share = cell("pick_up_rate", 0.8, 5, {"pick_up_rate": 0.5, "pick_up_rate_of": 100})
    time = cell("response_median_s", 11_100, 9)

    assert (share.value, share.rests_on, share.is_few) == ("4 of 5", "", True)
    assert (time.value, time.rests_on, time.is_few) == ("3 h 05 min", "of 9", True)
    assert (share.against, share.trend, time.against) == (None, None, None)


def test_a_ratio_of_nothing_is_none() -> None:
    nothing = cell("pick_up_rate", None, 0)

    assert (nothing.value, nothing.rests_on, nothing.against) == ("none", "", None)


@pytest.mark.parametrize(
    ("name", "value", "earlier", "told"),
    [
        ("pick_up_rate", 0.9, 0.8, "▲ 10.0 pt"),
        ("pick_up_rate", 0.8, 0.9, "▼ 10.0 pt"),
        ("pick_up_rate", 0.8, 0.8, "= same"),
        ("response_median_s", 3600, 7200, "▼ 50 %"),
        ("response_median_s", 72_000, 3600, "▲ ×20"),
        ("touchless_rate", 0.1, 0.0, "▲ 10.0 pt"),
    ],
)
def test_the_change_against_the_period_before(name: str, value: float, earlier: float, told: str) -> None:
    trend = cell(name, value, 50, {name: earlier, f"{name}_of": 40}).trend

    assert trend is not None
    assert f"{trend.mark} {trend.text}" == told


def test_nothing_is_compared_with_too_few() -> None:
    assert cell("pick_up_rate", 0.9, 50, {"pick_up_rate": 0.5, "pick_up_rate_of": 3}).trend is None
    assert cell("pick_up_rate", 0.9, 50, {"pick_up_rate": None, "pick_up_rate_of": 0}).trend is None
