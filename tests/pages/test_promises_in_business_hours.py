"""Promises in business hours: every page and figure that says *in time* says it of the same hours."""

from __future__ import annotations

import pytest
from django.db.models import F
from django.test import Client

from leadmodel.models import Clock, Cycle
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from tests.pages.reading import get, report_of
from tests.pages.world import DAY, MODEL, World

PROMISE = MODEL + "response: {hours: business, priorities: {}}\n"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def promise(hours: str) -> None:
    """Answers are promised in these hours of every day."""
    week = ", ".join(f'{day}: ["{hours}"]' for day in DAYS)
    enter(f"{PROMISE}business_time: {{everybody: {{hours: {{{week}}}}}}}\n")
    rebuild_all()


def told(client: Client) -> dict[str, float | None]:
    """The Team page's figures."""
    figures: dict[str, float | None] = report_of(get(client, "/team/").context["asked"])["all"]
    return figures


def test_who_works_day_and_night_is_held_to_the_calendars_hours(world: World, otto: Client) -> None:
    before = told(otto)
    tiles = {tile.label: tile.count for tile in get(otto, "/team/").context["tiles"]}
    promise("00:00-24:00")

    after = told(otto)
    assert after["sla_attainment"] == before["sla_attainment"]
    assert after["sla_attainment_of"] == before["sla_attainment_of"]
    assert {tile.label: tile.count for tile in get(otto, "/team/").context["tiles"]} == tiles
    assert Clock.objects.exclude(kind="working_limit").exists()


@pytest.mark.parametrize("hours", ["00:00-12:00", "06:00-18:00", "23:00-24:00"])
def test_in_time_is_whoever_used_up_no_more_business_hours_than_promised(
    world: World, otto: Client, hours: str
) -> None:
    promise(hours)

    inbound = Cycle.objects.filter(path="inbound", handling="touched")
    assert inbound.filter(target_due_at__isnull=False).count() == inbound.count() > 8
    by_due_moment = inbound.filter(first_touch_at__lte=F("target_due_at"))
    by_hours = inbound.filter(response_business_s__lte=7200)
    assert set(by_due_moment.values_list("pk")) == set(by_hours.values_list("pk"))
    page = get(otto, "/team/?figure=sla_attainment&period=30")
    in_time = {row.name for row in page.context["list"].behind if row.counts}
    late = {row.name for row in page.context["list"].behind if row.tone == "bad"}
    assert in_time
    assert not in_time & late


def test_the_way_to_the_longest_wait_is_the_clocks(world: World, otto: Client) -> None:
    promise("00:00-24:00")
    Clock.objects.filter(person_id=world.ids["bobs_late"], kind="response_maximum").update(
        due_at=world.now + 365 * DAY
    )
    names = {row.name for row in get(otto, "/team/?tile=past_maximum").context["list"].waiting}
    assert "Person bobs late" not in names
