"""Which host a request came to, and which one the organisation is to be asked at from then on."""

from __future__ import annotations

from sandbox.org.org import Org
from sandbox.server.answers import Call

MY_DOMAIN = "my_domain"
"""The setting for the organisation's My Domain: `sandbox` unless set, for `https://sandbox.my.salesforce.com`."""

_LOGIN_HOSTS = frozenset({"login.salesforce.com", "test.salesforce.com"})


def is_login_host(call: Call) -> bool:
    """Whether the client came to a host that all organisations share."""
    return _host(call) in _LOGIN_HOSTS


def instance_url(call: Call, org: Org) -> str:
    """Where the client shall send its calls: to where it came, or from a shared host to the My Domain."""
    return my_domain_url(org) if is_login_host(call) else call.origin


def my_domain_url(org: Org) -> str:
    """The organisation's own address at Salesforce."""
    return f"https://{org.store.setting(MY_DOMAIN, 'sandbox')}.my.salesforce.com"


def _host(call: Call) -> str:
    authority = call.origin.partition("://")[2]
    return authority.removesuffix(":443").lower()
