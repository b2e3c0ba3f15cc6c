"""A real browser on a real server, looking at the small desk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.pages.world import World, make_world

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
]
expect.set_options(timeout=10_000)


@pytest.fixture
def world(transactional_db: None) -> World:
    """The desk as of now, for every connection to see."""
    return make_world(timezone.now())


class Visitor:
    """Somebody at a browser. `complaints`: whatever its console said was wrong, policy violations included."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        # nothing is wrong with giving one request up for the next; one that fails is also told as htmx:sendError
        if message.text.startswith(("htmx:sendAbort,", "htmx:afterRequest,")):
            return
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def log_in(self, name: str) -> Page:
        page = self.open("/login/")
        page.get_by_label("User name").fill(name)
        page.get_by_label("Password").fill("open sesame")
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(re.compile("/(team|queue)/"))
        return page


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(world: World, live_server: LiveServer, chromium: str) -> Iterator[Visit]:
    """Start a visitor; options are those of a browser context. Complaints fail the test at its end."""
    with ExitStack() as stack:
        player = stack.enter_context(sync_playwright())
        browser = player.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        stack.callback(browser.close)
        visitors: list[Visitor] = []

        def start(name: str = "", **options: Any) -> Visitor:
            context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
            visitor = Visitor(context, live_server.url)
            visitors.append(visitor)
            if name:
                visitor.log_in(name)
            return visitor

        yield start
        complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    assert complaints == []
