"""A certificate of our own making, so that clients which insist on https can check whom they speak to."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme

_NAMES = (
    "localhost",
    "127.0.0.1",
    "::1",
    # login and test too; a star stands for one label only
    "*.salesforce.com",
    "*.my.salesforce.com",
    "*.sandbox.my.salesforce.com",
    "*.develop.my.salesforce.com",
    "*.scratch.my.salesforce.com",
    "*.force.com",
    "*.lightning.force.com",
)


def issue(ca_out: Path) -> ssl.SSLContext:
    """A server context with a fresh certificate; its authority is written to `ca_out` for clients to trust.

    Raises OSError when that file cannot be written.
    """
    authority = trustme.CA(organization_name="Sandbox organisation")
    authority.cert_pem.write_to_path(ca_out)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*_NAMES).configure_cert(context)
    return context
