"""The page of one's own mail in a browser: the mail in its frame, and the links that lead out of it."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import Visit
from tests.pages.world import World

pytestmark = pytest.mark.browser


def test_a_link_in_the_mail_opens_its_list_in_the_page(visit: Visit, world: World) -> None:
    visitor = visit("mona")
    page = visitor.open("/mails/")
    mail = page.frame_locator("iframe.mail")
    heading = mail.get_by_role("heading", level=1)
    assert heading.evaluate("h1 => getComputedStyle(h1).fontSize") == "20px"  # its style sheet is let in
    link = heading.get_by_role("link")
    number = int(link.inner_text())
    # its address is that of production: here it is this server's
    link.evaluate("(a, here) => { a.href = a.href.replace(/^https?:..[^/]+/, here) }", visitor.address)
    link.click()
    page.wait_for_url(re.compile("/team/.tile=outside_sla"))
    assert page.locator("#behind tr [data-row]").count() == number
    # what the test itself runs in the frame is refused there too, and told
    visitor.complaints = [told for told in visitor.complaints if "Blocked script execution" not in told]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_mail_keeps_to_a_phone_and_to_the_readers_light(visit: Visit, world: World, scheme: str) -> None:
    page = visit("mona", viewport={"width": 360, "height": 740}, color_scheme=scheme).open("/mails/")
    body = page.frame_locator("iframe.mail").locator("body")
    colour = body.evaluate("body => getComputedStyle(body).backgroundColor")
    assert colour == ("rgb(20, 21, 23)" if scheme == "dark" else "rgb(252, 252, 251)")
    assert body.evaluate("body => body.scrollWidth - body.clientWidth") <= 0
