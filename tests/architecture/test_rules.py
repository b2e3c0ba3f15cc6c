"""Every rule and case of the lead model has a test named after it, which fails without it."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent
RULES = [f"m{number:02}" for number in range(1, 21)]
CASES = [f"k{number:02}" for number in range(1, 14)]
_NAMED = re.compile(r"(?<![a-z0-9])([mk]\d\d)(?![a-z0-9])")


@cache
def names() -> Sequence[str]:
    """What tests are called; a file that names its rules (`test_m05_….py`) names those of all tests in it."""
    return [
        f"{path.stem} {node.name}"
        for path in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def rules_in(name: str) -> set[str]:
    """The rules a name begins with or spans: `test_m08_to_m11_…` is about four."""
    found: set[str] = set()
    for part in name.split():
        head = re.match(r"test_((?:[mk]\d\d_(?:to_|and_)?)+)", f"{part}_")
        if head is None:
            continue
        told = _NAMED.findall(head[1].replace("_", " "))
        found |= set(told)
    return found


@pytest.mark.parametrize("rule", [*RULES, *CASES])
def test_each_has_a_test_of_its_name(rule: str) -> None:
    assert any(rule in rules_in(name) for name in names()), (
        f"no test is named after {rule.upper()}: write test_{rule}_… that fails without the rule"
    )
