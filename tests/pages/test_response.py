"""How long people wait: Mona sees where her team's time goes and opens a number, Alice sees her own, Eve none of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leadmodel.rebuild import rebuild_all
from metrics.pages.response import Board
from metrics.pages.response_address import SPLITS
from metrics.response import MAPS
from tests.pages.conftest import LogIn
from tests.pages.reading import csv_lines, get, report_of, whole_list
from tests.pages.world import ALICE, BOB, DAY, EVE, FORMULA, HOUR, NASTY_NAME, QUEUE, World


def board(client: Client, address: str = "/response/") -> Board:
    found: Board = get(client, address).context["board"]
    return found


def test_mona_sees_how_long_the_first_answer_takes(world: World, mona: Client) -> None:
    told = board(mona)

    half_an_hour = next(step for step in told.steps if step.label == "15 min to 30 min")
    opened = get(mona, "/response/" + half_an_hour.href).context["list"]
    assert [row.name for row in opened.behind] == ["Person answered"]
    assert opened.title == "My team · 15 min to 30 min"


def test_the_time_in_the_queue_stands_apart(world: World, otto: Client) -> None:
    world.add_lead(
        "long_in_queue", ALICE, 60 * DAY, (60 * DAY - 30 * HOUR, "Owner", QUEUE, ALICE), source="Odd"
    )
    world.add_touch("long_in_queue", ALICE, 60 * DAY - 31 * HOUR)
    rebuild_all()

    told = board(otto, "/response/?source=Odd&period=90")

    (group,) = told.groups
    assert (group.name, group.bars[0], group.bars[1]) == ("Odd", 0, 30 * HOUR.total_seconds())
    assert sum(group.bars) == 31 * HOUR.total_seconds()
    assert [step.count for step in told.late] == [0, 1, 0, 0]
    (row,) = whole_list(otto, "/response/" + told.late[1].href)
    assert row.name == "Person long in queue"


def test_who_comes_at_night_is_told_by_the_hour(world: World, otto: Client) -> None:
    night = (world.now - 40 * DAY).replace(hour=3, minute=20, second=0, microsecond=0)
    night -= timedelta(days=night.weekday())  # a Monday
    world.add_lead("early", ALICE, world.now - night, source="Odd")
    world.add_touch("early", ALICE, world.now - night - 7 * HOUR)
    rebuild_all()

    arrived = board(otto, "/response/?source=Odd&period=90")
    answered = board(otto, "/response/?source=Odd&period=90&map=answered")

    assert [(day, slot.label) for day, slots in arrived.week for slot in slots if slot.count] == [
        ("Mon", "Mon 03:00: 1")
    ]
    assert [slot.label for _, slots in answered.week for slot in slots if slot.count] == ["Mon 10:00: 1"]
    off_hours = next(cell for cell in arrived.total.cells if cell.figure == "off_hours_rate")
    assert off_hours.value == "1 of 1"
    # an hour and twenty minutes of Alice's office hours, the rest of it is night
    assert arrived.total.bars == [0, 0, 4800, 7 * 3600 - 4800]


def numbers(told: Board) -> list[tuple[int, str]]:
    """Every count of a page, and the address that opens it."""
    found = [(step.count, step.href) for step in [*told.steps, *told.late]]
    found += [(slot.count, slot.href) for _, slots in told.week for slot in slots if slot.count]
    for group in [told.total, *told.groups]:
        found.append((int(group.cells[0].value.replace(",", "")), group.cells[0].href))
    return found


@pytest.mark.parametrize(
    "filters",
    [
        "",
        "?by=rep",
        "?by=team&path=inbound&map=answered",
        "?by=priority&source=Web",
        "?by=campaign",
        "?as_of={now}",
    ],
)
def test_number_list_and_csv_are_one(world: World, otto: Client, filters: str) -> None:
    now = world.now.isoformat().replace("+00:00", "Z")
    told = numbers(board(otto, "/response/" + filters.format(now=now)))

    assert sum(number for number, _ in told) > 20
    for number, href in told:
        if number:
            assert len(whole_list(otto, "/response/" + href)) == number, href
            assert len(csv_lines(otto, "/response/rows.csv" + href)) == number, href


@pytest.mark.parametrize("by", SPLITS)
def test_the_split_is_the_reports(world: World, otto: Client, by: str) -> None:
    page = get(otto, f"/response/?by={by}")
    report = report_of(page.context["asked"], "--by", by)
    lines = csv_lines(otto, f"/response/split.csv?by={by}")

    told = {group.name: group.cells[0].value for group in page.context["board"].groups}
    assert told == {name: str(values["assigned"]) for name, values in report[f"by_{by}"].items()}
    assert {line[by]: line["assigned"] for line in lines} == told | {"all": str(report["all"]["assigned"])}
    for group in page.context["board"].groups:
        means = report[f"by_{by}"][group.name]
        parts = [means[f"response_{part}_mean_s"] for part in ("system", "queue", "owner", "off_hours")]
        assert group.bars == [part or 0 for part in parts]
        assert sum(group.bars) == pytest.approx(means["response_mean_s"] or 0, abs=0.01)


def test_parts_partition_what_is_answered(world: World, otto: Client) -> None:
    told = board(otto)
    report = report_of(get(otto, "/response/").context["asked"], "--path", "inbound")["all"]

    assert told.answered == report["touched"]
    late = round((1 - report["sla_attainment"]) * report["sla_attainment_of"])
    waiting_too_long = late - sum(step.count for step in told.late)
    assert 0 < sum(step.count for step in told.late) <= told.answered
    assert waiting_too_long >= 0


def test_alice_sees_her_own_and_eve_none_of_it(world: World, alice: Client, log_in: LogIn) -> None:
    eve = log_in("eve")

    assert [group.name for group in board(alice, "/response/?by=rep").groups] == ["Alice"]
    assert [group.name for group in board(eve, "/response/?by=rep").groups] == ["Eve"]
    for rep, status in ((ALICE, 404), (BOB, 404), (EVE, 200)):
        assert eve.get(f"/response/?by=rep&figure=assigned&group={rep}").status_code == status
        assert eve.get(f"/response/rows.csv?by=rep&figure=assigned&group={rep}").status_code == status
    assert eve.get("/response/?by=rep&figure=assigned&nameless=yes").status_code == 404


@pytest.mark.parametrize("source", [NASTY_NAME, FORMULA, " Web", "a&b=c%00#x", "%(zone)s %s {x}", "’; --"])
def test_whatever_a_source_is_called_it_opens(world: World, otto: Client, source: str) -> None:
    world.add_lead("odd", BOB, 2 * DAY, source=source)
    rebuild_all()

    page: Any = get(otto, "/response/")
    (group,) = [group for group in page.context["board"].groups if group.name == source]

    assert [row.name for row in whole_list(otto, "/response/" + group.cells[0].href)] == ["Person odd"]
    assert NASTY_NAME not in page.content.decode()


@pytest.mark.parametrize(
    "wrong",
    ["by=phase", "part=took.99", "part=arrived.8.1", "map=gone", "group=Web", "figure=assigned&nameless=no"],
)
def test_a_wrong_address_is_told_in_a_sentence(world: World, otto: Client, wrong: str) -> None:
    response = otto.get(f"/response/?{wrong}")

    assert response.status_code == 400
    assert "Traceback" not in response.content.decode()


def test_more_sources_need_no_more_questions(world: World, otto: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            get(otto, "/response/")
        return len(queries)

    asked()
    before = asked()
    for number in range(12):
        world.add_lead(f"more_{number}", ALICE, 2 * DAY, source=f"Source {number}")
    rebuild_all()

    assert asked() == before


def test_the_two_maps_are_chosen_by_the_address(world: World, otto: Client) -> None:
    told = board(otto, "/response/?map=answered")

    assert [(label, is_on) for label, _, is_on in told.maps] == list(
        zip(MAPS.values(), [False, True], strict=True)
    )
