"""Any text can be asked for, and only that text is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from hypothesis import given
from hypothesis import strategies as st

from sandbox.org.ids import make_id
from sandbox.org.store import Store
from sandbox.soql import rows
from tests.sandbox.soql_desk import compiled, desk

__all__ = ["desk"]


def as_literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


@contextmanager
def two_companies(desk: Store, one: str, other: str) -> Iterator[None]:
    """Two accounts of these names, numbered 1 and 2, for a moment."""
    with suppress(_Done), desk.transaction():
        desk.insert_many(
            "Account", [{"Id": make_id("001", 1), "Name": one}, {"Id": make_id("001", 2), "Name": other}]
        )
        yield
        raise _Done


class _Done(Exception):
    """Rolls the transaction back."""


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


@given(texts.filter(str.strip))
def test_every_string_can_be_asked_for(desk: Store, text: str) -> None:
    with two_companies(desk, text, text + "x"):
        query = compiled(desk, f"SELECT Id FROM Account WHERE Name = {as_literal(text)}")

        assert list(rows.row_numbers(desk, query)) == [1]


@given(texts)
def test_a_pattern_of_escaped_text_finds_that_text_only(desk: Store, text: str) -> None:
    pattern = as_literal(text).replace("%", "\\%").replace("_", "\\_")
    with two_companies(desk, text, "x" + text):
        query = compiled(desk, f"SELECT Id FROM Account WHERE Name LIKE {pattern}")

        assert list(rows.row_numbers(desk, query)) == [1]
