"""How many calls an organisation answers."""

from __future__ import annotations

import socket
from datetime import timedelta
from urllib.parse import urlsplit

from tests.sandbox.conftest import NOON, TIMEOUT_S, TOKEN, SandboxServer
from tests.sandbox.signing_in import CLIENT, ask, set_settings


def used(server: SandboxServer) -> str:
    return server.get("limits").headers["Sforce-Limit-Info"]


def test_calls_are_counted_over_a_day_of_the_organisations_clock(sandbox_server: SandboxServer) -> None:
    clock = sandbox_server.org.clock
    counted = [used(sandbox_server), used(sandbox_server)]
    clock.fix(NOON + timedelta(hours=23, minutes=59))
    counted.append(used(sandbox_server))
    clock.fix(NOON + timedelta(hours=24))
    counted.append(used(sandbox_server))
    clock.fix(NOON)
    counted.append(used(sandbox_server))

    assert counted == [f"api-usage={number}/1000000" for number in (1, 2, 3, 2, 3)]


def test_at_the_limit_nothing_is_answered_until_calls_are_forgotten(sandbox_server: SandboxServer) -> None:
    set_settings(sandbox_server, daily_api_requests=2)

    answers = [sandbox_server.get("limits") for _ in range(4)]
    sandbox_server.org.clock.fix(NOON + timedelta(days=1))

    assert [one.status_code for one in answers] == [200, 200, 403, 403]
    assert answers[3].json() == [
        {"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}
    ]
    assert answers[3].headers["Sforce-Limit-Info"] == "api-usage=2/2"
    assert "Retry-After" not in answers[3].headers
    assert used(sandbox_server) == "api-usage=1/2"


def test_signing_in_is_no_api_call_nor_is_being_refused(sandbox_server: SandboxServer) -> None:
    ask(sandbox_server, grant_type="client_credentials", **CLIENT)
    refused = sandbox_server.get("limits", token="eve")

    assert "Sforce-Limit-Info" not in refused.headers
    assert used(sandbox_server) == "api-usage=1/1000000"


def test_limits_tell_what_is_left(sandbox_server: SandboxServer) -> None:
    set_settings(sandbox_server, daily_api_requests=15_000)

    told = sandbox_server.get("limits").json()

    assert told["DailyApiRequests"] == {"Max": 15_000, "Remaining": 14_999}


def test_too_many_long_calls_at_once_are_refused(sandbox_server: SandboxServer) -> None:
    set_settings(sandbox_server, concurrent_requests=1, long_request_seconds=0)
    address = urlsplit(sandbox_server.url)
    head = (
        f"POST /services/data/v62.0/sobjects/Lead HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
        "Content-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port), timeout=TIMEOUT_S) as client:
        client.sendall(head.encode())
        # the server says so once the call is under way, and then waits for its body
        assert client.recv(1000).startswith(b"HTTP/1.1 100 ")

        refused = sandbox_server.get("limits")

        client.sendall(b"{}")
        answer = b"".join(iter(lambda: client.recv(10_000), b""))  # to the end, in however many pieces
        assert b"REQUIRED_FIELD_MISSING" in answer

    assert refused.status_code == 403
    assert refused.json()[0]["message"] == "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
    assert sandbox_server.get("limits").status_code == 200
