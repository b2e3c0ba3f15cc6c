"""Alice lets a client in through her browser: page, code, tokens."""

from __future__ import annotations

from datetime import timedelta

import jwt
import pytest

from tests.sandbox.conftest import NOON, SandboxServer, user
from tests.sandbox.signing_in import (
    CALLBACK,
    CHALLENGE,
    CLIENT,
    VERIFIER,
    approve,
    ask,
    authorize,
    exchange,
    refused,
    sent_back,
    set_clients,
    set_settings,
)


@pytest.fixture
def alice(sandbox_server: SandboxServer) -> str:
    return user(sandbox_server.org, "Alice")


def test_the_page_asks_who_one_is_and_changes_nothing(sandbox_server: SandboxServer, alice: str) -> None:
    page = authorize(sandbox_server, login_hint="alice@desk.example", state='">s')

    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f'<option value="{alice}" selected>Alice (alice@desk.example)</option>' in page.text
    assert "otto@desk.example" in page.text
    assert 'name="state" value="&quot;&gt;s"' in page.text


def test_only_active_users_are_offered(sandbox_server: SandboxServer, alice: str) -> None:
    sandbox_server.org.update("User", alice, {"IsActive": False})

    assert "alice@desk.example" not in authorize(sandbox_server).text
    assert sent_back(authorize(sandbox_server, "POST", user_id=alice, decision="allow")) == {
        "error": "inactive_user",
        "error_description": "user is inactive",
    }


def test_a_code_is_worth_a_session_of_whoever_approved(sandbox_server: SandboxServer, alice: str) -> None:
    back = approve(sandbox_server, alice, state="s&t", scope="api refresh_token")
    told = exchange(sandbox_server, back["code"]).json()

    assert back["state"] == "s&t"
    assert told["scope"] == "api refresh_token"
    assert told["id"].endswith(alice)
    assert (
        sandbox_server.get("/services/oauth2/userinfo", token=told["access_token"]).json()["name"] == "Alice"
    )
    renewed = ask(sandbox_server, grant_type="refresh_token", refresh_token=told["refresh_token"], **CLIENT)
    assert sandbox_server.get("limits", token=renewed.json()["access_token"]).status_code == 200


def test_without_the_scope_nothing_outlives_the_session(sandbox_server: SandboxServer, alice: str) -> None:
    told = exchange(sandbox_server, approve(sandbox_server, alice, scope="api")["code"]).json()

    assert "refresh_token" not in told
    assert "id_token" not in told


def test_a_client_that_names_no_scope_gets_all_it_may_have(sandbox_server: SandboxServer, alice: str) -> None:
    told = exchange(sandbox_server, approve(sandbox_server, alice)["code"]).json()

    assert told["scope"] == "api id openid profile email web refresh_token"
    assert {"refresh_token", "id_token"} <= told.keys()


@pytest.mark.parametrize("scope", ["full", "api offline_access", "id  openid"])
def test_names_that_mean_the_same_may_be_asked_for(
    sandbox_server: SandboxServer, alice: str, scope: str
) -> None:
    told = exchange(sandbox_server, approve(sandbox_server, alice, scope=scope)["code"]).json()

    assert told["scope"].split() == scope.split()
    assert ("refresh_token" in told) == ("offline_access" in scope)


def test_a_session_for_less_than_the_api_calls_nothing(sandbox_server: SandboxServer, alice: str) -> None:
    token = exchange(sandbox_server, approve(sandbox_server, alice, scope="id")["code"]).json()[
        "access_token"
    ]

    refused = sandbox_server.get("limits", token=token)

    assert (refused.status_code, refused.json()[0]["message"]) == (
        401,
        "This session is not valid for use with the REST API",
    )
    assert sandbox_server.get("/services/oauth2/userinfo", token=token).status_code == 200


def test_the_redirect_keeps_what_the_callback_had(sandbox_server: SandboxServer, alice: str) -> None:
    callback = "https://127.0.0.1:8443/back?from=salesforce"
    response = authorize(sandbox_server, "POST", user_id=alice, decision="allow", redirect_uri=callback)

    assert response.headers["Location"].startswith(callback + "&code=")


