"""Records named by an external Id, and requests that depend on when a record changed."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.org.schema import Field
from tests.sandbox.conftest import SandboxServer, lead

KEY = "sobjects/Task/Lead_Ops_Key__c"


@pytest.fixture
def server(sandbox_server: SandboxServer) -> SandboxServer:
    """With a key on tasks that need not be unique."""
    sandbox_server.org.store.add_field("Task", Field("Lead_Ops_Key__c", "string", 80, external_id=True))
    return sandbox_server


def first(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()[0]["errorCode"]


def test_a_key_names_one_record_however_often_it_is_written(server: SandboxServer) -> None:
    made = server.call("PATCH", f"{KEY}/reply/7%20a", json={"Subject": "Call"})
    changed = server.call("PATCH", f"{KEY}/reply/7%20a", json={"Subject": "Mail"})
    old = server.call("PATCH", f"{KEY}/reply/7%20a", json={"Subject": "Meet"}, version="45.0")

    told = made.json()
    assert (made.status_code, told["created"], told["success"]) == (201, True, True)
    assert made.headers["Location"].endswith(told["id"])
    assert (changed.status_code, changed.json()) == (200, {**told, "created": False})
    assert (old.status_code, old.content) == (204, b"")
    [record] = server.query("SELECT Id, Subject, Lead_Ops_Key__c FROM Task")["records"]
    assert (record["Id"], record["Subject"]) == (told["id"], "Meet")
    assert record["Lead_Ops_Key__c"] == "reply/7 a"


def test_a_record_is_read_and_deleted_by_its_key(server: SandboxServer) -> None:
    task = server.org.create("Task", {"Subject": "Call", "Lead_Ops_Key__c": "7"})

    assert server.get(f"{KEY}/7").json()["Id"] == task
    assert server.call("DELETE", f"{KEY}/7").status_code == 204
    assert first(server.get(f"{KEY}/7")) == (404, "NOT_FOUND")


def test_a_key_of_a_deleted_record_is_free(server: SandboxServer) -> None:
    gone = server.org.create("Task", {"Subject": "Call", "Lead_Ops_Key__c": "7"})
    server.org.delete("Task", gone)

    made = server.call("PATCH", f"{KEY}/7", json={"Subject": "Call"})

    assert made.status_code == 201
    assert made.json()["id"] != gone


def test_a_key_of_several_records_offers_a_choice(server: SandboxServer) -> None:
    tasks = [server.org.create("Task", {"Subject": "Call", "Lead_Ops_Key__c": "7"}) for _ in range(2)]

    for method in ("GET", "PATCH", "DELETE"):
        answer = server.call(method, f"{KEY}/7", json={"Subject": "x"})
        assert answer.status_code == 300
        assert answer.json() == [f"/services/data/v62.0/sobjects/Task/{task}" for task in tasks]


def test_a_unique_key_is_refused_to_a_second_record(server: SandboxServer) -> None:
    server.org.store.add_field("Lead", Field("Number__c", "string", 20, external_id=True, unique=True))
    lead(server.org, Number__c="1")

    refused = server.post("sobjects/Lead", {"LastName": "L", "Company": "C", "Number__c": "1"})

    assert first(refused) == (400, "DUPLICATE_VALUE")


def test_only_a_change_is_wanted(server: SandboxServer) -> None:
    answer = server.call("PATCH", f"{KEY}/7?updateOnly=true", json={"Subject": "Call"})

    assert first(answer) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("path", "told", "answer"),
    [
        ("sobjects/Task/Subject/Call", {}, (404, "NOT_FOUND")),
        ("sobjects/Task/Nonsense__c/1", {}, (404, "NOT_FOUND")),
        ("sobjects/Nothing/Id/1", {}, (404, "NOT_FOUND")),
        (f"{KEY}/7", {"lead_ops_key__c": "7"}, (400, "INVALID_FIELD")),
        ("sobjects/Task/Id/nonsense", {}, (400, "MALFORMED_ID")),
    ],
)
def test_what_cannot_be_upserted(
    server: SandboxServer, path: str, told: object, answer: tuple[int, str]
) -> None:
    assert first(server.call("PATCH", path, json=told)) == answer


def test_describe_tells_of_keys(server: SandboxServer) -> None:
    fields = {field["name"]: field for field in server.get("sobjects/Task/describe").json()["fields"]}

    assert (fields["Lead_Ops_Key__c"]["externalId"], fields["Lead_Ops_Key__c"]["idLookup"]) == (True, True)
    assert fields["Subject"]["externalId"] is False


# -- conditions -----------------------------------------------------------------------------------

BEFORE, NOW = "Mon, 02 Mar 2026 11:59:59 GMT", "Mon, 02 Mar 2026 12:00:00 GMT"


def test_a_record_that_did_not_change_is_not_sent_again(server: SandboxServer) -> None:
    path = f"sobjects/Lead/{lead(server.org)}"

    sent = server.get(path, headers={"If-Modified-Since": BEFORE})
    spared = server.get(path, headers={"If-Modified-Since": sent.headers["Last-Modified"]})

    assert (sent.status_code, sent.headers["Last-Modified"]) == (200, NOW)
    assert (spared.status_code, spared.content) == (304, b"")


def test_a_record_is_read_or_changed_only_as_it_was(server: SandboxServer) -> None:
    path = f"sobjects/Lead/{lead(server.org)}"

    for method in ("GET", "PATCH"):
        refused = server.call(method, path, json={}, headers={"If-Unmodified-Since": BEFORE})
        assert first(refused) == (412, "PRECONDITION_FAILED")
        assert server.call(method, path, json={}, headers={"If-Unmodified-Since": NOW}).ok


@pytest.mark.parametrize("header", ["If-Modified-Since", "If-Unmodified-Since"])
def test_a_condition_that_is_no_date_is_refused(server: SandboxServer, header: str) -> None:
    path = f"sobjects/Lead/{lead(server.org)}"

    assert server.get(path, headers={header: "yesterday"}).status_code == 400


def test_a_deletion_knows_no_conditions(server: SandboxServer) -> None:
    path = f"sobjects/Lead/{lead(server.org)}"

    assert server.call("DELETE", path, headers={"If-Unmodified-Since": BEFORE}).status_code == 204
