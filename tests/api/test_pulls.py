"""Outbound pulls by rep and day are the Pulls page's, for those who may see the reps."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from base.models import User
from leadmodel.models import SettingsVersion
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from tests.api.conftest import Act, Program, problem
from tests.pages.reading import csv_lines
from tests.pages.test_pulls import Desk, model
from tests.pages.world import ALICE, DAY, World

PERIOD = {"from": "2026-01-01", "to": "2026-02-01"}


@pytest.fixture
def pulled(world: World) -> date:
    """Alice pulled four yesterday, whichever day that is."""
    enter(model())
    SettingsVersion.objects.update(entered_at=world.now - 90 * DAY)
    desk = Desk(world)
    for number in range(4):
        desk.pull(f"pulled_{number}", ALICE, 1, 12 + number / 10)
    rebuild_all()
    return desk.midnight.date() - DAY


def test_it_tells_what_the_page_tells(pulled: date, mona: Program, alice: Program, act_as: Act) -> None:
    days = {"from": pulled - timedelta(days=2), "to": pulled + timedelta(days=1)}
    told = mona.read("pulls/", **days)

    assert (told["at_least"], told["at_most"], told["left_out"]) == (2, 3, 0)
    assert [rep["name"] for rep in told["results"]] == ["Alice", "Bob"]
    last = told["results"][0]["days"][-1]
    assert last == {
        "day": f"{pulled}", "kind": "worked", "pulls": 4, "in_rates": 4, "qualified": 0, "place": "over",
    }  # fmt: skip
    page = Client()
    page.force_login(User.objects.get(username="mona"))
    lines = csv_lines(page, f"/pulls/days.csv?from={days['from']}&through={pulled}")
    assert [(line["rep"], line["day"], int(line["pulls"]), line["band"]) for line in lines] == [
        (rep["name"], day["day"], day["pulls"], day["place"] or "")
        for rep in told["results"]
        for day in rep["days"]
    ]
    assert [rep["rep"] for rep in alice.read("pulls/", **days)["results"]] == [ALICE]
    assert act_as("eve").read("pulls/", **days)["results"] == []


def test_as_of_an_instant_it_is_what_had_been_pulled_by_then(pulled: date, mona: Program) -> None:
    days = {"from": pulled, "to": pulled + timedelta(days=1)}
    told = mona.read("pulls/", **days, as_of=f"{pulled}T12:07:00Z")

    (day,) = told["results"][0]["days"]
    assert (day["pulls"], day["kind"], day["place"]) == (2, "running", None)


@pytest.mark.parametrize(
    ("parameters", "where", "what"),
    [
        ({**PERIOD, "as_of": "2999-01-01T00:00:00Z"}, "query.as_of", "as_of is in the future."),
        ({"from": "2024-01-01", "to": "2026-01-01"}, "query.to", "The period is longer than a year."),
        ({"from": "2026-01-02", "to": "2026-01-01"}, "query.to", "is not after from"),
    ],
)
def test_what_cannot_be_is_told(
    world: World, mona: Program, parameters: dict[str, str], where: str, what: str
) -> None:
    wrong = problem(mona.get("pulls/", **parameters))

    assert wrong["where"] == where
    assert what in wrong["what"]