def test_a_setting_approves_without_a_page(sandbox_server: SandboxServer, alice: str) -> None:
    set_settings(sandbox_server, approve_as=alice)

    back = sent_back(authorize(sandbox_server, prompt="none"))

    assert exchange(sandbox_server, back["code"]).json()["id"].endswith(alice)


@pytest.mark.parametrize(
    ("told", "error", "description"),
    [
        ({"prompt": "none"}, "login_required", "user is not logged in"),
        ({"response_type": "token"}, "unsupported_response_type", "response type not supported"),
        ({"scope": "api wish"}, "invalid_scope", "the requested scope is not allowed"),
        (
            {"code_challenge": "x", "code_challenge_method": "plain"},
            "invalid_request",
            "invalid code challenge method",
        ),
    ],
)
def test_what_is_wrong_with_a_request_goes_back_to_the_client(
    sandbox_server: SandboxServer, told: dict[str, str], error: str, description: str
) -> None:
    assert sent_back(authorize(sandbox_server, state="s", **told)) == {
        "error": error,
        "error_description": description,
        "state": "s",
    }


def test_a_person_may_say_no(sandbox_server: SandboxServer, alice: str) -> None:
    response = authorize(sandbox_server, "POST", user_id=alice, decision="deny", state="s")

    assert response.headers["Location"] == (
        f"{CALLBACK}?error=access_denied&error_description=end-user%20denied%20authorization&state=s"
    )


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"client_id": "eve"}, "invalid_client_id"),
        ({"redirect_uri": ""}, "redirect_uri_missing"),
        ({"redirect_uri": "https://eve.example/"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "https://localhost.eve.example/"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://localhost@eve.example/"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "javascript:alert(1)//localhost"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://[/"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://localhost:99999/"}, "redirect_uri_mismatch"),
    ],
)
def test_nobody_is_sent_where_the_client_may_not_be(
    sandbox_server: SandboxServer, told: dict[str, str], error: str
) -> None:
    set_settings(sandbox_server, approve_as=sandbox_server.org.api_user_id())

    response = authorize(sandbox_server, **told)

    assert response.status_code == 400
    assert f"error={error}" in response.text
    assert "Location" not in response.headers


def test_registered_callbacks_are_the_only_ones(sandbox_server: SandboxServer) -> None:
    set_clients(sandbox_server, {"id": "strict", "secret": "s", "callbacks": ["https://app.example/back"]})

    elsewhere = authorize(sandbox_server, client_id="strict")
    unnamed = authorize(sandbox_server, client_id="strict", redirect_uri="", response_type="x")

    assert "redirect_uri_mismatch" in elsewhere.text
    assert unnamed.headers["Location"].startswith("https://app.example/back?error=unsupported_response_type")


def test_a_code_is_good_once(sandbox_server: SandboxServer, alice: str) -> None:
    code = approve(sandbox_server, alice)["code"]

    answers = [exchange(sandbox_server, code) for _ in range(2)]

    assert answers[0].status_code == 200
    assert refused(answers[1]) == (400, "invalid_grant", "expired authorization code")


def test_a_code_is_good_for_a_quarter_of_an_hour(sandbox_server: SandboxServer, alice: str) -> None:
    code = approve(sandbox_server, alice)["code"]
    sandbox_server.org.clock.fix(NOON + timedelta(minutes=15, seconds=1))

    assert refused(exchange(sandbox_server, code)) == (400, "invalid_grant", "expired authorization code")


@pytest.mark.parametrize(
    ("told", "error", "description"),
    [
        ({"code": "x"}, "invalid_grant", "invalid authorization code"),
        ({"code": ""}, "invalid_request", "missing required parameter: code"),
        (
            {"redirect_uri": CALLBACK + "/"},
            "redirect_uri_mismatch",
            "redirect_uri must match configuration",
        ),
        (
            {"client_id": "other", "client_secret": "o"},
            "invalid_grant",
            "invalid authorization code",
        ),
        ({"client_secret": "x"}, "invalid_client", "invalid client credentials"),
    ],
)
def test_a_code_is_worth_nothing_to_others(
    sandbox_server: SandboxServer, alice: str, told: dict[str, str], error: str, description: str
) -> None:
    set_clients(sandbox_server, {"id": "other", "secret": "o"})
    form = {"code": approve(sandbox_server, alice)["code"], **told}

    assert refused(exchange(sandbox_server, **form)) == (400, error, description)


