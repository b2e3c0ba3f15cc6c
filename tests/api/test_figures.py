"""Figures are the report's, number for number, and each is as long as the list behind it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from leadmodel.models import Exclusion
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from metrics.definitions import FIGURES
from metrics.spec import Kind
from tests.api.conftest import Act, Program, people_of, problem
from tests.pages.test_reasons import REASONS, end
from tests.pages.world import ALICE, BOB, DAY, EVE, World, closed


def days(world: World) -> dict[str, str]:
    first, until = world.now.date() - timedelta(days=30), world.now.date() + timedelta(days=1)
    return {"from": first.isoformat(), "to": until.isoformat()}


def report(capsys: pytest.CaptureFixture[str], parameters: dict[str, str]) -> Any:
    capsys.readouterr()
    words = [f"--{name.replace('_', '-')}={value}" for name, value in parameters.items()]
    call_command("report", *words, "--format", "json")
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"by": "team"},
        {"by": "source", "path": "inbound"},
        {"by": "path", "team": "Mona"},
        {"by": "outcome", "source": "Web"},
        {"by": "campaign", "tz": "Pacific/Auckland"},
        {"by": "relation"},
    ],
)
@pytest.mark.parametrize("is_past", [False, True], ids=["now", "then"])
def test_every_figure_is_the_reports(
    world: World, otto: Program, capsys: pytest.CaptureFixture[str], more: dict[str, str], is_past: bool
) -> None:
    at = (world.now - timedelta(days=2)).isoformat().replace("+00:00", "Z")
    parameters = days(world) | more | ({"as_of": at, "known_by": at} if is_past else {})

    told, printed = otto.read("figures/", **parameters), report(capsys, parameters)

    # those still waiting wait on between the two questions
    for name in ("response_median_waiting_s", "response_p90_waiting_s") if not is_past else ():
        for values in (told["all"], printed["all"]):
            values.pop(name)
        for body in (told, printed):
            for values in body[f"by_{more.get('by', 'rep')}"].values():
                values.pop(name)
    assert told == printed
    assert told["all"]["assigned"] > 0


def test_only_the_figures_asked_for_are_told(world: World, otto: Program) -> None:
    told = otto.read("figures/", **days(world), figures="pick_up_rate,assigned")

    assert set(told["all"]) == {"assigned", "pick_up_rate", "pick_up_rate_of"}


def test_each_role_is_told_of_its_reps(world: World, act_as: Act) -> None:
    groups = {
        name: set(act_as(name).read("figures/", **days(world))["by_rep"])
        for name in ("alice", "mona", "eve", "otto")
    }

    assert groups == {
        "alice": {"Alice"},
        "mona": {"Alice", "Bob"},
        "eve": {"Eve"},
        "otto": {"Alice", "Bob", "Eve", "(queue)"},
    }


@pytest.mark.parametrize("name", ["alice", "mona", "otto"])
def test_every_number_is_the_length_of_its_list(world: World, act_as: Act, name: str) -> None:
    program = act_as(name)
    told = program.read("figures/", **days(world))
    asked: list[tuple[dict[str, str], Any]] = [({}, told["all"])]
    asked += [({"by": "rep", "group": group}, values) for group, values in told["by_rep"].items()]

    for figure in FIGURES:
        for group, values in asked:
            behind = program.read(f"figures/{figure.name}/rows/", **days(world), **group, limit=1000)

            rows = behind["results"]
            assert len(rows) == behind["total"], figure.name
            assert sum(row["is_member"] for row in rows) == behind["members"], figure.name
            if figure.kind is Kind.COUNT:
                assert values[figure.name] == behind["total"], (figure.name, group)
            elif figure.kind is Kind.SHARE:
                assert values[f"{figure.name}_of"] == behind["total"], (figure.name, group)
            if figure.kind is not Kind.WAITING_PERCENTILE:
                assert values[figure.name] == behind["value"], (figure.name, group)


def test_rows_have_pages(world: World, otto: Program) -> None:
    whole = otto.read("figures/assigned/rows/", **days(world), limit=1000)["results"]
    told = otto.read("figures/assigned/rows/", **days(world), limit=4)
    found = told["results"]
    while told["next"]:
        told = otto.read(told["next"])
        found += told["results"]

    assert [(row["person_id"], row["number"]) for row in found] == [
        (row["person_id"], row["number"]) for row in whole
    ]


def test_a_group_is_asked_for_by_name_or_id(world: World, otto: Program) -> None:
    by_name = otto.read("figures/assigned/rows/", **days(world), by="rep", group="Bob")
    by_id = otto.read("figures/assigned/rows/", **days(world), by="rep", group=BOB)

    assert by_name["total"] > 0
    assert people_of(by_id) == people_of(by_name)
    assert by_id["total"] == by_name["total"]
    assert {row["rep"] for row in by_id["results"]} == {BOB}


@pytest.mark.parametrize("group", [EVE, "Eve", "(queue)", "Nobody I know", "005000000000000AAA"])
def test_groups_of_others_are_nowhere(world: World, mona: Program, group: str) -> None:
    answer = mona.get("figures/assigned/rows/", **days(world), by="rep", group=group)

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("parameters", "where"),
    [
        ({"from": "2026-02-30"}, "query.from"),
        ({"from": "20260201"}, "query.from"),
        ({"from": "0001-01-01"}, "query.from"),
        ({"from": "9999-12-31"}, "query.from"),
        ({"to": "2026-01-01"}, "query.to"),
        ({"from": "1901-01-01"}, "query.to"),
        ({"tz": "Mars/Olympus"}, "query.tz"),
        ({"tz": "../../etc/passwd"}, "query.tz"),
        ({"as_of": "2026-01-15T12:00:00"}, "query.as_of"),
        ({"as_of": "2999-01-15T12:00:00Z"}, "query.as_of"),
        ({"known_by": "9999-12-31T23:59:59-23:59"}, "query.known_by"),
        ({"by": "weather"}, "query.by"),
        ({"figures": "assigned,happiness"}, "query.figures"),
        ({"figures": ""}, "query.figures"),
        ({"team": "a\x00b"}, "query.team"),
        ({"team": "x" * 201}, "query.team"),
        ({"reps": "all"}, "query"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(
    world: World, otto: Program, parameters: dict[str, str], where: str
) -> None:
    answer = otto.get("figures/", **({"from": "2026-01-01", "to": "2026-02-01"} | parameters))

    assert answer.status_code == 400
    wrong = problem(answer)
    assert wrong["where"] == where
    assert wrong["what"].endswith(".")
    assert wrong["instead"].endswith(".")


def test_an_unknown_parameter_is_told_the_known_ones(world: World, otto: Program) -> None:
    assert problem(otto.get("people/", owner=ALICE)) == {
        "where": "query",
        "what": "There is no parameter “owner”.",
        "instead": "Known here: after, holder, limit, path, priority, relation, search, source, stage, team.",
    }


def test_everything_that_is_wrong_is_told_at_once(world: World, otto: Program) -> None:
    errors = otto.get("figures/", by="x", reps="y").json()["errors"]

    assert [error["where"] for error in errors] == ["query", "query.from", "query.to", "query.by"]


def test_reasons_are_told_with_their_use(world: World, alice: Program, otto: Program) -> None:
    told = {kind["kind"]: kind for kind in otto.read("reasons/")["results"]}

    assert told["nurture"]["configured"] == ["No time", "No budget", "Abandoned by rep"]
    assert told["nurture"]["salesforce_field"] == "Nurture_Reason__c"
    assert told["qualified"]["salesforce_field"] is None
    assert alice.get("reasons/", **{"from": "2099-01-01"}).status_code == 400
    too_long = alice.get("reasons/", **{"from": "2000-01-01", "to": "2026-01-01"})
    assert (too_long.status_code, "longer than ten years" in problem(too_long)["what"]) == (400, True)


def test_reasons_in_use_are_those_of_the_reasons_page(world: World, otto: Program) -> None:
    """Without those under an exception (M16); who was qualified and then lost stands under qualified (M14)."""
    enter(REASONS)
    for called in ("gone", "left_aside"):
        end(world, called, ALICE, 3, "Nurture", "No budget")
    world.add_lead(
        "lost", BOB, 4 * DAY, closed(3 * DAY, "Qualified"),
        (2 * DAY, "Nurture_Reason__c", None, "No budget"), (2 * DAY, "Status", "Qualified", "Nurture"),
    )  # fmt: skip
    aside = Exclusion.objects.get()
    aside.pk, aside.record_id = None, world.ids["left_aside"]
    aside.save()
    rebuild_all()

    told = {kind["kind"]: kind["in_use"] for kind in otto.read("reasons/")["results"]}
    once = [{"reason": "No budget", "cycles": 1}]
    assert told == {"nurture": once, "unqualified": [], "qualified": once}
