"""Rules in SQL and in Python say the same, whatever stands in the fields."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from psycopg2 import sql

from leadmodel.lifecycle.conditions import ALONE, LISTS, NUMBERS, Condition, Operator, Rule
from leadmodel.rules_sql import Compiler

pytestmark = pytest.mark.django_db
FIELDS = ("Rating", "Score__c", "path")
AWKWARD = [
    "", " ", "Hot", "hOT", "hot lead", "50", "50.0", " 50", "5e1", "5E1", "+.5", "5.", "-0", "1_000", "NaN", "sNaN",
    "-Infinity", "inf", "1e999", "1e9999", "٣", "%", "_", "H%", "h_t", "\\", "'", '"', "STRASSE", "straße", "İ", "i̇",
    "ΣΑΣ", "σας", "ﬁ", "FI", "\n50", "50\n", "true", "null", "%(rule_0)s", "{}", "😀", "9" * 101, "9" * 100,
]  # fmt: skip
# what Unicode had when Python's tables were made; a database may know letters that came later
LETTERS = st.characters(exclude_categories=("Cs", "Cn"), exclude_characters="\x00")
TEXTS = st.sampled_from(AWKWARD) | st.text(LETTERS, max_size=6)
VALUES = st.none() | TEXTS
WRITTEN = TEXTS | st.sampled_from(["\x00", "\ud800"])
FINITE = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False) | st.just(50)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    operator = draw(st.sampled_from(list(Operator)))
    value: Any = None
    if operator in LISTS:
        value = tuple(draw(st.lists(WRITTEN, min_size=1, max_size=3)))
    elif operator in NUMBERS:
        value = draw(FINITE)
    elif operator not in ALONE:
        value = draw(WRITTEN | FINITE | st.booleans())
    return Condition(field=draw(st.sampled_from(FIELDS)), operator=operator, value=value)


def _joined(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Rule]:
    some = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.sampled_from(["all", "any"]).flatmap(
        lambda j: some.map(lambda found: Rule.model_validate({j: found}))
    )


RULES = _joined(st.recursive(conditions(), _joined, max_leaves=5))
ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys(FIELDS, VALUES)), min_size=1, max_size=5)


def in_sql(rule: Rule, rows: list[dict[str, str | None]]) -> list[bool | None]:
    compiler = Compiler(sql.Identifier)
    statement = sql.SQL(
        "SELECT {held} FROM unnest({columns}) WITH ORDINALITY row ({names}, place) ORDER BY place"
    ).format(
        held=compiler.rule(rule),
        columns=sql.SQL(", ").join(sql.SQL("{}::text[]").format(sql.Placeholder(name)) for name in FIELDS),
        names=sql.SQL(", ").join(sql.Identifier(name) for name in FIELDS),
    )
    columns = {name: [row[name] for row in rows] for name in FIELDS}
    with connection.cursor() as wrapped:
        wrapped.cursor.execute(statement, compiler.values | columns)
        return [held for (held,) in wrapped.fetchall()]


@given(RULES, ROWS)
def test_sql_and_python_agree(rule: Rule, rows: list[dict[str, str | None]]) -> None:
    assert in_sql(rule, rows) == [rule.holds(row.get) for row in rows]


@pytest.mark.parametrize("operator", list(Operator))
def test_they_agree_on_each_awkward_pair(operator: Operator) -> None:
    rows = [{"Rating": told, "Score__c": None, "path": None} for told in (None, *AWKWARD)]
    values: list[Any] = [None] if operator in ALONE else [50, 0.5, -1] if operator in NUMBERS else AWKWARD
    for value in values:
        told = (value,) if operator in LISTS else value
        rule = Rule.model_validate({"all": [Condition(field="Rating", operator=operator, value=told)]})
        assert in_sql(rule, rows) == [rule.holds(row.get) for row in rows], value


@pytest.mark.parametrize("limit", [float("nan"), float("inf")])
def test_a_limit_that_is_no_number_is_refused(limit: float) -> None:
    with pytest.raises(ValueError, match="a number that ends"):
        Condition(field="Score__c", operator=Operator.AT_LEAST, value=limit)
