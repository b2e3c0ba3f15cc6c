"""The Pulls page in a real browser: a day opens to its people in place, on a phone too."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from tests.browser.conftest import Visit
from tests.browser.test_every_page import WIDER
from tests.pages.test_pulls import Desk, model
from tests.pages.world import ALICE, World, make_world

pytestmark = pytest.mark.browser


@pytest.fixture
def world(transactional_db: None) -> World:
    """Alice pulled four yesterday."""
    world = make_world(timezone.now())
    enter(model())
    desk = Desk(world)
    for number in range(4):
        desk.pull(f"pulled_{number}", ALICE, 1)
    rebuild_all()
    rebuild_all()
    return world


@pytest.mark.parametrize("width", [360, 1280])
def test_a_day_opens_to_its_people_in_place(visit: Visit, width: int) -> None:
    visitor = visit("mona", viewport={"width": width, "height": 900})
    page = visitor.open("/pulls/?period=7")
    assert page.evaluate(WIDER) <= 0

    days = page.get_by_role("region", name="Day by day")
    days.get_by_role("link", name=re.compile(r"^4\s*over")).click()

    expect(page.locator("#behind h2")).to_have_text(re.compile("Alice · .* · Pulls"))
    expect(page.locator("#behind tbody tr")).to_have_count(4)
    assert f"rep={ALICE}&day=" in page.url
    page.locator("#f-period").select_option("30")
    expect(page).to_have_url(re.compile("rep=.*&day=|day=.*&rep="))
    expect(page.locator("#behind tbody tr")).to_have_count(4)
    page.reload()
    expect(page.locator("#behind tbody tr")).to_have_count(4)
    assert page.evaluate(WIDER) <= 0
