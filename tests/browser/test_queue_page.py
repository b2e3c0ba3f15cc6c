"""Alice at her queue all day: keys move and open, waiting times tick."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from base.words import duration
from tests.browser.conftest import Visit
from tests.pages.world import NASTY_NAME, World

pytestmark = pytest.mark.browser


def test_keys_move_through_the_queue_and_open_a_person(visit: Visit, world: World) -> None:
    page = visit("alice").page

    for key in "jjjk":
        page.keyboard.press(key)
    page.keyboard.press("o")

    page.wait_for_url(f"**{world.person('waiting')}")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Person {NASTY_NAME}")


def test_a_slash_goes_to_the_search(visit: Visit, world: World) -> None:
    page = visit("alice").page

    page.keyboard.press("/")
    page.keyboard.type("won@customers")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/?**")  # with its scripts: rows are there before there are keys

    expect(page.locator("tbody tr")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url(f"**{world.person('won')}")


def test_waiting_times_tick_and_turn_late(visit: Visit) -> None:
    visitor = visit("alice")
    visitor.page.clock.install()
    page = visitor.open("/queue/")
    soon = page.locator("tbody tr:has([data-row])").nth(3)
    expect(soon).to_contain_text("15 min left")

    page.clock.fast_forward("20:00")

    expect(soon).to_contain_text("due 5 min ago")
    expect(soon.locator(".wait")).to_have_class("wait bad")


def test_the_browser_says_durations_as_the_server_does(visit: Visit) -> None:
    page = visit("alice").page
    seconds = [
        0,
        0.5,
        1,
        59.4,
        59.6,
        60,
        90,
        150,
        3569,
        3570,
        3600,
        8460,
        35_969,
        35_970,
        129_600,
        345_540,
        10**7,
    ]

    said = page.evaluate(
        "async seconds => { const {duration} = await import('/static/js/clocks.js'); return seconds.map(duration) }",
        seconds,
    )

    assert said == [duration(number) for number in seconds]
