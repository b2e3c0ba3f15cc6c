"""The mails of development in a browser: a mail's HTML as it is meant, and nothing of it can do anything."""

from __future__ import annotations

import re
import smtplib
import socket
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from sandbox.post.mailbox import Mailbox
from sandbox.post.serving import Post
from sandbox.server.listening import background, listen
from tests.browser.conftest import ARGUMENTS

pytestmark = pytest.mark.browser

HTML = """<!doctype html><html><head><style>
h1 { color: rgb(1, 2, 3); }
</style></head><body>
<h1>3 wait</h1><p style="color: red">as usual</p>
<a href="{link}">See them</a>
<script>document.querySelector("h1").textContent = "nobody waits"</script>
<img src="http://{elsewhere}/seen.png" onerror="document.querySelector('h1').textContent = 'nobody waits'">
<form action="http://{elsewhere}/"><button>Send</button></form>
</body></html>
"""


@pytest.fixture
def elsewhere() -> Iterator[socket.socket]:
    """Where a mail would like to be seen."""
    with listen(0) as sock:
        yield sock


@pytest.fixture
def post(tmp_path: Path, elsewhere: socket.socket) -> Iterator[Post]:
    mailbox = Mailbox(tmp_path / "mails.db")
    with closing(mailbox), background(Post(mailbox, listen(0), listen(0))) as post:
        message = EmailMessage()
        message["Subject"], message["From"] = (
            "3 people outside SLA " + 12 * "and-so-on",
            "leadmodel@localhost",
        )
        message["To"] = "mona@desk.example"
        message.set_content("3 wait\n")
        host, port = elsewhere.getsockname()
        html = HTML.replace("{link}", post.url).replace("{elsewhere}", f"{host}:{port}")
        message.add_alternative(html, subtype="html")
        with smtplib.SMTP(post.smtp_address) as client:
            client.send_message(message)
        yield post


@pytest.fixture
def page(chromium: str) -> Iterator[Page]:
    with (
        sync_playwright() as player,
        player.chromium.launch(executable_path=chromium, args=ARGUMENTS) as browser,
    ):
        yield browser.new_page(viewport={"width": 360, "height": 740}, color_scheme="dark")


def test_a_mail_is_shown_in_its_own_style_and_does_nothing(
    post: Post, page: Page, elsewhere: socket.socket
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(post.url)
    assert complaints == []  # nothing of the pages' own is refused by their policy
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.get_by_role("link", name=re.compile("3 people")).click()
    frame = page.frame_locator("iframe")
    heading = frame.get_by_role("heading", level=1)
    expect(heading).to_have_text("3 wait")
    expect(heading).to_have_css("color", "rgb(1, 2, 3)")
    frame.get_by_role("button", name="Send").click()
    expect(heading).to_have_text("3 wait")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 21, 23)"

    with page.context.expect_page() as opened:
        frame.get_by_role("link", name="See them").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Mails")
    with pytest.raises(BlockingIOError):  # nobody came
        elsewhere.accept()
