"""The ways at the top: all of them in sight or one menu away, by mouse and keyboard, with and without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [360, 1280])
def test_otto_reaches_everything(visit: Visit, width: int) -> None:
    page = visit("otto", viewport={"width": width, "height": 740}).open("/team/")
    expect(page.get_by_role("link", name="Admin")).to_be_hidden()

    page.locator(".top summary", has_text="More").click()

    admin = page.get_by_role("link", name="Admin")
    expect(admin).to_be_in_viewport(ratio=1)
    for name in ("Team", "Queue", "People", "Requests", "Settings"):
        expect(page.locator(".top nav").get_by_role("link", name=name)).to_be_in_viewport(ratio=1)
    admin.click()
    page.wait_for_url("**/admin/")


def test_the_keyboard_opens_goes_in_and_folds_up_again(visit: Visit) -> None:
    page = visit("mona").open("/response/")
    menu = page.locator(".top summary", has_text="Analysis")

    menu.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".menu").get_by_role("link", name="Rep", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    response = page.get_by_role("link", name="Response", exact=True)
    expect(response).to_be_focused()
    expect(response).to_have_attribute("aria-current", "page")
    page.keyboard.press("Escape")
    expect(response).to_be_hidden()
    expect(menu).to_be_focused()

    page.keyboard.press("Enter")
    page.locator(".top summary", has_text="More").click()
    expect(response).to_be_hidden()
    expect(page.get_by_role("link", name="Exceptions", exact=True)).to_be_visible()
    page.locator("h1").click()
    expect(page.get_by_role("link", name="Exceptions", exact=True)).to_be_hidden()


def test_without_script_menus_open_all_the_same(visit: Visit) -> None:
    page = visit("mona", java_script_enabled=False).open("/queue/")

    page.locator(".top summary", has_text="Analysis").click()
    page.get_by_role("link", name="Pick-up", exact=True).click()

    expect(page.locator("h1")).to_have_text("Pick-up · My team")
