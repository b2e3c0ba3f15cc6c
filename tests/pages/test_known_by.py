"""As known by an instant (M3): Bob logs a call late, and yesterday's page is still to be had, marked as such."""

from __future__ import annotations

import pytest
from django.test import Client

from leadmodel.rebuild import rebuild_all
from sync import models as mirror
from tests.pages.reading import csv_lines, get, report_of, whole_list
from tests.pages.world import BOB, HOUR, World


@pytest.fixture
def before(world: World) -> str:
    """An instant as addresses have it: at it, nobody knew of the call that Bob logs ten minutes ago."""
    world.add_touch("bobs_late", BOB, HOUR / 6)
    mirror.Task.objects.filter(who_id=world.ids["bobs_late"]).update(completed_at=world.now - 10 * HOUR)
    mirror.Mark.objects.create(record_id=world.ids["bobs_late"])
    rebuild_all()
    return f"{world.now - HOUR:%Y-%m-%dT%H:%M:%SZ}"


def test_the_team_page_is_the_report_as_known_by_then(world: World, otto: Client, before: str) -> None:
    now = get(otto, f"/team/?figure=touched&rep={BOB}")
    then = get(otto, f"/team/?figure=touched&rep={BOB}&known_by={before}")

    late = "Person bobs late"
    assert late in {row.name for row in now.context["list"].behind}
    assert late not in {row.name for row in then.context["list"].behind}
    report = report_of(then.context["asked"], "--known-by", before)
    assert then.context["list"].total == report["by_rep"]["Bob"]["touched"]
    assert now.context["list"].total == report["by_rep"]["Bob"]["touched"] + 1
    lines = csv_lines(otto, f"/team/grid.csv?known_by={before}")
    assert {line["rep"]: line["touched"] for line in lines}["Bob"] == str(report["by_rep"]["Bob"]["touched"])


@pytest.mark.parametrize("page", ["/team/", "/reasons/", "/response/", "/pick-up/", f"/rep/?rep={BOB}"])
def test_the_page_says_so_keeps_it_and_leads_back(otto: Client, before: str, page: str) -> None:
    answer = get(otto, f"{page}{'&' if '?' in page else '?'}known_by={before}&team=&path=inbound")
    body = answer.content.decode()

    assert "as it was known by" in body
    assert ("No trend as of or as known by an instant" in body) is (page in {"/team/", "/reasons/"})
    assert answer.context["now_href"] == "?path=inbound" + ("&rep=" + BOB if "rep=" in page else "")
    kept = before.replace(":", "%3A")
    assert f"known_by={kept}" in answer.context["asked"].query(figure="open")
    assert "as it was known by" not in get(otto, page).content.decode()


def test_its_people_open_as_they_were_known(world: World, otto: Client, before: str) -> None:
    (row,) = [
        row
        for row in whole_list(otto, f"/team/?figure=assigned&rep={BOB}&known_by={before}")
        if row.name == "Person bobs late"
    ]

    then = get(otto, row.href)

    assert then.context["person"].stage == "Assigned"
    assert "what was recorded later is not told" in then.content.decode()
    assert then.context.get("panel") is None  # the past is not acted on
    assert get(otto, world.person("bobs_late")).context["person"].stage == "Working"
