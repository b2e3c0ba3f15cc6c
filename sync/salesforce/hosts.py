"""Which hosts are Salesforce's: credentials and tokens go to no other."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from sync.salesforce.http import OrganisationError

PRODUCTION = "https://login.salesforce.com"
SANDBOX = "https://test.salesforce.com"
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# mycompany, mycompany--test.sandbox, mycompany-dev-ed.develop …
_DOMAIN = rf"{_LABEL}(?:\.{_LABEL})?"
_MY_DOMAIN = re.compile(rf"{_DOMAIN}\.my\.salesforce\.com")
_NAME = re.compile(_LABEL)
# what the browser shows while somebody works in Salesforce, or in its Setup
_IN_BROWSER = re.compile(rf"({_DOMAIN})\.(?:lightning\.force|my\.salesforce-setup)\.com")


class StrangeHost(OrganisationError):
    """The address is none of Salesforce's. The text says what to write."""


def is_salesforce(url: str) -> bool:
    """Whether credentials may go to this address: https at a host of Salesforce's, or this machine where allowed."""
    parts = _split(url)
    host = (parts.hostname or "") if parts else ""
    if parts is None or parts.username is not None:
        return False
    if host in LOCAL_HOSTS:
        return parts.scheme in ("http", "https") and is_local_allowed()
    return (
        parts.scheme == "https"
        and parts.port in (None, 443)
        and host.endswith((".salesforce.com", ".force.com"))
    )


def is_local_allowed() -> bool:
    """Whether the organisation may be on this machine: only by a setting, and never in production."""
    return bool(settings.SALESFORCE_ALLOW_LOCAL and (settings.LOCAL or settings.DEBUG))


def my_domain(written: str) -> str:
    """The https address of a My Domain as people write it: its name, its host, or a page's address from the browser.

    Raises StrangeHost.
    """
    text = written.strip().lower()
    if is_local_allowed() and is_salesforce(text):
        return text.rstrip("/")
    if _NAME.fullmatch(text):
        return f"https://{text}.my.salesforce.com"
    parts = _split(text if "://" in text else f"https://{text}")
    host = (parts.hostname or "") if parts else ""
    if seen := _IN_BROWSER.fullmatch(host):
        host = f"{seen[1]}.my.salesforce.com"
    address = f"https://{host}"
    if parts is None or parts.port not in (None, 443) or not _MY_DOMAIN.fullmatch(host):
        raise StrangeHost(
            f"“{written.strip()[:80]}” is no My Domain of Salesforce: write it like yourcompany.my.salesforce.com,"
            " as Setup → My Domain shows it."
        )
    return address


def refuse_strangers(url: str) -> None:
    """Raise StrangeHost unless credentials may go to the address that the environment names."""
    if not is_salesforce(url):
        host = (parts.hostname if (parts := _split(url)) else None) or url
        raise StrangeHost(
            f"SALESFORCE_URL names {host}, which is no Salesforce host; write https://<name>.my.salesforce.com."
            " For a sandbox organisation on this machine set SALESFORCE_ALLOW_LOCAL=1."
        )


def _split(url: str) -> SplitResult | None:
    """The address's parts; None where it has none that make sense."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
