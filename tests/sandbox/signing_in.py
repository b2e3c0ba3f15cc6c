"""What the tests of signing in share: asking for tokens as a client does."""

from __future__ import annotations

import base64
import hashlib
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tests.sandbox.conftest import SandboxServer

AUTHORIZE = "/services/oauth2/authorize"
TOKEN_PATH = "/services/oauth2/token"
CLIENT = {"client_id": "sandbox", "client_secret": "sandbox"}
CALLBACK = "http://localhost:1717/OauthRedirect"
VERIFIER = "a-verifier-that-is-long-enough-to-be-one-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def ask(server: SandboxServer, **form: str) -> requests.Response:
    """One request for a token."""
    return server.call("POST", TOKEN_PATH, token=None, data=form)


def authorize(server: SandboxServer, method: str = "GET", **told: str) -> requests.Response:
    """The authorization page, or where it sends the browser."""
    request = {"response_type": "code", "client_id": "sandbox", "redirect_uri": CALLBACK, **told}
    place = "params" if method == "GET" else "data"
    parts: dict[str, Any] = {place: request, "allow_redirects": False}
    return server.call(method, AUTHORIZE, token=None, **parts)


def approve(server: SandboxServer, user_id: str, **told: str) -> dict[str, str]:
    """What the client is sent once somebody allowed its request."""
    return sent_back(authorize(server, "POST", user_id=user_id, decision="allow", **told))


def exchange(server: SandboxServer, code: str, **told: str) -> requests.Response:
    """The code for tokens."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **CLIENT, **told}
    return ask(server, **form)


def sent_back(response: requests.Response) -> dict[str, str]:
    """The parameters the browser carries back to the client."""
    assert response.status_code == 302, response.text
    return {
        name: values[0] for name, values in parse_qs(urlsplit(response.headers["Location"]).query).items()
    }


def refused(response: requests.Response) -> tuple[int, str, str]:
    """Status, error and description of an OAuth refusal."""
    told = response.json()
    assert set(told) == {"error", "error_description"}
    return response.status_code, told["error"], told["error_description"]


def set_clients(server: SandboxServer, *clients: dict[str, object]) -> None:
    """The organisation's External Client Apps, besides `sandbox`."""
    assert server.call("PUT", "/__sandbox__/clients", json={"clients": list(clients)}).ok


def set_settings(server: SandboxServer, **settings: object) -> None:
    """Settings of the organisation."""
    assert server.call("PUT", "/__sandbox__/settings", json=settings).ok


def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = KEY) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lead operations")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def assertion(key: rsa.RSAPrivateKey = KEY, **claims: object) -> str:
    usual = {
        "iss": "robot",
        "sub": "alice@desk.example",
        "aud": "https://login.salesforce.com",
        "exp": int(time.time()) + 180,
    }
    return jwt.encode({**usual, **claims}, key, algorithm="RS256")
