"""The rows of a group are asked for by the name its figures give it, whoever else is called the same."""

from __future__ import annotations

from typing import Any

import pytest

from leadmodel.models import Cycle, Exclusion
from sync import models as mirror
from tests.api.conftest import Act, Program, people_of, problem
from tests.api.test_figures import days
from tests.pages.world import ALICE, BOB, DAY, EVE, World

FAIR, OLD_FAIR, UNKNOWN = (f"70100000000000{number}AAA" for number in range(1, 4))
LEFT = "005Left00000000AAA"


def rows(program: Program, world: World, by: str, group: str, figure: str = "assigned") -> Any:
    return program.get(f"figures/{figure}/rows/", **days(world), by=by, group=group)


def totals(program: Program, world: World, by: str) -> dict[str, int]:
    """How many rows each group has that the figures name."""
    told = program.read("figures/", **days(world), by=by, figures="assigned")[f"by_{by}"]
    for name, values in told.items():
        answer = rows(program, world, by, name)
        assert answer.status_code == 200, (name, answer.content)
        assert answer.json()["total"] == values["assigned"], name
    return {name: values["assigned"] for name, values in told.items()}


def add_campaigns(world: World) -> None:
    """Alice answered somebody of this year's fair, Bob of a campaign that the mirror has not; the old one is over."""
    for record_id in (FAIR, OLD_FAIR):
        mirror.Campaign.objects.create(id=record_id, name="Fair", is_active=record_id == FAIR)
    for called, campaign in (("answered", FAIR), ("bobs_late", UNKNOWN)):
        Cycle.objects.filter(person_id=world.ids[called]).update(campaign_id=campaign)


@pytest.fixture
def namesake(world: World) -> str:
    """A Bob who left before anybody was assigned."""
    mirror.User.objects.create(id=LEFT, name="Bob", is_active=False, created_at=world.now - 900 * DAY)
    return LEFT


@pytest.mark.parametrize("name", ["mona", "otto"])
def test_bob_is_bob_though_another_bob_left(world: World, namesake: str, act_as: Act, name: str) -> None:
    program = act_as(name)

    assert totals(program, world, "rep")["Bob"] > 0
    assert {row["rep"] for row in rows(program, world, "rep", "Bob").json()["results"]} == {BOB}


def test_two_bobs_of_one_answer_are_told_apart(world: World, mona: Program, otto: Program) -> None:
    mirror.User.objects.filter(id=EVE).update(name="Bob")

    told = totals(otto, world, "rep")
    assert {name for name in told if name.startswith("Bob")} == {f"Bob {BOB}", f"Bob {EVE}"}
    answer = rows(otto, world, "rep", "Bob")
    assert answer.status_code == 400
    assert problem(answer) == {
        "where": "query.group",
        "what": "Several are called “Bob”.",
        "instead": "Write the Id.",
    }
    # Mona has one Bob, and is not told of another
    assert totals(mona, world, "rep")["Bob"] == told[f"Bob {BOB}"]
    assert rows(mona, world, "rep", f"Bob {BOB}").json()["total"] == told[f"Bob {BOB}"]
    assert rows(mona, world, "rep", f"Bob {EVE}").status_code == 404


def test_a_rep_whom_the_mirror_has_not_goes_by_the_id(world: World, otto: Program) -> None:
    mirror.User.objects.filter(id=EVE).delete()

    assert totals(otto, world, "rep")[EVE] > 0


def test_campaigns_go_by_the_names_of_the_answer(world: World, otto: Program) -> None:
    add_campaigns(world)

    told = totals(otto, world, "campaign")

    assert (told["Fair"], told[UNKNOWN]) == (1, 1)
    assert people_of(rows(otto, world, "campaign", "Fair").json()) == {world.ids["answered"]}
    assert people_of(rows(otto, world, "campaign", FAIR).json()) == {world.ids["answered"]}


@pytest.mark.parametrize("by", ["rep", "campaign"])
def test_eve_learns_nothing_of_names_that_are_not_in_her_figures(
    world: World, namesake: str, act_as: Act, by: str
) -> None:
    add_campaigns(world)
    eve = act_as("eve")
    told = {"rep": ("Alice", "Bob", "Nobody"), "campaign": ("Fair", "Fire", "Nothing")}[by]

    answers = [rows(eve, world, by, name) for name in told]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    sentences = {
        problem(answer)["what"].replace(name, "…") for name, answer in zip(told, answers, strict=True)
    }
    assert len(sentences) == 1


def test_eve_asks_for_others_by_id_in_vain(world: World, act_as: Act) -> None:
    add_campaigns(world)
    eve = act_as("eve")

    assert {rows(eve, world, "rep", rep).status_code for rep in (ALICE, BOB, LEFT)} == {404}
    found = [rows(eve, world, "campaign", campaign) for campaign in (FAIR, UNKNOWN, "701" + "0" * 15)]
    assert [(answer.status_code, answer.json()["results"]) for answer in found] == [(200, [])] * 3


def test_who_is_left_out_whole_is_found_by_name(world: World, otto: Program) -> None:
    for called in ("eves_waiting", "eves_answered"):
        Exclusion.objects.create(
            record_id=world.ids[called],
            starts_at=world.now - DAY,
            expires_at=world.now + DAY,
            reason="a test",
            owner_id=Exclusion.objects.values_list("owner_id", flat=True)[0],
        )

    assert "Eve" not in totals(otto, world, "rep")
    left_out = rows(otto, world, "rep", "Eve", "left_out").json()
    assert people_of(left_out) == {world.ids["eves_waiting"], world.ids["eves_answered"]}


@pytest.mark.parametrize(("name", "status"), [("alice", 200), ("mona", 200), ("eve", 404), ("otto", 200)])
def test_an_id_needs_no_row_of_the_period(world: World, act_as: Act, name: str, status: int) -> None:
    period = {"from": "2020-01-01", "to": "2020-02-01"}

    answer = act_as(name).get("figures/assigned/rows/", **period, by="rep", group=ALICE)

    assert answer.status_code == status
    assert not answer.json().get("total")
