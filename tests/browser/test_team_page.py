"""Mona at her dashboard: open a number, go back, reload, filter; the address always says what is shown."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.pages.world import ALICE

pytestmark = pytest.mark.browser
CELL = f".grid a[href*='figure=response_median_s'][href*='rep={ALICE}']"


def test_a_number_opens_into_its_list_and_back_and_reload_keep_the_place(visit: Visit) -> None:
    page = visit("mona").page
    behind = page.locator("#behind")
    expect(behind).to_contain_text("Choose a number above")

    page.locator(CELL).click()

    expect(behind.get_by_role("heading")).to_have_text("Alice · Response, median")
    expect(page.locator(CELL)).to_have_attribute("aria-current", "true")
    expect(page).to_have_url(re.compile(r"figure=response_median_s&rep=005Alice"))
    page.reload()
    expect(behind.get_by_role("heading")).to_have_text("Alice · Response, median")
    with page.expect_event(
        "load"
    ):  # the page is asked for anew, and follows the address once it has its scripts
        page.go_back()
    expect(behind).to_contain_text("Choose a number above")
    page.go_forward()
    expect(behind.get_by_role("heading")).to_have_text("Alice · Response, median")


def test_a_filter_keeps_the_cell_and_the_address_says_both(visit: Visit) -> None:
    page = visit("mona").page
    page.locator(CELL).click()
    expect(page.locator("#behind tbody tr")).to_have_count(4)

    page.get_by_label("Source").select_option("Chat")

    expect(page.locator("#behind tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/team/\?source=Chat&figure=response_median_s&rep=005Alice\w+$"))
    expect(page.get_by_label("Source")).to_have_value("Chat")


def test_a_tile_opens_its_people(visit: Visit) -> None:
    page = visit("mona").page

    page.get_by_role("link", name="Outside SLA").click()

    expect(page.locator("#behind [data-row]")).to_have_count(4)
    expect(page.locator("#behind")).to_contain_text("due 1 h 00 min ago")


def test_days_of_ones_own_are_asked_for(visit: Visit) -> None:
    page = visit("mona").page

    page.get_by_label("Period").select_option("custom")
    expect(page.get_by_role("button", name="Show")).to_be_hidden()
    page.get_by_label("from").fill("2020-01-02")
    page.get_by_label("through").fill("2020-01-01")
    page.get_by_label("from").fill("2020-01-01")
    page.get_by_role("button", name="Show").click()

    expect(page).to_have_url(re.compile(r"period=custom&from=2020-01-01&through=2020-01-01"))
    expect(page.get_by_role("button", name="Show")).to_be_hidden()
    today = timezone.now().date().isoformat()
    page.get_by_label("through").fill(today)
    page.get_by_label("through").press("Enter")
    expect(page).to_have_url(re.compile(f"from=2020-01-01&through={today}"))
    expect(page.locator(".grid tr.total")).to_contain_text("My team")


def test_sorting_by_a_figure_stands_in_the_address(visit: Visit) -> None:
    page = visit("mona").page

    page.get_by_role("columnheader").get_by_role("link", name="Assigned").click()

    expect(page).to_have_url(re.compile("sort=-assigned"))
    expect(page.locator(".grid th[aria-sort=descending]")).to_contain_text("Assigned")
    expect(page.locator(".grid tbody tr").nth(1)).to_contain_text("Alice")
    page.get_by_role("link", name="Assigned").click()
    expect(page.locator(".grid tbody tr").nth(1)).to_contain_text("Bob")
    page.get_by_role("columnheader").get_by_role("link", name="Rep").click()
    expect(page).to_have_url(re.compile(r"/team/\??$"))


def test_it_works_without_javascript(visit: Visit) -> None:
    page = visit("mona", java_script_enabled=False).page

    page.locator(CELL).click()
    expect(page.locator("#behind tbody tr")).to_have_count(4)
    page.get_by_label("Source").select_option("Chat")
    page.get_by_role("button", name="Show").click()

    expect(page.locator("#behind tbody tr")).to_have_count(1)


def test_a_number_the_server_fails_on_is_asked_for_as_a_page(visit: Visit) -> None:
    visitor = visit("mona")
    page = visitor.page
    page.route("**/team/?*figure=*", lambda route: route.fulfill(status=503), times=1)

    page.locator(CELL).click()

    page.wait_for_url(re.compile("figure=response_median_s"))
    expect(page.get_by_role("heading", name="Alice · Response, median")).to_be_visible()
    visitor.complaints = [told for told in visitor.complaints if "503" not in told]


def test_who_is_logged_out_meanwhile_is_sent_to_the_log_in(visit: Visit) -> None:
    visitor = visit("mona")
    visitor.context.clear_cookies()

    visitor.page.locator(CELL).click()

    visitor.page.wait_for_url(re.compile("/login/"))
    expect(visitor.page.get_by_role("heading", name="Log in")).to_be_visible()
