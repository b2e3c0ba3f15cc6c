"""Other names of stages, where operations turn them on: on a person's page, among the figures, with the band (R144)."""

from __future__ import annotations

import pytest
from django.test import Client

from leadmodel.models import Cycle
from leadmodel.settings_store import enter
from sync import models as mirror
from tests.pages.reading import get, report_of
from tests.pages.world import DAY, HOUR, MODEL, World

SHOWN = MODEL + "aliases: {show: [AQL, MAL, MEL, SQO]}\n"


@pytest.fixture
def shown(world: World) -> World:
    mirror.CampaignMember.objects.create(
        id="00v000000000001AAA",
        lead_id=world.ids["won"],
        campaign_id="701000000000001AAA",
        created_at=world.now - 5 * DAY - HOUR,
    )
    enter(SHOWN)
    return world


def names(client: Client, address: str) -> dict[str, bool]:
    """Each name of the latest cycle, and whether it was reached."""
    latest = get(client, address).context["aliases"][0]
    return {one.name: one.at is not None for one in latest.aliases}


def test_a_persons_page_dates_them(shown: World, alice: Client) -> None:
    assert names(alice, shown.person("won")) == {"AQL": True, "MAL": True, "MEL": True, "SQO": False}
    assert names(alice, shown.person("waiting")) == {"AQL": True, "MAL": False, "MEL": False, "SQO": False}
    body = get(alice, shown.person("won")).content.decode()
    assert "Also called" in body
    assert "not reached" in body


def test_as_of_an_instant_what_came_later_is_not_reached(shown: World, alice: Client) -> None:
    before = f"{shown.now - 5 * DAY + HOUR:%Y-%m-%dT%H:%M:%SZ}"

    assert names(alice, f"{shown.person('won')}?as_of={before}")["MAL"] is False


def test_turned_off_nothing_of_it_is_shown(world: World, otto: Client) -> None:
    assert "Also called" not in get(otto, world.person("won")).content.decode()
    assert "acceptance_rate" not in {column.name for column in get(otto, "/team/").context["grid"].columns}
    assert "Other names of stages" not in get(otto, "/figures/").content.decode()


def test_with_mal_the_team_page_has_the_acceptance_rate_beside_its_band(shown: World, otto: Client) -> None:
    page = get(otto, "/team/?figure=acceptance_rate")

    columns = {column.name: column for column in page.context["grid"].columns}
    assert columns["acceptance_rate"].target == "85 % to 90 %"
    (cell,) = [one for one in page.context["grid"].total.cells if one.figure == "acceptance_rate"]
    told = report_of(page.context["asked"])["all"]
    assert cell.value == f"{told['acceptance_rate'] * 100:.1f} %"
    assert cell.against is not None
    assert cell.against.words == "lies below the band of 85 % to 90 %"
    assert page.context["list"].total == told["acceptance_rate_of"]
    assert "Other names of stages" in get(otto, "/figures/").content.decode()


def test_with_sqo_it_has_how_much_became_pipeline(shown: World, otto: Client) -> None:
    Cycle.objects.filter(person_id=shown.ids["won"]).update(pipeline_at=shown.now)
    page = get(otto, "/team/?figure=pipeline_rate")

    columns = [column.name for column in page.context["grid"].columns]
    assert columns[columns.index("qualified_rate") + 1] == "pipeline_rate"
    (cell,) = [one for one in page.context["grid"].total.cells if one.figure == "pipeline_rate"]
    told = report_of(page.context["asked"])["all"]
    assert told["pipeline_rate"] * told["pipeline_rate_of"] == pytest.approx(1)
    assert cell.value == f"1 of {told['pipeline_rate_of']}"
    assert page.context["list"].total == told["pipeline_rate_of"]
