"""One door to a row: views and pages ask `access`, `story` and `metrics`, never the tables of people."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = {
    "Person",
    "PersonRecord",
    "Cycle",
    "Span",
    "Lead",
    "Contact",
    "Task",
    "Event",
    "LeadHistory",
    "ContactHistory",
}
PAGES = sorted(
    path
    for app in ("base", "leadmodel", "metrics", "alerts")
    for path in [
        *(ROOT / app).glob("views.py"),
        *(ROOT / app).glob("posts.py"),
        *(ROOT / app / "pages").glob("*.py"),
        *(ROOT / app / "api").glob("*.py"),
    ]
)


def tables_of_people(source: str) -> Iterator[str]:
    """The names of people's models whose `.objects` the source reaches for."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr == "objects":
            owner = node.value
            if isinstance(owner, ast.Name) and owner.id in PEOPLE:
                yield owner.id


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_reach_for_no_table_of_people(path: Path) -> None:
    found = sorted(set(tables_of_people(path.read_text(encoding="utf-8"))))

    assert found == [], (
        f"{path.relative_to(ROOT)} reads {', '.join(found)} itself: ask leadmodel.access for one person,"
        " leadmodel.story for what happened, metrics for lists and figures; they know who may see whom."
    )


def test_the_rule_sees_a_breach() -> None:
    assert list(tables_of_people("def view(request):\n    return Person.objects.get(pk=1)")) == ["Person"]
