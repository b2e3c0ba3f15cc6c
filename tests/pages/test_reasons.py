"""Why cycles end: Mona sees her team's mix and opens a number, Alice sees her own, Eve sees none of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leadmodel.models import Exclusion
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from metrics.pages.reasons_mix import Mix
from metrics.reasons import differs
from tests.pages.conftest import LogIn
from tests.pages.reading import csv_lines, get, report_of, whole_list
from tests.pages.world import ALICE, BOB, DAY, EVE, FORMULA, HOUR, MODEL, NASTY_NAME, World, closed

REASONS = MODEL.replace(
    "  nurture: [No time, No budget]\n",
    """  unqualified_field: Unqualified_Reason__c
  nurture: [{name: No time, label: Not this quarter, program: Quarterly}, No budget]
  unqualified: [{name: Student, pre_qualification: true}, Not a fit]
""",
)


def end(
    world: World, called: str, rep: str, days: float, status: str, reason: str | None, *, touched: bool = True
) -> None:
    """Somebody assigned so many days ago and closed an hour later, for a reason."""
    ago = days * DAY
    told = [] if reason is None else [(ago - HOUR, f"{status}_Reason__c", None, reason)]
    world.add_lead(called, rep, ago, *told, closed(ago - HOUR, status))
    if touched:
        world.add_touch(called, rep, ago - HOUR / 2)


@pytest.fixture
def desk(world: World) -> World:
    """Alice gives up on everybody; Bob says why, mostly; Eve is another team's."""
    enter(REASONS)
    for number in range(12):
        end(world, f"gone_{number}", ALICE, 2 + number / 2, "Nurture", "Abandoned by rep")
        end(world, f"timed_{number}", BOB, 2 + number / 2, "Nurture", "No time")
    end(world, "student", BOB, 3, "Unqualified", "Student", touched=False)
    end(world, "unfit", BOB, 3, "Unqualified", "Not a fit")
    end(world, "nothing_said", BOB, 3, "Unqualified", None, touched=False)
    end(world, "robot", ALICE, 3, "Nurture", "Auto-abandoned")
    end(world, "eves", EVE, 3, "Nurture", "No budget")
    end(world, "before", BOB, 35, "Nurture", "No budget")
    end(world, "left_aside", BOB, 3, "Nurture", "No budget")
    aside = Exclusion.objects.get()
    aside.pk, aside.record_id = None, world.ids["left_aside"]
    aside.save()
    rebuild_all()
    return world


def mixes(client: Client, address: str = "/reasons/") -> dict[str, Mix]:
    return {mix.kind: mix for mix in get(client, address).context["board"].mixes}


def counts(mix: Mix) -> dict[str, int]:
    return {row.name: row.count for row in mix.rows}


def test_mona_sees_her_teams_mix_and_opens_a_number(desk: World, mona: Client) -> None:
    page = get(mona, "/reasons/")
    found = mixes(mona)

    # one whom Alice closed untouched and three who came back or were told no reason are the small desk's own
    assert counts(found["nurture"]) == {
        "Abandoned by rep": 12,
        "Not this quarter": 12,
        "No reason given": 2,
        "Auto-abandoned": 1,
    }
    assert counts(found["unqualified"]) == {"Not a fit": 1, "Student": 1, "No reason given": 2}
    assert {tile.label: tile.count for tile in page.context["board"].tiles} == {
        "Abandoned by rep": 12,
        "Auto-abandoned": 1,
        "Closed untouched": 3,
        "Vague reasons": 1,
        "No reason given": 4,
    }
    (timed,) = [row for row in found["nurture"].rows if row.name == "Not this quarter"]
    assert timed.program == "Quarterly"
    (student,) = [row for row in found["unqualified"].rows if row.name == "Student"]
    assert ([badge.text for badge in student.badges], student.touchless) == (["pre-qualification"], 1)
    assert "1 of 27 that have a reason (3.7 %) went to vague ones" in page.content.decode()
    assert "“Not a fit” is vague" in page.content.decode()

    opened = get(mona, "/reasons/" + timed.href)
    assert opened.context["list"].total == 12
    assert opened.context["list"].title == "My team · Nurture · Not this quarter"
    assert {row.rep for row in opened.context["list"].behind} == {"Bob"}
    assert {row.reason for row in opened.context["list"].behind} == {"No time"}


