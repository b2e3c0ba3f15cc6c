"""The Now strip as of an instant (M3): a link to it shows the same people for ever, whatever became of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from metrics import now as present
from sync import models as mirror
from tests.pages.reading import csv_lines, get, whole_list
from tests.pages.world import ALICE, BOB, EVE, HOUR, MODEL, World


def then() -> str:
    """Now, as addresses have it: an instant of the past for whoever follows the link."""
    now = f"{timezone.now():%Y-%m-%dT%H:%M:%S.%fZ}"
    return f"as_of={now}&known_by={now}"


def people(client: Client, address: str) -> list[str]:
    return [row.name for row in whole_list(client, address)]


def counts(client: Client, address: str) -> dict[str, int]:
    return {tile.label: tile.count for tile in get(client, address).context["tiles"]}


def the_day_goes_on(world: World) -> None:
    """Alice answers somebody, an old call is logged late, Bob closes one unseen, Eve takes over another."""
    world.now = timezone.now()
    world.add_touch("waiting", ALICE, 0 * HOUR)
    world.add_touch("due_soon", ALICE, 0 * HOUR)
    mirror.Task.objects.filter(who_id=world.ids["due_soon"]).update(completed_at=world.now - HOUR)
    for called, field, old, new in (
        ("bobs_late", "Status", "Assigned", "Unqualified"),
        ("back_again", "Owner", ALICE, EVE),
    ):
        mirror.LeadHistory.objects.create(
            id=f"017{called:>012}AAA"[:18],
            lead_id=world.ids[called],
            field=field,
            old_value=old,
            new_value=new,
            created_at=world.now,
            created_by_id=BOB,
        )
    mirror.Lead.objects.filter(id=world.ids["bobs_late"]).update(status="Unqualified")
    mirror.Lead.objects.filter(id=world.ids["back_again"]).update(owner_id=EVE)
    mirror.Mark.objects.bulk_create(mirror.Mark(record_id=record_id) for record_id in world.ids.values())
    rebuild_all()


@pytest.mark.parametrize("tile", [tile.name for tile in present.TILES])
def test_a_link_shows_the_same_whatever_comes_after(world: World, mona: Client, tile: str) -> None:
    link = f"/team/?tile={tile}&{then()}"
    told = people(mona, f"/team/?tile={tile}"), counts(mona, "/team/")

    the_day_goes_on(world)

    assert (people(mona, link), counts(mona, link)) == told
    assert [line["name"] for line in csv_lines(mona, link.replace("/?", "/now.csv?"))] == told[0]


def test_what_came_after_shows_in_what_is_now(world: World, mona: Client) -> None:
    """Without it the test above would show nothing."""
    before = {tile: people(mona, f"/team/?tile={tile}") for tile in ("outside_sla", "due_soon")}

    the_day_goes_on(world)

    after = {tile: people(mona, f"/team/?tile={tile}") for tile in before}
    assert "Person bobs late" in set(before["outside_sla"]) - set(after["outside_sla"])
    assert before["due_soon"] == ["Person due soon"]
    assert after["due_soon"] == []


def test_other_settings_since_then_change_nothing_of_it(world: World, mona: Client) -> None:
    link = f"/team/?tile=outside_sla&{then()}"
    told = people(mona, "/team/?tile=outside_sla")

    enter(MODEL.replace("inbound_sources: [Web, Chat]", "inbound_sources: [Chat]\n  otherwise: outbound"))
    rebuild_all()

    assert people(mona, "/team/?tile=outside_sla") == []
    assert people(mona, link) == told


def test_the_past_is_looked_at_and_not_acted_on(world: World, mona: Client) -> None:
    page = get(mona, f"/team/?tile=outside_sla&{then()}")
    rows: list[Any] = page.context["list"].waiting
    body = page.content.decode()

    assert page.context["list"].title == "Then · Outside SLA"
    assert rows
    assert all(row.marks is None and "known_by=" in row.href for row in rows)
    assert "data-since" not in body
    assert page.context["now_href"] == "?tile=outside_sla"
    assert "data-since" in get(mona, "/team/?tile=outside_sla").content.decode()


def test_whoever_is_not_derived_yet_is_told_of_too(world: World, mona: Client) -> None:
    """A lead was read a moment ago and no rebuild came to it: then it waits, whenever the link is opened."""
    world.add_lead("just_read", ALICE, 3 * HOUR)
    link = f"/team/?tile=outside_sla&{then()}"
    told = people(mona, link)
    rebuild_all()

    assert "Person just read" in told
    assert people(mona, link) == told


def test_a_tile_opens_for_one_rep(world: World, mona: Client) -> None:
    both, alices, bobs = (
        people(mona, f"/team/?tile=outside_sla{rep}") for rep in ("", f"&rep={ALICE}", f"&rep={BOB}")
    )

    assert alices
    assert bobs == ["Person bobs late"]
    assert sorted(alices + bobs) == sorted(both)
    page = get(mona, f"/team/?tile=outside_sla&rep={BOB}").context["list"]
    assert (page.title, page.total) == ("Bob · Now · Outside SLA", 1)
    assert len(csv_lines(mona, f"/team/now.csv?tile=outside_sla&rep={BOB}")) == 1
