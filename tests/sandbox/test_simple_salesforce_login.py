"""simple-salesforce, unmodified, by every way it knows to sign in: it believes that it speaks to salesforce.com."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed

from tests.sandbox.conftest import SandboxServer, lead
from tests.sandbox.signing_in import KEY, certificate, set_clients, set_settings

OTTO = {"username": "otto@desk.example", "password": "sandbox"}
APP = {"consumer_key": "sandbox", "consumer_secret": "sandbox"}
PRIVATE_KEY = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
SignIn = Callable[..., Any]


@pytest.fixture
def sign_in(sandbox_server: SandboxServer) -> Iterator[SignIn]:
    """Signs in through the proxy, as the caller says."""
    with requests.Session() as session:
        session.verify = str(sandbox_server.authority)
        session.trust_env = False
        session.proxies = {"https": sandbox_server.proxy_url}

        def signed_in(**how: Any) -> Any:
            return Salesforce(session=session, **{"version": "59.0", **how})

        yield signed_in


@pytest.mark.parametrize(
    "how",
    [
        {**OTTO, "security_token": ""},
        {**OTTO, "security_token": "", "domain": "test"},
        {**OTTO, "organizationId": "00DgL0000000000"},
        {**OTTO, "security_token": "", "domain": "sandbox.my"},
        {**OTTO, **APP},
        {"username": OTTO["username"], "consumer_key": "sandbox", "privatekey": PRIVATE_KEY},
        {
            "username": OTTO["username"],
            "consumer_key": "sandbox",
            "privatekey": PRIVATE_KEY,
            "domain": "test",
            "instance_url": "sandbox.my",
        },
        {**APP, "domain": "sandbox.my"},
        {"session_id": "always", "instance": "sandbox.my.salesforce.com"},
        {"session_id": "always", "instance_url": "https://sandbox.my.salesforce.com"},
    ],
    ids=[
        "soap", "soap at test", "soap with organisation", "soap at my domain", "password flow", "jwt",
        "jwt at my domain", "client credentials", "session by host", "session by address",
    ],
)  # fmt: skip
def test_it_signs_in_and_reads(sandbox_server: SandboxServer, sign_in: SignIn, how: dict[str, Any]) -> None:
    set_settings(sandbox_server, allow_password_flow=True)
    set_clients(sandbox_server, {"id": "sandbox", "secret": "sandbox", "certificate": certificate()})
    lead(sandbox_server.org)

    salesforce = sign_in(**how)

    assert salesforce.sf_instance == "sandbox.my.salesforce.com"
    assert salesforce.query("SELECT Name FROM Lead")["records"][0]["Name"] == "Lovelace"


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({**OTTO, "password": "x", "security_token": ""}, "INVALID_LOGIN"),
        ({**OTTO, "security_token": "", "version": "65.0"}, "INVALID_OPERATION"),
        ({**OTTO, **APP}, "invalid_grant"),
        ({**APP, "consumer_secret": "x", "domain": "sandbox.my"}, "invalid_client"),
        (
            {"username": OTTO["username"], "consumer_key": "sandbox", "privatekey": PRIVATE_KEY},
            "invalid_grant",
        ),
    ],
)
def test_it_is_refused_in_words_it_understands(sign_in: SignIn, how: dict[str, Any], code: str) -> None:
    with pytest.raises(SalesforceAuthenticationFailed) as refusal:
        sign_in(**how)

    assert refusal.value.code == code


@pytest.mark.parametrize(
    "how", [{**OTTO, "security_token": ""}, {**APP, "domain": "sandbox.my"}], ids=["soap", "credentials"]
)
def test_it_signs_in_again_when_its_session_ends(
    sandbox_server: SandboxServer, sign_in: SignIn, how: dict[str, Any]
) -> None:
    salesforce = sign_in(**how)
    sandbox_server.call("DELETE", "/__sandbox__/session")

    assert salesforce.query("SELECT Id FROM Lead")["totalSize"] == 0
