"""A client signs that it comes for a user: the JWT bearer flow."""

from __future__ import annotations

import json
import time

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.sandbox.conftest import SandboxServer, user
from tests.sandbox.signing_in import KEY, approve, ask, assertion, certificate, exchange, refused, set_clients

ALICE = "alice@desk.example"
X = {"id": "x", "secret": "x"}
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def server(sandbox_server: SandboxServer) -> SandboxServer:
    """The organisation with Alice, and a client `robot` that may assert to be anybody."""
    user(sandbox_server.org, "Alice")
    set_clients(sandbox_server, {"id": "robot", "secret": "r", "certificate": certificate()})
    return sandbox_server


def bring(server: SandboxServer, signed: str) -> requests.Response:
    return ask(server, grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer", assertion=signed)


def test_an_assertion_opens_a_session_of_its_user(server: SandboxServer) -> None:
    told = bring(server, assertion()).json()

    assert "refresh_token" not in told
    assert server.get("/services/oauth2/userinfo", token=told["access_token"]).json()["name"] == "Alice"


@pytest.mark.parametrize(
    "audience",
    ["https://test.salesforce.com", "https://login.salesforce.com/", "https://sandbox.my.salesforce.com"],
)
def test_the_login_hosts_and_the_my_domain_are_audiences(server: SandboxServer, audience: str) -> None:
    assert bring(server, assertion(aud=audience)).status_code == 200


def test_the_organisation_itself_is_an_audience(server: SandboxServer) -> None:
    assert bring(server, assertion(aud=server.url)).status_code == 200


@pytest.mark.parametrize(
    ("claims", "error", "description"),
    [
        ({"iss": "eve"}, "invalid_client_id", "client identifier invalid"),
        ({"iss": "sandbox"}, "invalid_grant", "invalid assertion"),
        ({"aud": "https://eve.example"}, "invalid_grant", "audience is invalid"),
        ({"sub": "eve@desk.example"}, "invalid_grant", "user hasn't approved this consumer"),
        ({"exp": 1_000_000}, "invalid_grant", "expired authorization code"),
        ({"exp": 99_999_999_999}, "invalid_grant", "invalid assertion"),
        ({"exp": "soon"}, "invalid_grant", "invalid assertion"),
        ({"exp": "inf"}, "invalid_grant", "invalid assertion"),
        ({"sub": "half \ud800"}, "invalid_grant", "invalid assertion"),
    ],
)
def test_a_claim_that_is_not_so_is_refused(
    server: SandboxServer, claims: dict[str, object], error: str, description: str
) -> None:
    # the library refuses to write some of these claims itself
    usual = {
        "iss": "robot",
        "sub": ALICE,
        "aud": "https://login.salesforce.com",
        "exp": int(time.time()) + 180,
    }
    signed = jwt.api_jws.encode(jwt_bytes({**usual, **claims}), KEY, algorithm="RS256")

    assert refused(bring(server, signed)) == (400, error, description)


def jwt_bytes(claims: dict[str, object]) -> bytes:
    return json.dumps(claims).encode()


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "....", "e30.e30.e30", "é.é.é", "e30.W10.e30"])
def test_what_is_no_assertion_is_refused(server: SandboxServer, text: str) -> None:
    status, error, _ = refused(bring(server, text))

    assert (status, error) in {(400, "invalid_grant"), (400, "invalid_request"), (400, "invalid_client_id")}


def test_a_strangers_signature_is_refused(server: SandboxServer) -> None:
    assert refused(bring(server, assertion(OTHER_KEY)))[2] == "invalid assertion"


def test_another_way_of_signing_is_refused(server: SandboxServer) -> None:
    claims = {
        "iss": "robot",
        "sub": ALICE,
        "aud": "https://login.salesforce.com",
        "exp": int(time.time()) + 180,
    }
    symmetric = jwt.encode(claims, "a" * 64, algorithm="HS256")
    unsigned = jwt.encode(claims, "", algorithm="none")

    assert [refused(bring(server, one))[2] for one in (symmetric, unsigned)] == ["invalid assertion"] * 2


def test_a_user_who_left_does_not_come_in(server: SandboxServer) -> None:
    bob = user(server.org, "Bob")
    server.org.update("User", bob, {"IsActive": False})

    assert refused(bring(server, assertion(sub="bob@desk.example")))[1] == "inactive_user"


def test_where_users_authorize_themselves_one_must_have(server: SandboxServer) -> None:
    told = {"id": "robot", "secret": "r", "certificate": certificate(), "pre_authorized": False}
    set_clients(server, told)
    alice = next(server.org.store.rows("User", '"Username" = ?', (ALICE,)))["Id"]

    before = bring(server, assertion())
    code = approve(server, str(alice), client_id="robot")["code"]
    exchange(server, code, client_id="robot", client_secret="r")

    assert refused(before)[2] == "user hasn't approved this consumer"
    assert bring(server, assertion()).status_code == 200


@pytest.mark.parametrize(
    "client",
    [
        {},
        {"id": "x"},
        {"secret": "x"},
        {"id": "", "secret": "x"},
        {"id": "x", "secret": ""},
        {"id": "x", "secret": True},
        {"id": "x", "secret": 5},
        {"id": "x", "secret": "\ud800"},
        {**X, "key": "y"},
        {**X, "wish": 1},
        {**X, "certificate": "x"},
        {**X, "certificate": certificate(ec.generate_private_key(ec.SECP256R1()))},
        {**X, "scopes": ["wish"]},
        {**X, "callbacks": "http://localhost"},
        {**X, "callbacks": ["\ud800"]},
        {**X, "pkce_required": "yes"},
        "x",
    ],
)
def test_a_client_that_cannot_be_is_not_registered(server: SandboxServer, client: object) -> None:
    refusal = server.call("PUT", "/__sandbox__/clients", json={"clients": [client]})

    assert refusal.status_code == 400
    assert [one["id"] for one in server.get("/__sandbox__/clients").json()] == ["sandbox", "robot"]
