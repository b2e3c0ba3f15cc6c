"""Single records over HTTP: what is refused, and how it is said."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.org.ids import make_id
from tests.sandbox.conftest import SandboxServer, lead, user

GOOD = {"LastName": "Lovelace", "Company": "Engines"}


def first(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()[0]["errorCode"]


@pytest.mark.parametrize(
    ("values", "code", "sentence"),
    [
        ({"LastName": "L"}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Company]"),
        ({**GOOD, "LastName": " "}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]"),
        ({**GOOD, "Nonsense": 1}, "INVALID_FIELD", "No such column 'Nonsense' on sobject of type Lead"),
        ({**GOOD, "CreatedDate": "2026-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE", "CreatedDate"),
        ({**GOOD, "Id": make_id("00Q", 5)}, "INVALID_FIELD_FOR_INSERT_UPDATE", "Id"),
        ({**GOOD, "FirstName": "x" * 41}, "STRING_TOO_LONG", "(max length=40)"),
        ({**GOOD, "OwnerId": "nobody"}, "MALFORMED_ID", "id value of incorrect type: nobody"),
        (
            {**GOOD, "OwnerId": make_id("005", 999)},
            "INVALID_CROSS_REFERENCE_KEY",
            "invalid cross reference id",
        ),
        ({**GOOD, "OwnerId": make_id("00Q", 0)}, "FIELD_INTEGRITY_EXCEPTION", "incorrect type"),
        ({**GOOD, "AnnualRevenue": "much"}, "JSON_PARSER_ERROR", "Cannot deserialize instance of double"),
        ({**GOOD, "AnnualRevenue": 1e17}, "NUMBER_OUTSIDE_VALID_RANGE", "outside of valid range"),
        ({**GOOD, "NumberOfEmployees": 1.5}, "JSON_PARSER_ERROR", "instance of int"),
        ({**GOOD, "DoNotCall": "perhaps"}, "JSON_PARSER_ERROR", "instance of boolean"),
        ({**GOOD, "FirstName": "\ud83d"}, "JSON_PARSER_ERROR", "half a character"),
        ({**GOOD, "EmailBouncedDate": "soon"}, "JSON_PARSER_ERROR", "instance of datetime"),
    ],
)
def test_a_bad_value_is_refused_and_nothing_is_written(
    sandbox_server: SandboxServer, values: dict[str, Any], code: str, sentence: str
) -> None:
    response = sandbox_server.post("sobjects/Lead", values)

    assert first(response) == (400, code)
    assert sentence in response.json()[0]["message"]
    assert sandbox_server.query("SELECT COUNT() FROM Lead")["totalSize"] == 0


def test_a_restricted_picklist_takes_its_values_only_and_another_any(sandbox_server: SandboxServer) -> None:
    refused = sandbox_server.post("sobjects/Task", {"Subject": "Call", "CallType": "Shouted"})
    taken = sandbox_server.post("sobjects/Task", {"Subject": "Call", "CallType": "outbound", "Type": "Shout"})

    assert first(refused) == (400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    assert taken.status_code == 201


def test_names_are_kept_as_they_are(sandbox_server: SandboxServer) -> None:
    name = "=HYPERLINK(\"http://x\") <b>Ünï</b> 李 'quoted'"

    made = sandbox_server.post("sobjects/Lead", {**GOOD, "lastname": name}).json()
    read = sandbox_server.get(f"sobjects/Lead/{made['id']}", params={"fields": "LastName"}).json()

    assert read["LastName"] == name


def test_a_created_record_says_where_it_is(sandbox_server: SandboxServer) -> None:
    response = sandbox_server.post("sobjects/Lead/", GOOD)

    assert response.status_code == 201
    assert response.json() == {"id": response.json()["id"], "success": True, "errors": []}
    assert response.headers["Location"] == f"/services/data/v62.0/sobjects/Lead/{response.json()['id']}"


def test_the_session_s_user_is_who_did_it(sandbox_server: SandboxServer) -> None:
    alice = user(sandbox_server.org, "Alice")
    token = sandbox_server.post("/__sandbox__/session", {"user_id": alice}).json()["access_token"]

    lead_id = sandbox_server.post("sobjects/Lead", GOOD, token=token).json()["id"]

    row = sandbox_server.org.store.row("Lead", lead_id)
    assert row is not None
    assert (row["CreatedById"], row["OwnerId"]) == (alice, alice)


def test_a_record_is_found_by_either_form_of_its_id(sandbox_server: SandboxServer) -> None:
    lead_id = lead(sandbox_server.org)

    assert sandbox_server.get(f"sobjects/lead/{lead_id[:15]}").json()["Id"] == lead_id


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("sobjects/Lead/nonsense", (400, "MALFORMED_ID")),
        (f"sobjects/Lead/{make_id('00Q', 77)}", (404, "NOT_FOUND")),
        (f"sobjects/Lead/{make_id('003', 1)}", (404, "NOT_FOUND")),
        ("sobjects/Nothing/describe", (404, "NOT_FOUND")),
        ("nothing", (404, "NOT_FOUND")),
    ],
)
def test_what_is_not_there_is_not_found(
    sandbox_server: SandboxServer, path: str, answer: tuple[int, str]
) -> None:
    assert first(sandbox_server.get(path)) == answer


def test_a_converted_lead_cannot_be_changed(sandbox_server: SandboxServer) -> None:
    lead_id = lead(sandbox_server.org)
    done = sandbox_server.post("/__sandbox__/convert", {"lead_id": lead_id}).json()

    response = sandbox_server.call("PATCH", f"sobjects/Lead/{lead_id}", json={"Rating": "Hot"})

    assert done["contact_id"].startswith("003")
    assert first(response) == (400, "CANNOT_UPDATE_CONVERTED_LEAD")


def test_a_change_can_depend_on_nobody_having_been_faster(sandbox_server: SandboxServer) -> None:
    lead_id = lead(sandbox_server.org)
    early = {"If-Unmodified-Since": "Mon, 02 Mar 2026 11:59:59 GMT"}
    now = {"If-Unmodified-Since": "Mon, 02 Mar 2026 12:00:00 GMT"}

    refused = sandbox_server.call("PATCH", f"sobjects/Lead/{lead_id}", json={"Rating": "Hot"}, headers=early)
    done = sandbox_server.call("PATCH", f"sobjects/Lead/{lead_id}", json={"Rating": "Hot"}, headers=now)

    assert first(refused) == (412, "PRECONDITION_FAILED")
    assert done.status_code == 204


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(sandbox_server: SandboxServer, body: bytes) -> None:
    assert first(sandbox_server.call("POST", "sobjects/Lead", data=body)) == (400, "JSON_PARSER_ERROR")


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "limits"), ("DELETE", "sobjects/Lead"), ("POST", "query"), ("PATCH", "sobjects/Lead/describe")],
)
def test_a_wrong_method_is_refused(sandbox_server: SandboxServer, method: str, path: str) -> None:
    response = sandbox_server.call(method, path, json={})

    assert first(response) == (405, "METHOD_NOT_ALLOWED")
    assert f"HTTP Method '{method}' not allowed" in response.json()[0]["message"]


def test_history_cannot_be_written(sandbox_server: SandboxServer) -> None:
    response = sandbox_server.post("sobjects/LeadHistory", {"Field": "Status"})

    assert first(response) == (400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")