def test_who_stands_out_is_told_against_the_rest_of_the_team(desk: World, mona: Client) -> None:
    nurture = mixes(mona)["nurture"]
    at = nurture.columns.index("Abandoned by rep")

    assert {row.name: row.cells[at].words for row in nurture.reps} == {
        "Alice": "more than the rest",
        "Bob": "less than the rest",
    }
    assert {row.name: row.count for row in nurture.reps} == {"Alice": 15, "Bob": 12}
    auto = nurture.columns.index("Auto-abandoned")
    assert {row.cells[auto].words for row in nurture.reps} == {""}


def test_alice_sees_her_own_and_nobody_compared(desk: World, alice: Client) -> None:
    found = mixes(alice)

    assert counts(found["nurture"]) == {"Abandoned by rep": 12, "No reason given": 2, "Auto-abandoned": 1}
    assert found["nurture"].reps == []
    assert "Bob" not in get(alice, "/reasons/?kind=nurture").content.decode()
    assert {line["rep"] for line in csv_lines(alice, "/reasons/mix.csv")} == {"Alice"}


def test_eve_sees_nothing_of_it(desk: World, log_in: LogIn) -> None:
    eve = log_in("eve")

    assert counts(mixes(eve)["nurture"]) == {"No budget": 1}
    assert eve.get(f"/reasons/?kind=nurture&rep={BOB}").status_code == 404


def test_reasons_that_operations_tell_apart_have_a_tile(desk: World, otto: Client) -> None:
    """R032: the wrong buyer is counted apart, and opens."""
    assert "Told apart" not in {tile.label for tile in get(otto, "/reasons/").context["board"].tiles}
    assert whole_list(otto, "/reasons/?show=segmented") == []
    enter(REASONS.replace("true}, Not a fit]", "true}, {name: Not a fit, segmented: true}]"))

    (tile,) = [one for one in get(otto, "/reasons/").context["board"].tiles if one.label == "Told apart"]

    assert (tile.count, tile.words) == (1, "closed for “Not a fit”")
    assert [row.name for row in whole_list(otto, "/reasons/" + tile.href)] == ["Person unfit"]


def addresses(client: Client, address: str) -> list[tuple[int, str]]:
    """Every number of a page, and the address that opens it."""
    board: Any = get(client, address).context["board"]
    found = [(tile.count, tile.href) for tile in board.tiles]
    for mix in board.mixes:
        found.append((mix.total, mix.href))
        found += [(row.count, row.href) for row in mix.rows]
        found += [(row.touchless, row.touchless_href) for row in mix.rows]
        for rep in mix.reps:
            found.append((rep.count, rep.count_href))
            found += [(members(own.cell.value, rep.count), own.cell.href) for own in rep.cells]
    return found


def members(share: str, whole: int) -> int:
    """How many a share stands for, written as “3 of 7” or “12.5 %”."""
    if " of " in share:
        return int(share.split(" of ", maxsplit=1)[0])
    return round(float(share.removesuffix(" %")) / 100 * whole)


@pytest.mark.parametrize("filters", ["", "?team=Mona", "?path=inbound&source=Web", "?as_of={now}"])
def test_number_list_and_csv_are_one(desk: World, otto: Client, filters: str) -> None:
    now = desk.now.isoformat().replace("+00:00", "Z")
    told = addresses(otto, "/reasons/" + filters.format(now=now))

    assert len(told) > 15
    assert sum(number for number, _ in told) > 40
    for number, href in told:
        assert len(whole_list(otto, "/reasons/" + href)) == number, href
        assert len(csv_lines(otto, "/reasons/rows.csv" + href)) == number, href


