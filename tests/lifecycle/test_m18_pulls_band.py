"""M18: the band of pulls per rep and working day, and days grouped around it (R114, R115)."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from leadmodel.lifecycle.pulls import Place, Pulls


@pytest.mark.parametrize(
    ("pulls", "place"),
    [(0, Place.UNDER), (9, Place.UNDER), (10, Place.WITHIN), (15, Place.WITHIN), (16, Place.OVER)],
)
def test_both_ends_of_the_band_are_within(pulls: int, place: Place) -> None:
    assert Pulls().place(pulls) is place


@pytest.mark.parametrize(
    ("band", "steps"),
    [
        (Pulls(), ["0", "1 to 4", "5 to 9", "10 to 15", "16 or more"]),
        (Pulls(at_least=3, at_most=5), ["0", "1", "2", "3 to 5", "6 or more"]),
        (Pulls(at_least=2, at_most=2), ["0", "1", "2", "3 or more"]),
        (Pulls(at_least=1, at_most=4), ["0", "1 to 4", "5 or more"]),
        (Pulls(at_least=0, at_most=4), ["0 to 4", "5 or more"]),
    ],
)
def test_days_are_grouped_by_the_band_and_each_is_in_one_group(band: Pulls, steps: list[str]) -> None:
    assert [str(step) for step in band.steps()] == steps
    for pulls in range(40):
        (own,) = (step for step in band.steps() if step.holds(pulls))
        assert {band.place(own.least)} == {band.place(pulls)}


@pytest.mark.parametrize(
    ("band", "said"),
    [(Pulls(), "10 to 15"), (Pulls(at_least=4, at_most=4), "4"), (Pulls(at_least=0), "0 to 15")],
)
def test_sentences_say_the_band_by_its_ends(band: Pulls, said: str) -> None:
    assert str(band) == said


def test_the_narrowest_band_is_one_pull_and_none_is_less_than_none() -> None:
    assert str(Pulls(at_least=1, at_most=1)) == "1"
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        Pulls(at_least=0, at_most=0)
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        Pulls(at_least=-1)


def test_a_band_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="write the larger number as at_most"):
        Pulls(at_least=16, at_most=15)
