"""In a real browser: out to Salesforce and back, under the content security policy; and pages that do not jump."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from sandbox.org.org import Org
from sandbox.server.certificates import issue
from sandbox.server.listening import background, listen
from sandbox.server.serving import Service
from tests.browser.conftest import Visit
from tests.sync.conftest import new_org

pytestmark = pytest.mark.browser


@pytest.fixture
def organisation(tmp_path: Path, settings: Settings) -> Iterator[tuple[Org, str]]:
    """An organisation on this machine that nobody has connected yet, and its address."""
    org = new_org(tmp_path / "org.db")
    authority = tmp_path / "ca.pem"
    service = Service(org, listen(0), listen(0), issue(authority))
    settings.SALESFORCE_URL = ""
    settings.SALESFORCE_CA_FILE = str(authority)
    settings.SALESFORCE_ALLOW_LOCAL = True
    with background(service):
        assert service.https_url
        yield org, service.https_url
    org.store.close()


def test_otto_connects_and_logs_in(organisation: tuple[Org, str], visit: Visit) -> None:
    _, address = organisation
    visitor = visit("otto", ignore_https_errors=True)
    page = visitor.open("/settings/salesforce/")
    expect(page.get_by_label("My Domain", exact=True)).not_to_be_visible()
    page.get_by_role("radio", name=re.compile("My Domain")).check()
    page.locator("#my-domain").fill("crm.example")
    page.get_by_label("Consumer key").fill("sandbox")
    page.get_by_label("Consumer secret").fill("sandbox")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_text("is no My Domain of Salesforce")).to_be_visible()

    page.locator("#my-domain").fill(address)
    page.get_by_label("Consumer secret").fill("sandbox")
    page.get_by_role("button", name="Connect", exact=True).click()
    page.get_by_role("button", name="Allow").click()

    expect(page.get_by_text("Connected as otto@desk.example.")).to_be_visible()
    page.get_by_role("link", name="Check what we may read").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    stranger = visit(ignore_https_errors=True)
    page = stranger.open("/login/")
    page.get_by_role("button", name="Log in with Salesforce").click()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("You have no account here")).to_be_visible()


def test_a_page_that_asks_by_itself_outlives_a_server_that_is_away(visit: Visit) -> None:
    visitor = visit("otto")
    page = visitor.page
    page.clock.install()
    away = ["**/settings/salesforce/health/", "**/audit/auditor/"]
    visitor.open("/settings/salesforce/health/")
    for address in away:
        page.route(address, lambda route: route.fulfill(status=502))
    for address in ("/settings/salesforce/health/", "/audit/auditor/"):
        with page.expect_response(f"**{address}", timeout=10_000):
            page.clock.fast_forward("01:00")
    for address in away:
        page.unroute(address)
    with page.expect_response("**/settings/salesforce/health/") as asked_again:
        page.clock.fast_forward("15")
    assert asked_again.value.request.headers["hx-request"] == "true"
    visitor.complaints = [told for told in visitor.complaints if "502" not in told]
