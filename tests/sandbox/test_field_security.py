"""What one user sees and another does not."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.org.ids import make_id
from tests.sandbox.conftest import SandboxServer, lead, user

STANDARD, INTEGRATION = make_id("00e", 1), make_id("00e", 2)
SOQL = "SELECT Id, Rating FROM Lead"


@pytest.fixture
def server(sandbox_server: SandboxServer) -> SandboxServer:
    """One lead, two profiles; Alice and Bob have the first."""
    org = sandbox_server.org
    org.store.insert_many("Profile", [{"Id": one, "Name": one} for one in (STANDARD, INTEGRATION)])
    for name in ("Alice", "Bob"):
        org.update("User", user(org, name), {"ProfileId": STANDARD})
    lead(org, Rating="Hot")
    return sandbox_server


def user_id(server: SandboxServer, name: str) -> str:
    return str(next(server.org.store.rows("User", '"LastName" = ?', (name,)))["Id"])


def session(server: SandboxServer, name: str) -> str:
    told = server.post("/__sandbox__/session", {"user_id": user_id(server, name)}).json()
    return str(told["access_token"])


def hide(server: SandboxServer, **told: object) -> None:
    assert server.call("PUT", "/__sandbox__/hidden", json=told).ok


def error(answer: Any) -> str:
    return str(answer[0]["errorCode"])


def test_a_field_is_hidden_from_one_user(server: SandboxServer) -> None:
    hide(server, users={user_id(server, "Alice"): {"fields": ["Lead.Rating"]}})
    alice, bob = session(server, "Alice"), session(server, "Bob")

    assert error(server.query(SOQL, token=alice)) == "INVALID_FIELD"
    assert server.query(SOQL, token=bob)["records"][0]["Rating"] == "Hot"
    described = [server.get("sobjects/Lead/describe", token=one).json()["fields"] for one in (alice, bob)]
    assert ["Rating" in {field["name"] for field in fields} for fields in described] == [False, True]
    refused = server.post(
        "sobjects/Lead", {"LastName": "L", "Company": "C", "Rating": "Hot"}, token=alice
    ).json()
    assert error(refused) == "INVALID_FIELD"


def test_an_object_is_hidden_from_a_profile(server: SandboxServer) -> None:
    hide(server, profiles={STANDARD: {"objects": ["Lead"]}})
    alice = session(server, "Alice")

    assert error(server.query(SOQL, token=alice)) == "INVALID_TYPE"
    assert server.get("sobjects/Lead/describe", token=alice).status_code == 404
    assert server.query(SOQL)["totalSize"] == 1

    server.org.update("User", user_id(server, "Alice"), {"ProfileId": INTEGRATION})
    assert server.query(SOQL, token=alice)["totalSize"] == 1


def test_what_is_hidden_from_everybody_is_hidden_too(server: SandboxServer) -> None:
    hide(server, fields=["Lead.Industry"], users={user_id(server, "Alice"): {"fields": ["Lead.Rating"]}})
    alice, bob = session(server, "Alice"), session(server, "Bob")

    for field, tokens in (("Industry", (alice, bob)), ("Rating", (alice,))):
        for token in tokens:
            assert error(server.query(f"SELECT {field} FROM Lead", token=token)) == "INVALID_FIELD"


def test_a_bulk_job_sees_what_its_user_sees(server: SandboxServer) -> None:
    alice, bob = session(server, "Alice"), session(server, "Bob")
    hide(server, users={user_id(server, "Alice"): {"fields": ["Lead.Rating"]}})

    refused, made = (
        server.post("jobs/query", {"operation": "query", "query": SOQL}, token=token)
        for token in (alice, bob)
    )

    assert refused.status_code == 400
    assert made.status_code == 200


def test_what_is_hidden_can_be_looked_at_and_shown_again(server: SandboxServer) -> None:
    alice = user_id(server, "Alice")
    hide(server, users={alice[:15]: {"fields": ["Lead.Rating"]}})

    assert server.get("/__sandbox__/hidden").json() == {
        "objects": [],
        "fields": [],
        "users": {alice: {"objects": [], "fields": ["Lead.Rating"]}},
        "profiles": {},
    }
    hide(server)
    assert server.query(SOQL, token=session(server, "Alice"))["totalSize"] == 1


@pytest.mark.parametrize(
    "told",
    [
        {"users": ["x"]},
        {"users": {"x": {}}},
        {"users": {STANDARD: {}}},
        {"profiles": {STANDARD: ["Lead"]}},
        {"profiles": {STANDARD: {"objects": "Lead"}}},
        {"profiles": {STANDARD: {"fields": ["Lead.Nothing"]}}},
        {"objects": [1]},
        {"objects": {"Lead": 1}},
        {"fields": None},
    ],
)
def test_what_makes_no_sense_hides_nothing(server: SandboxServer, told: dict[str, object]) -> None:
    assert server.call("PUT", "/__sandbox__/hidden", json=told).status_code == 400
    assert server.query(SOQL)["totalSize"] == 1