@pytest.mark.parametrize("method", [{"code_challenge_method": "S256"}, {}])
def test_a_code_with_a_challenge_asks_for_its_verifier(
    sandbox_server: SandboxServer, alice: str, method: dict[str, str]
) -> None:
    def code() -> str:
        return approve(sandbox_server, alice, code_challenge=CHALLENGE, **method)["code"]

    without = exchange(sandbox_server, code())
    wrong = exchange(sandbox_server, code(), code_verifier=VERIFIER + "x")
    right = exchange(sandbox_server, code(), code_verifier=VERIFIER)

    assert refused(without) == (400, "invalid_request", "missing required code verifier")
    assert refused(wrong) == (400, "invalid_grant", "invalid code verifier")
    assert right.status_code == 200


def test_a_client_may_have_to_use_pkce(sandbox_server: SandboxServer) -> None:
    set_clients(sandbox_server, {"id": "sandbox", "secret": "sandbox", "pkce_required": True})

    assert sent_back(authorize(sandbox_server)) == {
        "error": "invalid_request",
        "error_description": "missing required code challenge",
    }


def test_a_public_client_needs_no_secret(sandbox_server: SandboxServer, alice: str) -> None:
    set_clients(sandbox_server, {"id": "phone", "secret": "s", "secret_required": False})
    request = {"client_id": "phone", "code_challenge": CHALLENGE}
    form = {"grant_type": "authorization_code", "client_id": "phone", "redirect_uri": CALLBACK}

    def code() -> str:
        return approve(sandbox_server, alice, **request)["code"]

    told = ask(sandbox_server, code=code(), code_verifier=VERIFIER, **form).json()
    wrong = ask(sandbox_server, code=code(), code_verifier=VERIFIER, client_secret="x", **form)
    refreshed = ask(
        sandbox_server, grant_type="refresh_token", refresh_token=told["refresh_token"], client_id="phone"
    )

    assert refused(wrong)[1] == "invalid_client"
    assert refreshed.status_code == 200


def test_a_rotated_family_reaches_back_to_the_consent(sandbox_server: SandboxServer, alice: str) -> None:
    set_settings(sandbox_server, rotate_refresh_tokens=True)
    first = exchange(sandbox_server, approve(sandbox_server, alice)["code"]).json()
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"], **CLIENT}
    second = ask(sandbox_server, **form).json()

    reused = ask(sandbox_server, **form)

    assert refused(reused) == (400, "invalid_grant", "expired access/refresh token")
    for session in (first, second):
        assert sandbox_server.get("limits", token=session["access_token"]).status_code == 401


def test_a_refresh_token_is_its_clients_own(sandbox_server: SandboxServer, alice: str) -> None:
    set_clients(sandbox_server, {"id": "other", "secret": "o"})
    token = exchange(sandbox_server, approve(sandbox_server, alice)["code"]).json()["refresh_token"]

    answer = ask(
        sandbox_server, grant_type="refresh_token", refresh_token=token, client_id="other", client_secret="o"
    )

    assert refused(answer) == (400, "invalid_grant", "expired access/refresh token")


def test_the_identity_token_can_be_checked_by_whoever_discovers_the_key(
    sandbox_server: SandboxServer, alice: str
) -> None:
    told = exchange(sandbox_server, approve(sandbox_server, alice, nonce="n")["code"]).json()
    discovered = sandbox_server.get("/.well-known/openid-configuration", token=None).json()
    keys = jwt.PyJWKSet.from_dict(
        sandbox_server.get(discovered["jwks_uri"].removeprefix(sandbox_server.url), token=None).json()
    )
    key = keys[jwt.get_unverified_header(told["id_token"])["kid"]]

    claims = jwt.decode(
        told["id_token"], key, algorithms=["RS256"], audience="sandbox", issuer=discovered["issuer"]
    )

    assert (claims["sub"], claims["nonce"], claims["name"]) == (told["id"], "n", "Alice")
