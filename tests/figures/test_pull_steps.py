"""R115: what days of work say about the band, from few numbers by hand; and the interval of a share."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from leadmodel.lifecycle.pulls import Place, Pulls
from metrics.intervals import wilson
from metrics.pull_steps import Side, group, judge, sentences
from metrics.pulling import Day, RepDay, Tally

BAND = Pulls()


def days(number: int, pulls: int, qualified: int, kind: Day = Day.WORKED) -> list[RepDay]:
    """So many days of work with so many pulls each, some of them qualified."""
    tally = Tally(pulls, pulls, qualified, 0)
    return [
        RepDay("a", date(2026, 1, 1) + timedelta(days=at), kind, tally, BAND.place(pulls))
        for at in range(number)
    ]


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        # Newcombe 1998, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_the_interval_is_wilsons(part: int, whole: int, low: float, high: float) -> None:
    found = wilson(part, whole)

    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_of_nothing_there_is_no_interval() -> None:
    assert wilson(0, 0) is None


def test_only_days_of_work_are_grouped() -> None:
    told = [
        *days(3, 12, 2),
        *days(2, 4, 1),
        *days(1, 0, 0),
        *days(9, 12, 0, Day.OFF),
        *days(1, 12, 0, Day.RUNNING),
    ]

    found = {str(step.steps): step for step in group(told, BAND)}

    assert [found[label].days for label in ("0", "1 to 4", "5 to 9", "10 to 15", "16 or more")] == [
        1,
        2,
        0,
        3,
        0,
    ]
    within = found["10 to 15"]
    assert (within.pulls, within.qualified, within.place) == (36, (6, 36), Place.WITHIN)


@pytest.mark.parametrize(
    ("under", "over", "sides", "said"),
    [
        (days(60, 5, 0), days(30, 20, 1), (Side.LESS, Side.LESS), "The data speak for the band of 10 to 15."),
        (days(60, 5, 0), days(30, 20, 9), (Side.LESS, Side.MORE), "The data speak for more pulls a day"),
        (days(60, 5, 3), days(30, 20, 1), (Side.MORE, Side.LESS), "The data speak for fewer pulls a day"),
        (days(60, 5, 3), days(30, 20, 9), (Side.MORE, Side.MORE), "The data speak against the band"),
        (days(60, 5, 1), days(30, 20, 4), (Side.ALIKE, Side.ALIKE), "In these data it makes no notable difference"),
        (days(60, 5, 0), [], (Side.LESS, Side.NONE), "The data speak for at least 10 pulls a day; more than 15"),
        (days(1, 5, 0), days(30, 20, 1), (Side.TOO_FEW, Side.LESS),
         "Fewer than 10 pulls a day: too few to say; the data speak for at most 15 pulls a day."),
        (days(1, 5, 0), [], (Side.TOO_FEW, Side.NONE), "The data are too few to say anything about the band"),
    ],
)  # fmt: skip
def test_the_sentence_says_what_the_data_say(
    under: list[RepDay], over: list[RepDay], sides: tuple[Side, Side], said: str
) -> None:
    """Within the band 20 % of 600 pulls were qualified."""
    verdict = judge(group([*under, *days(60, 10, 2), *over], BAND), 10)

    assert (verdict.sides[Place.UNDER], verdict.sides[Place.OVER]) == sides
    told = sentences(verdict, BAND)
    assert told[0].startswith(said)
    assert told[1].startswith("On days within the band 20.0 % of 600 pulls became qualified; under it ")


def test_without_days_within_the_band_nothing_is_said() -> None:
    verdict = judge(group([*days(60, 5, 1), *days(60, 20, 9)], BAND), 10)

    assert sentences(verdict, BAND) == ["The data are too few to say anything about the band of 10 to 15."]
