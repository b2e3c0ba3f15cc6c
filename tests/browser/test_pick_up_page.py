"""Mona opens one list after the other: what is marked is always what is shown."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("path", "link", "shown"),
    [
        ("/pick-up/", "look for them", "Only automatic touches"),
        ("/reasons/?period=90", "Unqualified: 5", "Unqualified"),
    ],
)
def test_a_link_in_words_takes_the_mark_from_the_cell(visit: Visit, path: str, link: str, shown: str) -> None:
    page = visit("mona").open(path)
    marked = page.locator("main a[aria-current]").and_(page.locator(".grid a, h2 a, p a"))
    page.locator(".grid td a").first.click()
    expect(page.locator("#behind h2")).to_be_visible()
    expect(marked).to_have_count(1)

    page.get_by_role("link", name=link).click()

    expect(page.locator("#behind h2")).to_contain_text(shown)
    expect(marked).to_have_count(1)
    expect(marked).to_have_text(link)
