"""The Response and Rep pages in a real browser: charts drawn from tables, numbers opened by mouse and keyboard."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Route, expect

from tests.browser.conftest import Visit
from tests.pages.world import ALICE, BOB, World

pytestmark = pytest.mark.browser
ANOTHER_FIGURE = re.compile(r"/rep/\?.*drawn=")
INK = """([chart, many]) => {
  const boxes = [...document.querySelectorAll(chart)];
  return boxes.length === many && boxes.every((box) => {
    const canvas = box.querySelector("canvas");
    if (!canvas) return false;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value) => value > 0);
  });
}"""
"""Whether so many charts stand there, each drawn: one that was just swapped in has nothing on it yet."""


def test_charts_are_drawn_and_drawn_again_after_a_filter(visit: Visit) -> None:
    page = visit("otto").open("/response/")

    for chosen in ("", "Inbound"):
        if chosen:
            page.get_by_label("Path").select_option(chosen)
            page.wait_for_url("**path=inbound**")
        page.wait_for_function(INK, arg=["[data-chart]", 2])


def test_a_reps_line_is_drawn_and_another_figure_chosen(visit: Visit, world: World) -> None:
    page = visit("mona").open(f"/rep/?rep={ALICE}&period=90")

    for chosen in ("Response, median", "Qualified"):
        choice = page.get_by_role("navigation", name="Drawn").get_by_role("link", name=chosen)
        choice.click()
        expect(choice).to_have_attribute("aria-current", "true")
        page.wait_for_function(INK, arg=["[data-chart=lines]", 1])
    assert "drawn=qualified_rate" in page.url
    page.get_by_label("Look at").select_option("Bob")
    page.wait_for_url(f"**rep={BOB}**")
    expect(page.locator("h1")).to_have_text("Rep · Bob")


def test_who_chooses_again_at_once_gets_the_last_choice(visit: Visit) -> None:
    page = visit("mona").open(f"/rep/?rep={ALICE}&period=90")
    choices = page.get_by_role("navigation", name="Drawn")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(ANOTHER_FIGURE, hold)

    for chosen in ("In time", "Qualified"):
        with page.expect_request(ANOTHER_FIGURE):
            choices.get_by_role("link", name=chosen).click()
    for route in held:
        with suppress(Error):  # the page gave up the first
            route.continue_()

    expect(choices.get_by_role("link", name="Qualified")).to_have_attribute("aria-current", "true")
    assert "drawn=qualified_rate" in page.url


def test_a_number_opens_by_keyboard_and_stays_in_the_address(visit: Visit) -> None:
    page = visit("mona").open("/response/?by=rep")
    number = page.locator("#took-table").get_by_role("row", name="15 min to 30 min").get_by_role("link")

    number.focus()
    page.keyboard.press("Enter")

    expect(page.locator("#behind h2")).to_have_text("My team · 15 min to 30 min")
    expect(number).to_have_attribute("aria-current", "true")
    assert "part=took.2" in page.url
    assert "by=rep" in page.url
    page.reload()
    expect(page.locator("#behind h2")).to_have_text("My team · 15 min to 30 min")
