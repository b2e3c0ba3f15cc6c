"""Whatever is sent to the doors, they answer, and never with a fault of their own."""

from __future__ import annotations

import itertools
from urllib.parse import quote_from_bytes

import pytest

from tests.sandbox.conftest import SandboxServer
from tests.sandbox.signing_in import set_settings

PATHS = [
    "/services/oauth2/authorize", "/services/oauth2/token", "/services/oauth2/revoke", "/services/oauth2/introspect",
    "/services/oauth2/userinfo", "/services/oauth2/wish", "/services/oauth2/", "/id/keys", "/id/x", "/id/%00/%ff",
    "/.well-known/openid-configuration", "/.well-known/wish", "/services/Soap/u", "/services/Soap/m/62.0",
    "/__sandbox__/clients", "/__sandbox__/session", "/__sandbox__/hidden", "/__sandbox__/settings", "/__sandbox__/wish",
]  # fmt: skip
BODIES = [
    b"", b"\xff\xfe\x00", b"=&=&;", b"%", b"{", b"[]", b'"x"', b"null", b"[" * 100_000, b'{"a": 1e999}',
    b'{"clients": [null], "user_id": {}, "users": {"\\ud800": {}}}', b'{"user_id": "\\ud800"}',
    b'{"user_id": "005gL0000000000", "client_id": "\\ud800"}',
    b"grant_type=authorization_code&code=%00&redirect_uri=%ff&client_id=sandbox&client_secret=sandbox",
    b"grant_type=refresh_token&refresh_token=%00&client_id=sandbox&client_secret=sandbox",
    b"grant_type=password&username=%00&password=%ff&client_id=sandbox&client_secret=sandbox",
    b"token=%ff&client_id=sandbox&client_secret=sandbox",
    b"response_type=code&client_id=sandbox&redirect_uri=http://localhost/%0d%0aX:y%23%ff&state=%ff%00",
    b"response_type=code&client_id=sandbox&redirect_uri=http://localhost/&decision=allow&user_id=%00",
]  # fmt: skip
HEADERS = [
    {"Authorization": "Bearer always"},
    {"Authorization": b"Bearer \xff\xfe"},
    {"Authorization": "Basic \x7f", "Content-Type": "multipart/form-data"},
]


@pytest.mark.parametrize("path", PATHS)
def test_nonsense_is_refused(sandbox_server: SandboxServer, path: str) -> None:
    set_settings(sandbox_server, allow_password_flow=True)

    faults = []
    for method, body, headers in itertools.product(("GET", "POST", "PUT"), BODIES, HEADERS):
        query = quote_from_bytes(body[:1000], safe="=&%+;/:") if method == "GET" else ""
        response = sandbox_server.call(
            method, f"{path}?{query}", token=None, headers=headers, data=body, allow_redirects=False
        )
        if response.status_code >= 500:
            faults.append((method, body, headers, response.text))

    assert faults == []
