"""Otto writes a rule and sees it counted as he types, then what it would move, and applies it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_a_rule_is_counted_while_it_is_written_and_applied_after_a_look(visit: Visit) -> None:
    page = visit("otto").open("/settings/lead-types/P1/")

    page.get_by_label("Field").first.fill("Company")
    page.get_by_label("Value").first.fill("Queue & Sons")
    expect(page.locator("#rule-count")).to_contain_text("Catches 1 person of 24 now.")
    page.get_by_label("Operator").first.select_option("is not")
    expect(page.locator("#rule-count")).to_contain_text("Catches 23 people of 24 now.")
    assert "csrf" not in page.url

    page.get_by_role("button", name="What would move").click()
    expect(page.locator("#would-move")).to_contain_text("Priority: none → P1")
    page.get_by_role("button", name="Apply and derive anew").click()
    page.wait_for_url(re.compile("/settings/model/$"))
    expect(page.get_by_text("Applied. Everybody is derived anew now")).to_be_visible()


def test_a_count_that_fails_leaves_the_rows_as_they_are_written(visit: Visit) -> None:
    visitor = visit("otto")
    page = visitor.open("/settings/lead-types/P1/")
    page.route("**/settings/lead-types/P1/count/?*", lambda route: route.fulfill(status=503), times=1)

    with page.expect_console_message(lambda message: "503 from" in message.text):
        page.get_by_label("Field").first.fill("Company")
    page.get_by_label("Value").first.fill("Queue & Sons")

    expect(page.locator("#rule-count")).to_contain_text("Catches 1 person of 24 now.")
    expect(page.get_by_label("Field").first).to_have_value("Company")
    visitor.complaints = [told for told in visitor.complaints if "503" not in told]


def test_mistakes_are_told_without_leaving_the_text(visit: Visit) -> None:
    page = visit("otto").open("/settings/model/edit/")

    text = page.get_by_label("The whole text")
    text.fill(text.input_value().replace("few: 3", "fewer: 3"))
    page.get_by_role("button", name="Check").click()

    expect(page.locator(".mistakes")).to_contain_text("there is no such setting")
    assert "fewer: 3" in text.input_value()
