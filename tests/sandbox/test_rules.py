"""Rules that administrators set, and which headers have a say in them."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.sandbox.conftest import SandboxServer, lead, user

OFF = {"Sforce-Auto-Assign": "FALSE"}


def rules(server: SandboxServer, **told: object) -> None:
    answer = server.call("PUT", "/__sandbox__/rules", json=told)
    assert answer.ok, answer.text
    assert server.get("/__sandbox__/rules").json() == told


def create(
    server: SandboxServer, headers: dict[str, str] | None = None, **values: object
) -> requests.Response:
    told = {"LastName": "Lovelace", "Company": "Engines", **values}
    return server.post("sobjects/Lead", told, headers=headers or {})


def owner(server: SandboxServer, lead_id: str) -> Any:
    row = server.org.store.row("Lead", lead_id)
    assert row is not None
    return row["OwnerId"]


def test_a_new_lead_goes_to_whom_the_first_fitting_rule_names(sandbox_server: SandboxServer) -> None:
    alice, bob, otto = user(sandbox_server.org, "Alice"), user(sandbox_server.org, "Bob"), None
    otto = sandbox_server.org.api_user_id()
    rules(
        sandbox_server,
        assignment=[
            {"object": "Lead", "when": {"LeadSource": "Web"}, "owner_id": alice},
            {"object": "Lead", "when": {"LeadSource": "Web", "Rating": "Hot"}, "owner_id": otto},
            {"object": "Lead", "when": {"LeadSource": "Other"}, "owner_id": bob},
        ],
    )

    def made(headers: dict[str, str] | None = None, **values: object) -> Any:
        return owner(sandbox_server, create(sandbox_server, headers, **values).json()["id"])

    assert made(LeadSource="web", OwnerId=bob) == alice
    assert made(LeadSource="Other") == bob
    assert made(LeadSource="Phone Inquiry") == otto
    assert made(OFF, LeadSource="Web", OwnerId=bob) == bob
    assert made({"Sforce-Auto-Assign": "01Q000000000001AAA"}, LeadSource="Web") == alice


def test_a_change_over_the_api_assigns_again_unless_told_not_to(sandbox_server: SandboxServer) -> None:
    alice, bob = user(sandbox_server.org, "Alice"), user(sandbox_server.org, "Bob")
    lead_id = lead(sandbox_server.org, LeadSource="Web", OwnerId=bob)
    rules(sandbox_server, assignment=[{"object": "Lead", "when": {"LeadSource": "Web"}, "owner_id": alice}])
    path = f"sobjects/Lead/{lead_id}"

    sandbox_server.call("PATCH", path, json={"Rating": "Hot"}, headers=OFF)
    assert owner(sandbox_server, lead_id) == bob

    sandbox_server.call("PATCH", path, json={"Rating": "Cold"})
    assert owner(sandbox_server, lead_id) == alice
    changes = [row["NewValue"] for row in sandbox_server.org.store.rows("LeadHistory", "\"Field\" = 'Owner'")]
    assert changes == ["Alice", alice]


def test_a_status_needs_its_reason(sandbox_server: SandboxServer) -> None:
    lead_id = lead(sandbox_server.org)
    rules(
        sandbox_server,
        validation=[
            {"object": "Lead", "when": {"Status": "Closed - Not Converted"}, "required": "Rating",
             "message": "Say how good it was."}
        ],
    )  # fmt: skip
    path = f"sobjects/Lead/{lead_id}"

    refused = sandbox_server.call("PATCH", path, json={"Status": "Closed - Not Converted"})
    taken = sandbox_server.call("PATCH", path, json={"Status": "Closed - Not Converted", "Rating": "Cold"})

    assert (refused.status_code, refused.json()) == (
        400,
        [{"message": "Say how good it was.", "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "fields": []}],
    )
    assert taken.status_code == 204


def test_duplicates_are_blocked_or_only_warned_of(sandbox_server: SandboxServer) -> None:
    lead(sandbox_server.org, Email="ada@engines.example")
    twin: dict[str, Any] = {"Email": "ADA@engines.example"}
    save = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}

    rules(sandbox_server, duplicates=[{"object": "Lead", "field": "Email"}])
    warned, saved = create(sandbox_server, **twin), create(sandbox_server, save, **twin)
    rules(sandbox_server, duplicates=[{"object": "Lead", "field": "Email", "blocks": True}])
    blocked = create(sandbox_server, save, **twin)

    assert [answer.status_code for answer in (warned, saved, blocked)] == [400, 201, 400]
    assert warned.json()[0]["errorCode"] == "DUPLICATES_DETECTED"
    unlike = create(sandbox_server, Email="other@engines.example").json()["id"]
    assert sandbox_server.call("PATCH", f"sobjects/Lead/{unlike}", json=twin).status_code == 400


def test_nobody_who_has_left_gets_a_record(sandbox_server: SandboxServer) -> None:
    alice = user(sandbox_server.org, "Alice")
    held = lead(sandbox_server.org, OwnerId=alice)
    sandbox_server.org.update("User", alice, {"IsActive": False})

    refused = create(sandbox_server, OwnerId=alice)
    other = sandbox_server.call("PATCH", f"sobjects/Lead/{lead(sandbox_server.org)}", json={"OwnerId": alice})
    kept = sandbox_server.call("PATCH", f"sobjects/Lead/{held}", json={"Rating": "Hot", "OwnerId": alice})

    assert refused.json() == other.json()
    assert refused.json()[0] == {
        "message": f"operation performed with inactive user [{alice[:15]}] as owner of lead",
        "errorCode": "INACTIVE_OWNER_OR_USER",
        "fields": [],
    }
    assert kept.status_code == 204


@pytest.mark.parametrize(
    "told",
    [
        {"assignment": [{"object": "Lead"}]},
        {"assignment": [{"object": "Nothing", "owner_id": "x"}]},
        {"assignment": [{"object": "Lead", "owner_id": "x", "when": {"Nonsense": 1}}]},
        {"assignment": [{"object": "Lead", "owner_id": "x", "when": 5}]},
        {"validation": [{"object": "Lead", "required": "Nonsense", "message": "x"}]},
        {"duplicates": [{"object": "Lead", "field": "Nonsense"}]},
        {"duplicates": 5},
        {"nonsense": []},
    ],
)
def test_a_rule_that_cannot_be(sandbox_server: SandboxServer, told: object) -> None:
    answer = sandbox_server.call("PUT", "/__sandbox__/rules", json=told)

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_RULE")
