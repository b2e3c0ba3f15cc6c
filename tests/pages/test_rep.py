"""One rep's page: Mona sees Alice over time beside the team, Alice sees her own, Eve none of it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leadmodel.rebuild import rebuild_all
from metrics.habits import ATTEMPTS, HABITS, OUTCOMES, SECTIONS, TIMES
from metrics.pages.grid import COLUMNS
from metrics.pages.rep import Board, Share
from metrics.report import written
from metrics.spec import Kind
from tests.pages.conftest import LogIn
from tests.pages.reading import csv_lines, get, report_of, whole_list
from tests.pages.world import ALICE, BOB, DAY, EVE, HOUR, World, closed


def board(client: Client, query: str = f"?rep={ALICE}") -> Board:
    found: Board = get(client, f"/rep/{query}").context["board"]
    return found


def shares(told: Board, name: str) -> dict[str, Share]:
    return {
        share.label: share for section in told.sections if section.name == name for share in section.shares
    }


def test_the_whole_period_is_the_teams_grid_and_the_steps_are_the_reports(world: World, mona: Client) -> None:
    page = get(mona, f"/rep/?rep={ALICE}&period=90")
    told, asked = page.context["board"], page.context["asked"]
    grid = get(mona, "/team/?period=90").context["grid"]
    (alice,) = [row for row in grid.rows if row.name == "Alice"]
    assert [cell.value for cell in told.total.cells] == [cell.value for cell in alice.cells]

    steps = asked.steps()
    assert len(steps) in {13, 14}
    assert (steps[0].first, steps[-1].until) == (asked.first, asked.until)
    assert all(step.first.weekday() == 0 for step in steps[1:])
    seen = 0
    lines = csv_lines(mona, f"/rep/steps.csv?rep={ALICE}&period=90")
    for number, (step, line) in enumerate(zip(steps, told.lines, strict=True)):
        opened = get(mona, f"/rep/?from={step.first}&through={steps[number].until - DAY}&rep={ALICE}")
        report = report_of(opened.context["asked"])
        for at, who in ((2 * number, report["by_rep"].get("Alice")), (2 * number + 1, report["all"])):
            assert lines[at]["from"] == str(step.first)
            if at % 2:  # Mona's team is not everybody
                assert lines[at]["who"] == "My team"
                continue
            assert lines[at]["who"] == "Alice"
            if who is None:
                assert {cell.value for cell in line.cells} <= {"0", "none"}
                continue
            seen += 1
            for figure, cell in zip(COLUMNS, line.cells, strict=True):
                value = who[figure.name]
                assert lines[at][figure.name] == ("" if value is None else str(value))
                if figure.kind is Kind.COUNT or not cell.is_few:
                    assert cell.value == written(value, figure.unit)
    assert seen > 1


@pytest.mark.parametrize(
    "query", [f"?rep={ALICE}", f"?rep={BOB}&path=inbound&period=90", f"?rep={ALICE}&as_of={{now}}"]
)
def test_number_list_and_csv_are_one(world: World, otto: Client, query: str) -> None:
    told = board(otto, query.format(now=world.now.isoformat().replace("+00:00", "Z")))

    seen = 0
    for share in (share for section in told.sections if section.opens_here for share in section.shares):
        if not share.of:
            continue
        seen += share.counts
        rows = whole_list(otto, "/rep/" + share.href)
        lines = csv_lines(otto, "/rep/rows.csv" + share.href)
        assert len(rows) == len(lines) == share.of, share
        assert sum(row.counts for row in rows) == share.counts, share
        assert [line["counts"] for line in lines].count("yes") == share.counts
    assert seen > 8
    for line in [told.total, *told.lines]:
        if line.cells[0].value != "0":
            assert len(whole_list(otto, "/rep/" + line.cells[0].href)) == int(line.cells[0].value)
            assert len(csv_lines(otto, "/rep/rows.csv" + line.cells[0].href)) == int(line.cells[0].value)


def test_sections_partition_what_they_speak_of(world: World, otto: Client) -> None:
    told = board(otto)

    for name in (TIMES, ATTEMPTS, OUTCOMES):
        found = shares(told, name).values()
        assert {share.of for share in found} == {sum(share.counts for share in found)}


def test_bob_gives_up_after_one_touch_and_stands_out(world: World, mona: Client) -> None:
    for number in range(12):
        for rep, called, touches in ((BOB, "short", 1), (ALICE, "long", 3)):
            name = f"{called}_{number}"
            ago = 9 * DAY + number * HOUR
            world.add_lead(name, rep, ago, closed(DAY, "Nurture"))
            for touch in range(touches):
                world.add_touch(name, rep, ago - (touch + 1) * HOUR)
    rebuild_all()

    bob = shares(board(mona, f"?rep={BOB}"), HABITS)["Given up after one touch"]
    alice = shares(board(mona), HABITS)["Given up after one touch"]

    assert (bob.share, bob.words) == ("100.0 %", "more than the rest")
    assert alice.words == "less than the rest"
    assert shares(board(mona), ATTEMPTS)["3 to 4 touches"].words == "more than the rest"
    rows = whole_list(mona, "/rep/" + bob.href)
    assert {f"Person short {number}" for number in range(12)} <= {row.name for row in rows if row.counts}


def test_her_reasons_stand_beside_the_teams_and_open_on_their_page(world: World, mona: Client) -> None:
    why = (2 * DAY, "Nurture_Reason__c", None, "No time")
    world.add_lead("timeless", ALICE, 5 * DAY, why, closed(2 * DAY, "Nurture"))
    rebuild_all()

    told = shares(board(mona), "reasons")

    assert {label: (share.counts, share.of) for label, share in told.items()} == {
        "No reason given, nurture": (2, 3),
        "No time, nurture": (1, 3),
    }
    for share in told.values():
        assert len(whole_list(mona, share.href)) == share.counts


def test_what_alice_holds_is_her_queue(world: World, mona: Client) -> None:
    tiles = board(mona).tiles

    for tile in tiles:
        assert len(get(mona, tile.href).context["queue"].rows) == tile.count
    assert {tile.label: tile.count for tile in tiles}["Past due"] > 0
    assert board(mona, f"?rep={ALICE}&as_of={world.now - DAY:%Y-%m-%dT%H:%M:%SZ}").tiles == []


def test_alice_sees_only_herself_and_eve_none_of_her(world: World, alice: Client, log_in: LogIn) -> None:
    own = board(alice, "")

    assert (own.name, own.beside) == ("Alice", "")
    assert {share.others for section in own.sections for share in section.shares} == {""}
    assert {share.words for section in own.sections for share in section.shares} == {""}
    assert get(alice, "/rep/").context["choices"] == []
    eve = log_in("eve")
    for page in ("", "rows.csv", "steps.csv"):
        for rep, status in ((ALICE, 404), (BOB, 404), (EVE, 200)):
            assert eve.get(f"/rep/{page}?figure=assigned&rep={rep}").status_code == status


def test_every_number_of_alices_own_page_opens(world: World, alice: Client) -> None:
    page = get(alice, "/rep/")
    own = page.context["board"]
    links = [cell.href for line in (own.total, *own.lines) for cell in line.cells if cell.href]
    links += [share.href for section in own.sections if section.opens_here for share in section.shares]
    assert len(links) > 20
    for href in links:
        assert get(alice, f"/rep/{href}").context["list"].csv_href
        assert alice.get(f"/rep/rows.csv{href}").status_code == 200
    assert alice.get(f"/rep/{page.context['csv_href']}").status_code == 200


def test_mona_chooses_among_her_own(world: World, mona: Client, otto: Client) -> None:
    page = get(mona, "/rep/")

    assert "board" not in page.context
    assert [name for _, name, _, _ in page.context["choices"]] == ["Alice", "Bob"]
    assert [name for _, name, _, _ in get(otto, "/rep/").context["choices"]] == ["Alice", "Bob", "Eve"]
    for _, name, href, _ in page.context["choices"]:
        assert get(mona, "/rep/" + href).context["board"].name == name


def test_others_are_all_but_the_rep(world: World, otto: Client) -> None:
    told = {rep: shares(board(otto, f"?rep={rep}"), OUTCOMES)["Open"] for rep in (ALICE, BOB, EVE)}

    counts, of = sum(share.counts for share in told.values()), sum(share.of for share in told.values())
    for share in told.values():
        assert share.others == f"{(counts - share.counts) / (of - share.of) * 100:.1f} %"


def test_the_page_asks_as_often_however_long_the_period(world: World, mona: Client) -> None:
    asked = []
    for period in ("7", "90"):
        with CaptureQueriesContext(connection) as queries:
            get(mona, f"/rep/?rep={ALICE}&period={period}")
        asked.append(len(queries))

    assert asked[0] == asked[1]


@pytest.mark.parametrize(
    "wrong", ["habit=lazy", "figure=assigned&step=2026-01-01", "drawn=open", "figure=assigned&step=now"]
)
def test_wrong_addresses_are_told_in_a_sentence(world: World, otto: Client, wrong: str) -> None:
    assert otto.get(f"/rep/?rep={ALICE}&{wrong}").status_code == 400


def test_a_number_of_nobody_is_refused(world: World, otto: Client) -> None:
    for address in ("/rep/?figure=assigned", "/rep/rows.csv", "/rep/steps.csv", f"/rep/rows.csv?rep={ALICE}"):
        assert otto.get(address).status_code == 400, address


def test_every_habit_says_what_it_counts() -> None:
    for habits in SECTIONS.values():
        for habit in habits:
            assert habit.figure.kind is Kind.SHARE
            assert habit.figure.counts
            assert habit.figure.leaves_out
