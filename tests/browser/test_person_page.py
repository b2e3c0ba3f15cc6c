"""The Person page in a real browser: a sentence opens to its facts, a fact leads to its mark in the timeline."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.pages.world import World

pytestmark = pytest.mark.browser


def test_a_sentence_opens_to_its_facts_and_a_fact_leads_to_its_mark(world: World, visit: Visit) -> None:
    visitor = visit()
    visitor.log_in("alice")
    page = visitor.open(world.person("answered"))
    sentence = page.locator(".why details").filter(has_text="is the first that counts")
    expect(sentence.get_by_role("listitem").first).to_be_hidden()

    sentence.locator("summary").click()
    fact = sentence.get_by_role("listitem").filter(has_text="Task CreatedDate: Call: no answer")
    expect(fact).to_be_visible()
    fact.get_by_role("link", name="in the timeline").click()
    mark = page.locator(".line li:target")
    expect(mark).to_contain_text("First touch")
    expect(mark).to_be_in_viewport()

    page.locator(".whynot > summary").click()
    not_in = page.locator(".whynot > details").filter(has_text="Not in: touched")
    not_in.locator("summary").click()
    expect(not_in).to_contain_text("M10")
    expect(not_in.get_by_role("listitem").first).to_be_visible()
    assert visitor.complaints == []
