from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.org.ids import MalformedId, id18, make_id, number_of

numbers = st.integers(0, 62**9 - 1)


@pytest.mark.parametrize(
    "record_id", ["005B120000002tRIAQ", "00QB12000000jBQMAY", "00TB12000000001MAA", "00GB12000000001MAA"]
)
def test_the_suffix_is_the_one_a_real_organisation_gives(record_id: str) -> None:
    assert id18(record_id[:15]) == record_id


@given(numbers)
def test_an_id_tells_the_number_it_was_made_of(number: int) -> None:
    assert number_of(make_id("00Q", number)) == number


@given(numbers)
def test_the_suffix_restores_a_case_that_was_lost(number: int) -> None:
    record_id = make_id("00Q", number)

    assert id18(record_id.lower()) == record_id
    assert id18(record_id.upper()) == record_id


@given(numbers, numbers)
def test_ids_sort_as_their_numbers_do(one: int, other: int) -> None:
    assert (make_id("00Q", one) < make_id("00Q", other)) == (one < other)


@pytest.mark.parametrize("text", ["", "00Q", "00QB12000000jBQMAZ", "00QB12000000jB!", "00QB12000000jBQM"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(MalformedId):
        id18(text)
