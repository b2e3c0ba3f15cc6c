"""What can be set about an organisation, and what cannot."""

from __future__ import annotations

import pytest

from tests.sandbox.conftest import SandboxServer
from tests.sandbox.signing_in import set_settings


@pytest.mark.parametrize(
    "told",
    [
        {"wish": 1},
        {"layout_version": 9},
        {"api_user_id": "x"},
        {"api_user_id": "\ud800"},
        {"approve_as": ["x"]},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": ["UTC"]},
        {"session_seconds": "x"},
        {"session_seconds": -1},
        {"session_seconds": True},
        {"daily_api_requests": 1.5},
        {"rotate_refresh_tokens": 1},
        {"passwords": ["x"]},
        {"passwords": {"otto@desk.example": 1}},
        {"security_token": "\ud800"},
        {"my_domain": "evil.example/"},
        {"defaults": {"Lead.Status": []}},
        {"opportunity_stages": {"Won": {"wish": 1}}},
        {"opportunity_stages": {"Won": 1}},
        {"deletions_since": "soon"},
    ],
)
def test_what_makes_no_sense_is_not_set(sandbox_server: SandboxServer, told: dict[str, object]) -> None:
    response = sandbox_server.call("PUT", "/__sandbox__/settings", json={"daily_api_requests": 7, **told})

    assert response.status_code == 400
    assert response.json()[0]["errorCode"] == "INVALID_SETTING"
    assert sandbox_server.get("limits").headers["Sforce-Limit-Info"] == "api-usage=1/1000000"


def test_nothing_is_what_is_usual(sandbox_server: SandboxServer) -> None:
    set_settings(sandbox_server, daily_api_requests=7)
    set_settings(sandbox_server, daily_api_requests=None)

    assert sandbox_server.get("limits").headers["Sforce-Limit-Info"] == "api-usage=1/1000000"
