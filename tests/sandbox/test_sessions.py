"""Who may come in: tokens, versions, and what every answer tells."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.org.store import Store
from tests.sandbox.conftest import TIMEOUT_S, SandboxServer

TOKEN_PATH = "/services/oauth2/token"
CLIENT = {"client_id": "sandbox", "client_secret": "sandbox"}


def ask(server: SandboxServer, **form: str) -> requests.Response:
    return server.call("POST", TOKEN_PATH, token=None, data=form)


def refresh(server: SandboxServer, token: str) -> requests.Response:
    return ask(server, grant_type="refresh_token", refresh_token=token, **CLIENT)


def granted(server: SandboxServer) -> str:
    user_id = server.org.api_user_id()
    return str(server.post("/__sandbox__/session", {"user_id": user_id}).json()["refresh_token"])


def test_client_credentials_open_a_session(sandbox_server: SandboxServer) -> None:
    told = ask(sandbox_server, grant_type="client_credentials", **CLIENT).json()

    assert told["instance_url"] == sandbox_server.url
    assert told["token_type"] == "Bearer"
    assert "refresh_token" not in told
    assert sandbox_server.get("limits", token=told["access_token"]).status_code == 200


def test_the_client_may_sign_in_by_header(sandbox_server: SandboxServer) -> None:
    response = requests.post(
        sandbox_server.url + TOKEN_PATH,
        data={"grant_type": "client_credentials"},
        auth=("sandbox", "sandbox"),
        timeout=TIMEOUT_S,
    )

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        (
            {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "x"},
            "invalid_client",
        ),
        ({"grant_type": "client_credentials", "client_id": "eve", "client_secret": "x"}, "invalid_client_id"),
        ({"grant_type": "client_credentials"}, "invalid_request"),
        ({"grant_type": "wish", **CLIENT}, "unsupported_grant_type"),
        ({**CLIENT}, "invalid_request"),
        ({"grant_type": "refresh_token", **CLIENT}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x", **CLIENT}, "invalid_grant"),
    ],
)
def test_what_oauth_refuses_is_one_object(
    sandbox_server: SandboxServer, form: dict[str, str], error: str
) -> None:
    response = ask(sandbox_server, **form)

    assert response.status_code == 400
    assert set(response.json()) == {"error", "error_description"}
    assert response.json()["error"] == error


def test_a_refresh_token_opens_sessions_again_and_again(sandbox_server: SandboxServer) -> None:
    token = granted(sandbox_server)

    sessions = [refresh(sandbox_server, token).json() for _ in range(2)]

    assert [sandbox_server.get("limits", token=one["access_token"]).status_code for one in sessions] == [
        200,
        200,
    ]


def test_a_rotating_refresh_token_used_twice_revokes_its_family(sandbox_server: SandboxServer) -> None:
    sandbox_server.call("PUT", "/__sandbox__/settings", json={"rotate_refresh_tokens": True})
    first_token = granted(sandbox_server)
    session = refresh(sandbox_server, first_token).json()

    again = refresh(sandbox_server, first_token)

    assert again.json()["error"] == "invalid_grant"
    assert refresh(sandbox_server, session["refresh_token"]).json()["error"] == "invalid_grant"
    assert sandbox_server.get("limits", token=session["access_token"]).status_code == 401


def test_a_revoked_session_is_over(sandbox_server: SandboxServer) -> None:
    token = ask(sandbox_server, grant_type="client_credentials", **CLIENT).json()["access_token"]

    sandbox_server.call("POST", "/services/oauth2/revoke", token=None, data={"token": token})

    assert sandbox_server.get("limits", token=token).status_code == 401


def test_a_session_expires(sandbox_server: SandboxServer, store: Store) -> None:
    store.set_setting("session_seconds", 0)
    token = ask(sandbox_server, grant_type="client_credentials", **CLIENT).json()["access_token"]

    assert sandbox_server.get("limits", token=token).status_code == 401


@pytest.mark.parametrize("token", [None, "", "eve"])
@pytest.mark.parametrize("path", ["limits", "query", "/__sandbox__/clock", "nothing"])
def test_without_a_session_nothing_is_told(
    sandbox_server: SandboxServer, path: str, token: str | None
) -> None:
    response = sandbox_server.get(path, token=token)

    assert response.status_code == 401
    assert response.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


@pytest.mark.parametrize(
    ("version", "status"),
    [
        ("41.0", 200),
        ("68.0", 200),
        ("62.0", 200),
        ("25.0", 410),
        ("40.0", 404),
        ("69.0", 404),
        ("x", 404),
        ("62", 404),
    ],
)
def test_versions_are_those_that_salesforce_answers(
    sandbox_server: SandboxServer, version: str, status: int
) -> None:
    assert sandbox_server.get("limits", version=version).status_code == status


def test_the_versions_are_listed_without_a_session(sandbox_server: SandboxServer) -> None:
    listed = sandbox_server.get("/services/data", token=None).json()

    assert listed[0]["version"] == "41.0"
    assert listed[-1] == {"label": "Winter '27", "url": "/services/data/v68.0", "version": "68.0"}


@pytest.mark.parametrize(
    "path", ["", "sobjects/", "limits/", "sobjects/User/", "query/?q=SELECT+Id+FROM+Lead"]
)
def test_a_trailing_slash_does_no_harm(sandbox_server: SandboxServer, path: str) -> None:
    assert sandbox_server.get(path).status_code == 200


def test_every_answer_of_the_api_tells_the_calls_used(sandbox_server: SandboxServer) -> None:
    answers: list[Any] = [sandbox_server.get(path) for path in ("limits", "nothing", "sobjects")]

    assert [one.headers["Sforce-Limit-Info"] for one in answers] == [
        "api-usage=1/1000000",
        "api-usage=2/1000000",
        "api-usage=3/1000000",
    ]


def test_an_endless_address_is_refused(sandbox_server: SandboxServer) -> None:
    response = sandbox_server.get("query", params={"q": "SELECT Id FROM Lead WHERE Id = '" + "x" * 17_000})

    assert response.status_code == 414


def test_userinfo_tells_who_one_is(sandbox_server: SandboxServer) -> None:
    told = sandbox_server.get("/services/oauth2/userinfo").json()

    assert told["preferred_username"] == "otto@desk.example"
    assert told["user_id"] == sandbox_server.org.api_user_id()


def test_records_are_counted_by_object(sandbox_server: SandboxServer) -> None:
    told = sandbox_server.get("limits/recordCount", params={"sObjects": "User,Lead"}).json()

    assert told == {"sObjects": [{"count": 1, "name": "User"}, {"count": 0, "name": "Lead"}]}