def test_the_totals_are_the_figures_of_the_same_names(desk: World, otto: Client) -> None:
    page = get(otto, "/reasons/")
    report = report_of(page.context["asked"])["all"]

    found = {mix.kind: mix.total for mix in page.context["board"].mixes}
    assert found == {kind: report[kind] for kind in ("nurture", "unqualified")}
    lines = csv_lines(otto, "/reasons/mix.csv")
    for kind, total in found.items():
        assert sum(int(line["cycles"]) for line in lines if line["disposition"] == kind) == total
    assert page.context["board"].left_out == 2
    (out,) = [line for line in lines if line["left_out"] != "0"]  # the other one has not ended
    assert (out["reason"], out["rep"], out["cycles"], out["left_out"]) == ("No budget", "Bob", "0", "1")


def test_a_teams_shares_stand_beside_everybodys(desk: World, otto: Client) -> None:
    nurture = mixes(otto, "/reasons/?team=Max")["nurture"]

    assert counts(nurture) == {"No budget": 1}
    assert nurture.rows[0].beside == f"{1 / 28 * 100:.1f} %"


def test_who_was_qualified_and_then_lost_stands_apart(desk: World, otto: Client) -> None:
    desk.add_lead(
        "lost", BOB, 4 * DAY, closed(3 * DAY, "Qualified"),
        (2 * DAY, "Nurture_Reason__c", None, "No budget"), (2 * DAY, "Status", "Qualified", "Nurture"),
    )  # fmt: skip
    rebuild_all()

    found = mixes(otto)

    assert counts(found["lost"]) == {"No budget": 1}
    assert counts(found["nurture"])["No budget"] == 1
    assert len(whole_list(otto, "/reasons/" + found["lost"].href)) == 1


@pytest.mark.parametrize(
    "reason", [NASTY_NAME, FORMULA, " No time", "a&b=c%00#x", "%(kind)s %s {x}", "’; --", "💼" * 40]
)
def test_whatever_a_reason_is_written_like_it_opens(desk: World, otto: Client, reason: str) -> None:
    end(desk, "odd", BOB, 2, "Nurture", reason)
    rebuild_all()

    page = get(otto, "/reasons/")
    (row,) = [row for mix in page.context["board"].mixes for row in mix.rows if row.name == reason]
    rows = whole_list(otto, "/reasons/" + row.href)
    told = {line["reason"] for line in csv_lines(otto, "/reasons/mix.csv")}

    assert [one.name for one in rows] == ["Person odd"]
    assert NASTY_NAME not in page.content.decode()
    assert (f"'{reason}" if reason == FORMULA else reason) in told
    assert len(csv_lines(otto, "/reasons/rows.csv" + row.href)) == 1


def test_more_reps_and_reasons_need_no_more_questions(desk: World, otto: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            get(otto, "/reasons/")
        return len(queries)

    asked()
    before = asked()
    for number in range(20):
        end(desk, f"more_{number}", (ALICE, BOB, EVE)[number % 3], 2, "Nurture", f"Reason {number}")
    rebuild_all()

    assert asked() == before


def test_a_retired_reason_is_offered_no_more_and_stays_with_past_cycles(
    desk: World, alice: Client, mona: Client
) -> None:
    ended = "{name: No time, until: 2020-01-01T00:00:00Z}"
    enter(REASONS.replace("{name: No time, label: Not this quarter, program: Quarterly}", ended))
    rebuild_all()

    acting = get(alice, desk.person("answered") + "act/").context["panel"].closings

    assert [choice.reason for choice in acting[0].choices] == ["No budget", "Abandoned by rep"]
    assert counts(mixes(mona)["nurture"])["No time"] == 12


@pytest.mark.parametrize(
    ("part", "whole", "of_rest", "rest", "is_notable"),
    [
        (9, 10, 1, 10, True),
        (9, 9, 1, 10, False),  # too few
        (9, 10, 1, 9, False),
        (6, 10, 4, 10, False),  # chance explains it
        (10, 10, 10, 10, False),  # nothing varies
        (0, 100, 30, 100, True),
    ],
)
def test_two_shares_differ_beyond_chance(
    part: int, whole: int, of_rest: int, rest: int, is_notable: bool
) -> None:
    z = differs(part, whole, of_rest, rest, 10)

    assert (z is not None) is is_notable
    if z is not None:
        assert (z > 0) == (part / whole > of_rest / rest)
