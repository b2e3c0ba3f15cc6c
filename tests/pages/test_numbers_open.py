"""Every number opens: the number, the length of its list, its CSV's lines and the report are one."""

from __future__ import annotations

import pytest
from django.test import Client

from leadmodel.rebuild import rebuild_all
from metrics.definitions import FIGURES
from metrics.pages.grid import COLUMNS
from metrics.report import written
from metrics.spec import Figure, Kind
from tests.pages.reading import csv_lines, get, report_of, whole_list
from tests.pages.world import ALICE, BOB, DAY, HOUR, World


@pytest.mark.parametrize(("rep", "called"), [("", ""), (ALICE, "Alice"), ("queue", "(queue)")])
def test_the_list_its_csv_and_the_report_agree(world: World, otto: Client, rep: str, called: str) -> None:
    """Of every figure, on one desk: looking changes nothing."""
    for figure in FIGURES:
        agree(otto, figure, rep, called)


def agree(otto: Client, figure: Figure, rep: str, called: str) -> None:
    """The list, the CSV and the report of one figure."""
    address = f"?figure={figure.name}" + (f"&rep={rep}" if rep else "")
    page = get(otto, f"/team/{address}")
    report = report_of(page.context["asked"])
    told = report["by_rep"][called] if called else report["all"]

    rows = whole_list(otto, f"/team/{address}")
    lines = csv_lines(otto, f"/team/rows.csv{address}")

    assert len(lines) == len(rows) == page.context["list"].total, figure.name
    counting = [line for line in lines if line["counts"] == "yes"]
    assert len(counting) == sum(row.counts for row in rows), figure.name
    if figure.kind is Kind.COUNT:
        assert len(lines) == told[figure.name], figure.name
    if figure.kind is Kind.SHARE:
        assert len(lines) == told[f"{figure.name}_of"], figure.name
        assert len(counting) == round((told[figure.name] or 0) * len(lines)), figure.name
    assert written(told[figure.name], figure.unit) in page.context["list"].sentence or (
        figure.kind is Kind.COUNT and f"{told[figure.name]:,} of them" in page.context["list"].sentence
    ), figure.name


def test_the_grid_says_what_the_report_says(world: World, otto: Client) -> None:
    page = get(otto, "/team/")
    report = report_of(page.context["asked"])
    grid = page.context["grid"]

    for row, told in [(grid.total, report["all"]), *((row, report["by_rep"][row.name]) for row in grid.rows)]:
        for cell, figure in zip(row.cells, COLUMNS, strict=True):
            value = told[figure.name]
            exact = cell.value == written(value, figure.unit)
            assert (
                exact
                or cell.value == f"{round(value * told[f'{figure.name}_of'])} of {told[f'{figure.name}_of']}"
            )
    assert [row.name for row in grid.rows] == ["Alice", "Bob", "Eve", "(queue)"]
    assert "1 left out by exceptions" in page.content.decode()


def test_the_grids_csv_is_the_report(world: World, otto: Client) -> None:
    report = report_of(get(otto, "/team/").context["asked"])

    lines = csv_lines(otto, "/team/grid.csv")

    assert [line["rep"] for line in lines] == ["all", *report["by_rep"]]
    assert {line["rep"]: line.pop("left_out") for line in lines} == {
        "all": str(report["left_out"]), "Alice": "1", "Bob": "0", "Eve": "0", "(queue)": "0",
    }  # fmt: skip
    for line, told in zip(lines, [report["all"], *report["by_rep"].values()], strict=True):
        assert {name: "" if value is None else str(value) for name, value in told.items()} == {
            name: value for name, value in line.items() if name != "rep"
        }


def test_a_tile_its_list_and_its_csv_agree(world: World, otto: Client) -> None:
    tiles = get(otto, "/team/").context["tiles"]

    assert {tile.label: tile.count for tile in tiles} == {
        "Outside SLA": 5,
        "Due in 30 min": 1,
        "Nobody's": 1,
        "Past the maximum": 2,
        "Claimed, no touch": 0,
        "Could not assign": 0,
    }
    for tile in tiles:
        assert len(whole_list(otto, f"/team/{tile.href}")) == tile.count
        assert len(csv_lines(otto, f"/team/now.csv{tile.href}")) == tile.count


def test_long_lists_come_in_pages_that_fit_together(world: World, otto: Client) -> None:
    for number in range(120):
        world.add_lead(f"many_{number}", BOB, DAY + (number // 7) * HOUR)
    rebuild_all()

    rows = whole_list(otto, "/team/?figure=open")
    waiting = whole_list(otto, "/team/?tile=outside_sla")

    assert len({row.href for row in rows}) == len(rows) == len(csv_lines(otto, "/team/rows.csv?figure=open"))
    assert len({row.href for row in waiting}) == len(waiting) == 125


def test_as_of_an_instant_the_same_holds(world: World, otto: Client) -> None:
    as_of = (world.now.replace(microsecond=0)).isoformat().replace("+00:00", "Z")
    address = f"?figure=assigned&as_of={as_of}"
    page = get(otto, f"/team/{address}")

    told = report_of(page.context["asked"], "--as-of", as_of)

    assert len(csv_lines(otto, f"/team/rows.csv{address}")) == told["all"]["assigned"]
    assert page.context["grid"].total.cells[0].value == str(told["all"]["assigned"])
    assert page.context["tiles"] == []


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("/team/", "?left_out=yes"),
        ("/reasons/", "?left_out=yes"),
        ("/response/", "?left_out=yes"),
        ("/pick-up/", "?left_out=yes"),
        ("/team/?figure=assigned", "?left_out=yes"),
        (f"/team/?figure=open&rep={ALICE}", f"?left_out=yes&rep={ALICE}"),
        (f"/response/?by=rep&figure=assigned&group={ALICE}", f"?left_out=yes&rep={ALICE}"),
        ("/pick-up/?by=source&figure=touched&group=Web", "?source=Web&left_out=yes"),
    ],
)
def test_what_exceptions_left_out_opens_from_every_number(
    world: World, otto: Client, page: str, query: str
) -> None:
    assert f'href="/team/{query.replace("&", "&amp;")}"' in get(otto, page).content.decode()

    rows = whole_list(otto, f"/team/{query}")

    assert [(row.name, row.cycle) for row in rows] == [("Person left out", 1)]
    assert [line["name"] for line in csv_lines(otto, f"/team/rows.csv{query}")] == ["Person left out"]


def test_what_is_left_out_of_bobs_figures_is_his(world: World, otto: Client) -> None:
    page = get(otto, f"/team/?figure=assigned&rep={BOB}")

    assert "0 under an exception in this period" in page.content.decode()
    assert whole_list(otto, f"/team/?left_out=yes&rep={BOB}") == []
