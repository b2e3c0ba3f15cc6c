"""Alice at her queue all day: keys move and open, waiting times tick."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from base.words import duration
from leadmodel.rebuild import rebuild_all
from tests.browser.conftest import Visit
from tests.pages.world import ALICE, HOUR, NASTY_NAME, World

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
    expect(soon.locator(".badge").last).to_have_class("badge bad")


def test_letters_are_letters_for_who_switches_them_off(visit: Visit, world: World) -> None:
    visitor = visit("alice")
    page = visitor.open("/queue/")
    page.locator(".who summary").click()
    page.get_by_label("Letter shortcuts").uncheck()
    page = visitor.open("/queue/")
    page.keyboard.press("j")
    page.keyboard.press("/")
    expect(page.locator("[data-row]:focus, #find:focus")).to_have_count(0)

    page.locator(".who summary").click()
    page.get_by_label("Letter shortcuts").check()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("[data-row]").first).to_be_focused()


@pytest.fixture
def just_came(world: World) -> None:
    """Two of Alice's have nearly all of their two hours left; Salesforce calls the second one Working."""
    world.add_lead("just_came", ALICE, HOUR / 6)
    world.add_lead("claimed", ALICE, HOUR / 6, (HOUR / 12, "Status", "Assigned", "Working"))
    rebuild_all()


def test_who_just_came_turns_near_and_late_on_a_page_kept_open(just_came: None, visit: Visit) -> None:
    visitor = visit("alice")
    visitor.page.clock.install()
    page = visitor.open("/queue/")

    def told(called: str, wait: str, badge: str) -> None:
        row = page.locator("tr", has_text=f"Person {called}")
        expect(row.locator(".wait")).to_have_class(re.compile(f"^{wait} *$"))
        expect(row.locator(".badge")).to_have_class(re.compile(f"^{badge} *$"))

    for ahead, wait, badge in (
        ("01", "wait", "badge"),
        ("51:00", "wait near", "badge near"),
        ("01:00:00", "wait bad", "badge bad"),
    ):
        page.clock.fast_forward(ahead)
        told("just came", wait, badge)
        told("claimed", wait, "badge near")


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
