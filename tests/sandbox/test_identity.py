"""Who one is: userinfo, the identity address, and what a token stands for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.sandbox.conftest import NOON, SandboxServer, user
from tests.sandbox.signing_in import CLIENT, approve, ask, exchange, set_clients, set_settings

USERINFO_KEYS = {
    "sub", "user_id", "organization_id", "preferred_username", "nickname", "name", "email", "email_verified",
    "given_name", "family_name", "zoneinfo", "photos", "profile", "picture", "address",
    "is_salesforce_integration_user", "urls", "active", "user_type", "language", "locale", "utcOffset", "updated_at",
}  # fmt: skip


def session(server: SandboxServer, user_id: str) -> str:
    return str(server.post("/__sandbox__/session", {"user_id": user_id}).json()["access_token"])


def test_userinfo_tells_all_that_salesforce_tells(sandbox_server: SandboxServer) -> None:
    alice = user(sandbox_server.org, "Alice")
    sandbox_server.org.update("User", alice, {"TimeZoneSidKey": "Europe/Paris"})

    told = sandbox_server.get("/services/oauth2/userinfo", token=session(sandbox_server, alice)).json()

    assert told.keys() == USERINFO_KEYS
    assert (told["user_id"], told["nickname"], told["utcOffset"]) == (alice, "alice", 3_600_000)
    assert told["urls"]["rest"] == f"{sandbox_server.url}/services/data/v{{version}}/"
    assert told["sub"] == f"{sandbox_server.url}/id/{told['organization_id']}/{alice}"


def test_the_identity_address_tells_of_its_user(sandbox_server: SandboxServer) -> None:
    alice = user(sandbox_server.org, "Alice")
    address = ask(sandbox_server, grant_type="client_credentials", **CLIENT).json()["id"]
    path = address.removeprefix(sandbox_server.url)

    own = sandbox_server.get(path).json()
    other = sandbox_server.get(path.replace(own["user_id"], alice), params={"version": "latest"}).json()

    assert (own["username"], own["asserted_user"]) == ("otto@desk.example", True)
    assert (other["username"], other["asserted_user"], other["display_name"]) == (
        "alice@desk.example",
        False,
        "Alice",
    )
    assert other["urls"]["query"].endswith("/services/data/v68.0/query/")


@pytest.mark.parametrize(
    ("path", "token", "status", "text"),
    [
        ("/services/oauth2/userinfo", None, 403, "Missing_OAuth_Token"),
        ("/services/oauth2/userinfo", "eve", 403, "Bad_OAuth_Token"),
        ("/id/00D000000000001AAA/005000000000001AAA", None, 403, "Missing_OAuth_Token"),
        ("/id/00D000000000001/005000000000001", "always", 403, "Wrong_Org"),
        ("/id/x/y", "always", 404, "Bad_Id"),
        ("/id/00DgL0000000000/005gL0000000zzz", "always", 404, "Bad_Id"),
    ],
)
def test_identity_is_refused_in_words_of_its_own(
    sandbox_server: SandboxServer, path: str, token: str | None, status: int, text: str
) -> None:
    response = sandbox_server.get(path, token=token)

    assert (response.status_code, response.text) == (status, text)


def test_a_token_may_come_in_the_address(sandbox_server: SandboxServer) -> None:
    response = sandbox_server.get("/services/oauth2/userinfo?oauth_token=always", token=None)

    assert response.json()["name"] == "Otto"


def test_a_client_learns_what_its_tokens_stand_for(sandbox_server: SandboxServer) -> None:
    alice = user(sandbox_server.org, "Alice")
    granted = exchange(
        sandbox_server, approve(sandbox_server, alice, scope="api refresh_token")["code"]
    ).json()

    def about(token: str, **client: str) -> dict[str, object]:
        form = {"token": token, **CLIENT, **client}
        response = sandbox_server.call("POST", "/services/oauth2/introspect", token=None, data=form)
        return {"status": response.status_code, **response.json()}

    set_clients(sandbox_server, {"id": "other", "secret": "o"})
    opened = int(NOON.timestamp())
    assert about(granted["access_token"]) == {
        "status": 200,
        "active": True,
        "scope": "api refresh_token",
        "client_id": "sandbox",
        "username": "alice@desk.example",
        "sub": granted["id"],
        "token_type": "access_token",
        "iat": opened,
        "nbf": opened,
        "exp": opened + 7200,
    }
    assert about(granted["refresh_token"])["token_type"] == "refresh_token"
    assert about("x") == {"status": 200, "active": False}
    assert about(granted["access_token"], client_id="other", client_secret="o") == {
        "status": 200,
        "active": False,
    }
    assert about(granted["access_token"], client_secret="x")["status"] == 401
    assert about("")["error"] == "invalid_request"


def test_a_session_that_is_used_stays_open(sandbox_server: SandboxServer) -> None:
    token = session(sandbox_server, sandbox_server.org.api_user_id())

    def status_after(minutes: int) -> int:
        sandbox_server.org.clock.fix(NOON + timedelta(minutes=minutes))
        return sandbox_server.get("limits", token=token).status_code

    assert [status_after(minutes) for minutes in (59, 61, 180, 301)] == [200, 200, 200, 401]


def test_a_session_left_alone_is_over_after_two_hours(sandbox_server: SandboxServer) -> None:
    token = session(sandbox_server, sandbox_server.org.api_user_id())
    sandbox_server.org.clock.fix(NOON + timedelta(hours=2))

    assert sandbox_server.get("limits", token=token).status_code == 401


def test_who_is_deactivated_is_out_at_once(sandbox_server: SandboxServer) -> None:
    set_settings(sandbox_server, rotate_refresh_tokens=True)
    alice = user(sandbox_server.org, "Alice")
    granted = sandbox_server.post("/__sandbox__/session", {"user_id": alice}).json()
    sandbox_server.org.update("User", alice, {"IsActive": False})

    refreshed = ask(
        sandbox_server, grant_type="refresh_token", refresh_token=granted["refresh_token"], **CLIENT
    )

    assert sandbox_server.get("limits", token=granted["access_token"]).status_code == 401
    assert refreshed.json()["error"] == "inactive_user"
    sandbox_server.org.update("User", alice, {"IsActive": True})
    back = ask(sandbox_server, grant_type="refresh_token", refresh_token=granted["refresh_token"], **CLIENT)
    assert back.status_code == 200


def test_the_password_flow_is_refused_until_allowed(sandbox_server: SandboxServer) -> None:
    form = {"grant_type": "password", "username": "otto@desk.example", "password": "sandbox", **CLIENT}

    before = ask(sandbox_server, **form)
    set_settings(sandbox_server, allow_password_flow=True)
    after, wrong = ask(sandbox_server, **form), ask(sandbox_server, **{**form, "password": "x"})

    assert [one.json().get("error_description") for one in (before, wrong)] == ["authentication failure"] * 2
    assert after.json()["id"].endswith(sandbox_server.org.api_user_id())


def test_client_credentials_run_as_the_clients_user_and_not_from_the_login_host(
    sandbox_server: SandboxServer,
) -> None:
    alice = user(sandbox_server.org, "Alice")
    set_clients(sandbox_server, {"id": "robot", "secret": "r", "user_id": alice})
    form = {"grant_type": "client_credentials", "client_id": "robot", "client_secret": "r"}

    told = ask(sandbox_server, **form).json()
    elsewhere = sandbox_server.call(
        "POST", "/services/oauth2/token", token=None, data=form, headers={"Host": "login.salesforce.com"}
    )
    sandbox_server.org.update("User", alice, {"IsActive": False})
    left = ask(sandbox_server, **form)

    assert told["id"].endswith(alice)
    assert elsewhere.json()["error_description"] == "request not supported on this domain"
    assert left.json()["error_description"] == "no client credentials user enabled"


@pytest.mark.parametrize("host", ["[", "a b", "x" * 3000, ":::", "é"])
def test_no_host_a_client_may_name_does_harm(sandbox_server: SandboxServer, host: str) -> None:
    for path in ("limits", "/services/oauth2/userinfo", "/.well-known/openid-configuration"):
        response = sandbox_server.get(path, headers={"Host": host.encode()})

        assert response.status_code < 500
