"""Narrowed by priority and relation: page, list, file and report are one."""

from __future__ import annotations

import pytest
from django.test import Client

from leadmodel.models import Cycle, Span
from tests.pages.reading import csv_lines, get, report_of, whole_list
from tests.pages.world import World


@pytest.mark.parametrize(("name", "value"), [("priority", "P1"), ("relation", "customer")])
def test_only_those_are_counted_and_listed(world: World, otto: Client, name: str, value: str) -> None:
    for rows in (Cycle.objects, Span.objects):
        rows.filter(person_id=world.ids["answered"]).update(**{name: value})
    query = f"?{name}={value}"

    page = get(otto, f"/team/{query}&figure=assigned")

    report = report_of(page.context["asked"], f"--{name}", value)
    assert report["all"]["assigned"] == report["by_rep"]["Alice"]["assigned"] == 1
    assert [row.name for row in page.context["grid"].rows] == ["Alice"]
    assert [row.name for row in whole_list(otto, f"/team/{query}&figure=assigned")] == ["Person answered"]
    assert [line["rep"] for line in csv_lines(otto, f"/team/grid.csv{query}")] == ["all", "Alice"]
    assert f"{name}={value}" in page.context["asked"].query(figure="open")
    assert get(otto, f"/reasons/{query}").context["board"].mixes == []
