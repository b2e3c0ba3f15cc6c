"""The proxy that leads every address of Salesforce to the sandbox, and nothing else anywhere."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from sandbox.org.org import Org
from sandbox.server.certificates import issue
from sandbox.server.listening import background, listen
from sandbox.server.serving import Service
from tests.sandbox.conftest import TIMEOUT_S, TOKEN

READ = 65_536


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return tmp_path / "ca.pem"


@pytest.fixture
def proxy(org: Org, authority: Path) -> Iterator[str]:
    """The address of the proxy of an organisation that is served."""
    service = Service(org, listen(0), listen(0), issue(authority), token=TOKEN, proxy=listen(0))
    with background(service):
        assert service.proxy_url is not None
        yield service.proxy_url


def get(proxy: str, authority: Path, address: str) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(
            address,
            headers={"Authorization": f"Bearer {TOKEN}"},
            proxies={"https": proxy, "http": proxy},
            verify=str(authority),
            timeout=TIMEOUT_S,
        )


def say(proxy: str, *pieces: bytes) -> bytes:
    """What the proxy answers to these bytes before it hangs up."""
    port = urlsplit(proxy).port
    assert port is not None
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as client:
        for piece in pieces:
            client.sendall(piece)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := client.recv(READ):
            answer += chunk
    return answer


@pytest.mark.parametrize(
    "host",
    [
        "login.salesforce.com",
        "test.salesforce.com",
        "desk.my.salesforce.com",
        "desk--uat.sandbox.my.salesforce.com",
        "desk-dev-ed.develop.my.salesforce.com",
        "desk.lightning.force.com",
    ],
)
def test_every_host_of_salesforce_is_this_one(proxy: str, authority: Path, host: str) -> None:
    response = get(proxy, authority, f"https://{host}/services/data/v62.0/limits")

    assert response.status_code == 200


def test_whoever_comes_to_a_shared_host_is_sent_to_the_my_domain(proxy: str, authority: Path) -> None:
    told = get(proxy, authority, "https://login.salesforce.com/services/oauth2/userinfo").json()

    assert told["sub"].startswith("https://login.salesforce.com/id/")
    assert told["urls"]["custom_domain"] == "https://sandbox.my.salesforce.com"


@pytest.mark.parametrize(
    "target",
    [
        b"example.com:443",
        b"salesforce.com.example.com:443",
        b"evilsalesforce.com:443",
        b"login.salesforce.com:80",
        b"login.salesforce.com",
        b"127.0.0.1:22",
        b"[::1]:443",
        b"x@login.salesforce.com:443",
        b"\xff.salesforce.com:443",
    ],
)
def test_other_places_are_refused(proxy: str, target: bytes) -> None:
    answer = say(proxy, b"CONNECT " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 403 Forbidden\r\n")


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET http://login.salesforce.com/ HTTP/1.1\r\n\r\n", b"405"),
        (b"hello\r\n\r\n", b"400"),
        (b"\r\n\r\n", b"400"),
        (b"CONNECT  HTTP/1.1\r\n\r\n", b"403"),
        (b"CONNECT a b HTTP/1.1\r\n\r\n", b"400"),
        (b"CONNECT login.salesforce.com:443 SSH-2\r\n\r\n", b"400"),
        (b"CONNECT " + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n", b"431"),
    ],
)
def test_what_is_no_request_to_connect_is_told_so(proxy: str, request_head: bytes, status: bytes) -> None:
    assert say(proxy, request_head).split(b" ")[1] == status


@pytest.mark.parametrize("request_head", [b"", b"CONNECT login"])
def test_a_request_that_breaks_off_is_dropped(proxy: str, request_head: bytes) -> None:
    assert say(proxy, request_head) == b""


def test_it_stops_with_a_tunnel_open(org: Org, authority: Path) -> None:
    service = Service(org, listen(0), listen(0), issue(authority), token=TOKEN, proxy=listen(0))
    with background(service):
        assert service.proxy is not None
        client = socket.create_connection(service.proxy.getsockname(), timeout=TIMEOUT_S)
        client.sendall(b"CONNECT login.salesforce.com:443 HTTP/1.1\r\n\r\n")
        assert client.recv(READ) == b"HTTP/1.1 200 Connection established\r\n\r\n"
    with client:
        assert client.recv(READ) == b""
