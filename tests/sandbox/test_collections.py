"""Several records in one request: each with its own result, or all or none."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.org.ids import make_id
from sandbox.org.schema import Field
from tests.sandbox.conftest import SandboxServer, lead

ROLLED_BACK = {
    "statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "message": "Record rolled back because not all records were valid and the request was using AllOrNone header",
    "fields": [],
}
MISSING = {
    "statusCode": "REQUIRED_FIELD_MISSING",
    "message": "Required fields are missing: [Company]",
    "fields": ["Company"],
}


def record(name: str = "Lovelace", kind: str = "Lead", **values: object) -> dict[str, object]:
    return {"attributes": {"type": kind}, "LastName": name, **values}


def whole(name: str = "Lovelace", **values: object) -> dict[str, object]:
    return {**record(name, Company="Engines"), **values}


def send(server: SandboxServer, method: str, records: list[Any], path: str = "", **told: object) -> Any:
    answer = server.call(method, f"composite/sobjects{path}", json={"records": records, **told})
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(server: SandboxServer) -> list[str]:
    records = server.query("SELECT LastName FROM Lead ORDER BY LastName")["records"]
    return [one["LastName"] for one in records]


def key(server: SandboxServer, object_name: str = "Task") -> None:
    server.org.store.add_field(
        object_name, Field("Lead_Ops_Key__c", "string", 80, external_id=True, unique=False)
    )


def test_what_is_good_is_created_and_what_is_not_is_told(sandbox_server: SandboxServer) -> None:
    results = send(sandbox_server, "POST", [whole("A"), record("B"), whole("C")])

    assert [result["success"] for result in results] == [True, False, True]
    assert results[0] == {"id": results[0]["id"], "success": True, "errors": []}
    assert results[1] == {"success": False, "errors": [MISSING]}
    assert names(sandbox_server) == ["A", "C"]


def test_all_or_none(sandbox_server: SandboxServer) -> None:
    results = send(sandbox_server, "POST", [whole("A"), record("B")], allOrNone=True)

    assert [result["errors"] for result in results] == [[ROLLED_BACK], [MISSING]]
    assert names(sandbox_server) == []
    assert sandbox_server.query("SELECT Id FROM LeadHistory")["records"] == []
    assert len(send(sandbox_server, "POST", [whole("A"), whole("B")], allOrNone=True)) == 2
    assert names(sandbox_server) == ["A", "B"]


def test_records_are_changed_by_their_id(sandbox_server: SandboxServer) -> None:
    one, gone = lead(sandbox_server.org, "A"), lead(sandbox_server.org, "B")
    sandbox_server.org.delete("Lead", gone)

    results = send(
        sandbox_server,
        "PATCH",
        [
            record("Z", id=one[:15]),
            record("Y", Id=gone),
            record("X"),
            record("W", id="nonsense"),
            record("V", id=make_id("00Q", 99)),
            record("U", id=make_id("003", 1)),
            {"attributes": {"type": "Lead"}, "id": one, "Rank": 1},
        ],
    )

    assert results[0] == {"id": one, "success": True, "errors": []}
    assert [result["errors"][0]["statusCode"] for result in results[1:]] == [
        "ENTITY_IS_DELETED",
        "MISSING_ARGUMENT",
        "MALFORMED_ID",
        "NOT_FOUND",
        "NOT_FOUND",
        "INVALID_FIELD",
    ]
    assert names(sandbox_server) == ["Z"]


def test_records_are_deleted_by_their_ids(sandbox_server: SandboxServer) -> None:
    one, two = lead(sandbox_server.org, "A"), lead(sandbox_server.org, "B")

    def delete(all_or_none: str, *ids: str) -> Any:
        told = {"ids": ",".join(ids), "allOrNone": all_or_none}
        return sandbox_server.call("DELETE", "composite/sobjects", params=told).json()

    refused = delete("true", one, make_id("00Q", 99))
    assert [result["success"] for result in refused] == [False, False]
    assert names(sandbox_server) == ["A", "B"]
    assert [result["success"] for result in delete("false", one, make_id("00Q", 99), two)] == [
        True,
        False,
        True,
    ]
    assert names(sandbox_server) == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_several_records_are_read_at_once(sandbox_server: SandboxServer, method: str) -> None:
    one, two = lead(sandbox_server.org, "A"), lead(sandbox_server.org, "B")
    ids, fields = [two, make_id("00Q", 99), one[:15]], ["LastName", "Owner.Name"]
    parts: Any = (
        {"params": {"ids": ",".join(ids), "fields": ",".join(fields)}}
        if method == "GET"
        else {"json": {"ids": ids, "fields": fields}}
    )

    found = sandbox_server.call(method, "composite/sobjects/Lead", **parts).json()

    assert [one and (one["Id"], one["LastName"], one["Owner"]["Name"]) for one in found] == [
        (two, "B", "Otto"),
        None,
        (one, "A", "Otto"),
    ]


def test_records_are_upserted_by_a_key(sandbox_server: SandboxServer) -> None:
    key(sandbox_server)

    def task(subject: str, value: str) -> dict[str, object]:
        return {"attributes": {"type": "Task"}, "Subject": subject, "Lead_Ops_Key__c": value}

    path = "/Task/lead_ops_key__c"
    first = send(sandbox_server, "PATCH", [task("Call", "1"), task("Mail", "2")], path)
    again = send(sandbox_server, "PATCH", [task("Call back", "1"), task("Meet", "3")], path)

    assert [one["created"] for one in first + again] == [True, True, False, True]
    assert again[0]["id"] == first[0]["id"]
    found = sandbox_server.query("SELECT Subject, Lead_Ops_Key__c FROM Task ORDER BY Lead_Ops_Key__c")[
        "records"
    ]
    assert [(one["Subject"], one["Lead_Ops_Key__c"]) for one in found] == [
        ("Call back", "1"),
        ("Mail", "2"),
        ("Meet", "3"),
    ]


def test_records_are_upserted_by_id(sandbox_server: SandboxServer) -> None:
    one = lead(sandbox_server.org, "A")

    results = send(
        sandbox_server,
        "PATCH",
        [record("B", Id=one), whole("C"), whole("D", Id=make_id("00Q", 99))],
        "/Lead/Id",
    )

    assert [result.get("created") for result in results] == [False, True, None]
    assert names(sandbox_server) == ["B", "C"]


def test_a_key_that_several_records_share_chooses_none(sandbox_server: SandboxServer) -> None:
    key(sandbox_server)
    for _ in range(2):
        sandbox_server.org.create("Task", {"Subject": "Call", "Lead_Ops_Key__c": "1"})

    [result, missing] = send(
        sandbox_server,
        "PATCH",
        [{"attributes": {"type": "Task"}, "Lead_Ops_Key__c": "1"}, {"attributes": {"type": "Task"}}],
        "/Task/Lead_Ops_Key__c",
    )

    assert result["errors"][0]["statusCode"] == "DUPLICATE_VALUE"
    assert missing["errors"][0]["statusCode"] == "MISSING_ARGUMENT"


@pytest.mark.parametrize(
    ("method", "path", "told", "code"),
    [
        ("POST", "", {"records": [whole()] * 201}, "EXCEEDED_ID_LIMIT"),
        ("POST", "", {"records": [whole(), record(kind="Contact")] * 6}, "LIMIT_EXCEEDED"),
        ("POST", "", {"records": "x"}, "JSON_PARSER_ERROR"),
        ("POST", "", {}, "JSON_PARSER_ERROR"),
        ("POST", "", {"records": [1]}, "JSON_PARSER_ERROR"),
        ("POST", "", {"records": [whole()], "allOrNone": "perhaps"}, "JSON_PARSER_ERROR"),
        ("PATCH", "/Task/Subject", {"records": []}, "NOT_FOUND"),
        ("PATCH", "/Nothing/Id", {"records": []}, "NOT_FOUND"),
        ("DELETE", "", {}, "MISSING_ARGUMENT"),
        ("GET", "/Lead", {}, "MISSING_ARGUMENT"),
        ("POST", "/Lead", {"ids": ["x"], "fields": ["Id"]}, "MALFORMED_ID"),
        ("POST", "/Lead", {"ids": [make_id("00Q", 1)], "fields": ["Foo"]}, "INVALID_FIELD"),
        ("POST", "/Lead", {"ids": 5, "fields": None}, "JSON_PARSER_ERROR"),
    ],
)
def test_a_request_that_cannot_be(
    sandbox_server: SandboxServer, method: str, path: str, told: object, code: str
) -> None:
    answer = sandbox_server.call(method, f"composite/sobjects{path}", json=told)

    assert answer.status_code in (400, 404)
    assert answer.json()[0]["errorCode"] == code


@pytest.mark.parametrize("bad", [{}, {"attributes": 5}, {"attributes": {"type": "Nothing"}}])
def test_a_record_without_a_type_fails_alone(sandbox_server: SandboxServer, bad: dict[str, object]) -> None:
    assert [one["success"] for one in send(sandbox_server, "POST", [bad, whole("A")])] == [False, True]


def test_some_rows_are_locked_and_free_when_tried_again(sandbox_server: SandboxServer) -> None:
    ids = [lead(sandbox_server.org, f"{number:02d}") for number in range(40)]
    sandbox_server.post("/__sandbox__/faults", {"lock_share": 0.3, "seed": 7, "times": None})
    waiting, tries = ids, 0

    while waiting:
        records = [record("Z", id=one) for one in waiting]
        results = send(sandbox_server, "PATCH", records)
        locked = [one for one, result in zip(waiting, results, strict=True) if not result["success"]]
        codes = {result["errors"][0]["statusCode"] for result in results if not result["success"]}
        assert codes <= {"UNABLE_TO_LOCK_ROW"}
        if not tries:
            assert 4 <= len(locked) <= 20
        waiting, tries = locked, tries + 1

    assert 1 < tries < 12
    assert names(sandbox_server) == ["Z"] * 40
