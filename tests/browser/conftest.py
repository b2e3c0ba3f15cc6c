"""A real browser on a real server, looking at the small desk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from base.models import User
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

    def come_back(self, name: str) -> Page:
        """Open one's first page, logged in some hours ago: the form is for the stories that are about it."""
        client = Client()
        client.force_login(User.objects.get(username=name))
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        self.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.address}])
        return self.open("/")

    def log_in(self, name: str) -> Page:
        page = self.open("/login/")
        page.get_by_label("User name").fill(name)
        page.get_by_label("Password").fill("open sesame")
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(re.compile("/(team|queue)/"))
        return page


Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One for all tests of a file; each visitor in it shares nothing with another."""
    with pytest.MonkeyPatch.context() as patched, sync_playwright() as player:
        # Playwright's loop stands still in this thread while tests run, and Django takes it for one that runs
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = player.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(world: World, live_server: LiveServer, browser: Browser) -> Iterator[Visit]:
    """Start a visitor, logged in; options are those of a browser context. Complaints fail the test at its end."""
    visitors: list[Visitor] = []
    with ExitStack() as stack:

        def start(name: str = "", **options: Any) -> Visitor:
            context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
            stack.callback(context.close)
            visitor = Visitor(context, live_server.url)
            visitors.append(visitor)
            if name:
                visitor.come_back(name)
            return visitor

        yield start
        complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    assert complaints == []
