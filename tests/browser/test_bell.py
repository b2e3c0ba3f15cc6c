"""The bell in a real browser: it counts, opens what one was told, and changes nothing else on the page."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from alerts.telling.notices import Name, Notice, Topic, tell
from base.models import User
from tests.browser.conftest import Visit
from tests.pages.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def told(world: World) -> None:
    """Three people who wait, of whom Mona was told before she came."""
    mona = User.objects.get(username="mona").pk
    for called in ("waiting", "due_soon", "bobs_late"):
        words = f"{called} waits for an answer"
        link = world.person(called)
        one = Notice(called, Topic.RESPONSE, Name.FIRST, mona, world.ids[called], words, "Answer.", link)
        tell([one], now=timezone.now())


def test_the_bell_counts_without_touching_the_page_and_empties(
    told: None, visit: Visit, world: World
) -> None:
    visitor = visit("mona")
    page = visitor.open("/people/")
    expect(page.locator("#bell .count")).to_have_text("3")
    page.locator("main input[name=q]").fill("half a wor")
    # what comes is told at the next look, which is asked for here at once
    page.evaluate("htmx.ajax('GET', '/told/bell/', {target: '#bell', swap: 'outerHTML'})")
    expect(page.locator("#bell")).to_have_attribute("title", "3 unread")
    expect(page.locator("main input[name=q]")).to_have_value("half a wor")
    assert page.url.endswith("/people/")

    page.locator("#bell").click()
    page.get_by_role("button", name="Mark as read: waiting waits for an answer").click()
    expect(page.locator("#bell .count")).to_have_text("2")
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.locator("#bell .count")).to_be_empty()
    page.get_by_role("link", name="bobs_late waits for an answer").click()
    assert page.url.endswith(world.person("bobs_late"))


def test_a_bell_that_got_no_answer_asks_again(told: None, visit: Visit) -> None:
    visitor = visit("mona")
    visitor.page.clock.install()
    visitor.page.route("**/told/bell/", lambda route: route.fulfill(status=503), times=1)
    page = visitor.open("/people/")
    expect(page.locator("#bell .count")).to_be_empty()

    page.clock.fast_forward("00:31")

    expect(page.locator("#bell .count")).to_have_text("3")
    visitor.complaints = [told for told in visitor.complaints if "503" not in told]
