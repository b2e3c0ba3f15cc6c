"""Credentials go to Salesforce's hosts and nowhere else."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from sync.salesforce.hosts import StrangeHost, is_salesforce, my_domain


@pytest.fixture(autouse=True)
def _in_production(settings: Settings) -> None:
    settings.SALESFORCE_ALLOW_LOCAL = False


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("fieldnote", "https://fieldnote.my.salesforce.com"),
        (" Fieldnote ", "https://fieldnote.my.salesforce.com"),
        ("fieldnote.my.salesforce.com", "https://fieldnote.my.salesforce.com"),
        ("https://fieldnote.my.salesforce.com/", "https://fieldnote.my.salesforce.com"),
        ("https://fieldnote.my.salesforce.com:443/home", "https://fieldnote.my.salesforce.com"),
        ("https://fieldnote--test.sandbox.my.salesforce.com", "https://fieldnote--test.sandbox.my.salesforce.com"),
        ("fieldnote-dev-ed.develop.my.salesforce.com", "https://fieldnote-dev-ed.develop.my.salesforce.com"),
        ("https://fieldnote.lightning.force.com/lightning/page/home", "https://fieldnote.my.salesforce.com"),
        ("fieldnote--test.sandbox.lightning.force.com", "https://fieldnote--test.sandbox.my.salesforce.com"),
        ("https://fieldnote.my.salesforce-setup.com/lightning/setup", "https://fieldnote.my.salesforce.com"),
    ],
)  # fmt: skip
def test_a_my_domain_is_understood_as_people_write_it(written: str, url: str) -> None:
    assert my_domain(written) == url


@pytest.mark.parametrize(
    "written",
    [
        "",
        "https://fieldnote.my.salesforce.com.evil.example",
        "https://evil.example/fieldnote.my.salesforce.com",
        "https://evil.example#.my.salesforce.com",
        "https://a.b.c.my.salesforce.com",
        "https://fieldnote.my.salesforce.com:8443",
        "https://[broken",
        "https://localhost:8002",
        "169.254.169.254",
        "fieldnote.my.salesforce.com@evil.example",
        "-fieldnote",
        "field note",
        "crm.example",
    ],
)
def test_anything_else_is_refused_with_what_to_write(written: str) -> None:
    with pytest.raises(StrangeHost, match="no My Domain of Salesforce: write it like"):
        my_domain(written)


@pytest.mark.parametrize(
    ("url", "is_fine"),
    [
        ("https://login.salesforce.com", True),
        ("https://fieldnote.my.salesforce.com", True),
        ("http://fieldnote.my.salesforce.com", False),
        ("https://user@fieldnote.my.salesforce.com", False),
        ("https://fieldnote.my.salesforce.com:22", False),
        ("https://salesforce.com.evil.example", False),
        ("https://evilsalesforce.com", False),
        ("https://127.0.0.1", False),
        ("https://[::1", False),
    ],
)
def test_tokens_go_to_salesforce_only(url: str, *, is_fine: bool) -> None:
    assert is_salesforce(url) is is_fine


@pytest.mark.parametrize(
    ("allowed", "local", "debug", "is_fine"),
    [
        (True, True, False, True),
        (True, False, True, True),
        (True, False, False, False),
        (False, True, True, False),
    ],
)
def test_this_machine_needs_the_setting_and_no_production(
    settings: Settings, *, allowed: bool, local: bool, debug: bool, is_fine: bool
) -> None:
    settings.SALESFORCE_ALLOW_LOCAL, settings.LOCAL, settings.DEBUG = allowed, local, debug

    assert is_salesforce("https://localhost:8002") is is_fine
    assert not is_salesforce("https://10.0.0.1:8002")
