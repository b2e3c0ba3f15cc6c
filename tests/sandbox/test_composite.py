"""Several requests in one, which may use each other's answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import SandboxServer, lead

V = "/services/data/v62.0"
COMPANY = {"LastName": "Lovelace", "Company": "Engines"}


def part(reference_id: str, method: str, path: str, body: object = None, **headers: str) -> dict[str, object]:
    told: dict[str, object] = {
        "referenceId": reference_id,
        "method": method,
        "url": f"{V}/{path}",
        "httpHeaders": headers,
    }
    return told if body is None else {**told, "body": body}


def run(server: SandboxServer, *parts: dict[str, object], all_or_none: bool = False) -> list[Any]:
    answer = server.post("composite", {"allOrNone": all_or_none, "compositeRequest": list(parts)})
    assert answer.status_code == 200, answer.text
    listed: list[Any] = answer.json()["compositeResponse"]
    return listed


def test_a_part_uses_the_answers_of_those_before(sandbox_server: SandboxServer) -> None:
    made, task, read, found = run(
        sandbox_server,
        part("lead", "POST", "sobjects/Lead", COMPANY),
        part("task", "POST", "sobjects/Task", {"Subject": "Call", "WhoId": "@{lead.id}"}),
        part("read", "GET", "sobjects/Task/@{task.id}?fields=Who.Name,WhoId"),
        part("found", "GET", "query?q=SELECT+Id+FROM+Task+WHERE+WhoId='@{read.WhoId}'"),
    )

    assert (made["httpStatusCode"], task["httpStatusCode"], made["referenceId"]) == (201, 201, "lead")
    assert made["httpHeaders"] == {"Location": f"{V}/sobjects/Lead/{made['body']['id']}"}
    assert read["body"]["Who"]["Name"] == "Lovelace"
    assert found["body"]["records"][0]["Id"] == task["body"]["id"]


def test_one_failure_leaves_the_others_but_for_those_that_need_it(sandbox_server: SandboxServer) -> None:
    bad, needing, free, missing = run(
        sandbox_server,
        part("lead", "POST", "sobjects/Lead", {"LastName": "Lovelace"}),
        part("task", "POST", "sobjects/Task", {"Subject": "Call", "WhoId": "@{lead.id}"}),
        part("other", "POST", "sobjects/Lead", COMPANY),
        part("gone", "DELETE", "sobjects/Lead/@{other.nonsense[3].id}"),
    )

    assert (bad["httpStatusCode"], bad["body"][0]["errorCode"]) == (400, "REQUIRED_FIELD_MISSING")
    assert needing["body"] == [
        {
            "errorCode": "PROCESSING_HALTED",
            "message": "Invalid reference specified. No value for lead.id found in lead",
        }
    ]
    assert (free["httpStatusCode"], missing["httpStatusCode"]) == (201, 400)
    assert sandbox_server.query("SELECT COUNT() FROM Lead")["totalSize"] == 1


def test_all_or_none_takes_everything_back(sandbox_server: SandboxServer) -> None:
    good, bad, after = run(
        sandbox_server,
        part("one", "POST", "sobjects/Lead", COMPANY),
        part("two", "PATCH", "sobjects/Lead/@{one.id}", {"Nonsense": 1}),
        part("three", "POST", "sobjects/Lead", COMPANY),
        all_or_none=True,
    )

    rolled_back = "The transaction was rolled back since another operation in the same transaction failed."
    assert good["body"] == after["body"] == [{"errorCode": "PROCESSING_HALTED", "message": rolled_back}]
    assert bad["body"][0]["errorCode"] == "INVALID_FIELD"
    assert sandbox_server.query("SELECT COUNT() FROM Lead")["totalSize"] == 0


def test_a_failed_row_within_leaves_nothing_of_itself(sandbox_server: SandboxServer) -> None:
    records = [{"attributes": {"type": "Lead"}, **COMPANY}, {"attributes": {"type": "Lead"}, "LastName": "x"}]

    [done] = run(
        sandbox_server, part("many", "POST", "composite/sobjects", {"records": records}), all_or_none=True
    )

    assert [one["success"] for one in done["body"]] == [True, False]
    assert sandbox_server.query("SELECT COUNT() FROM Lead")["totalSize"] == 1


def test_each_part_has_its_own_headers(sandbox_server: SandboxServer) -> None:
    lead_id = lead(sandbox_server.org)
    since = "Mon, 02 Mar 2026 11:00:00 GMT"

    [done] = run(
        sandbox_server,
        part("one", "PATCH", f"sobjects/Lead/{lead_id}", {"Rating": "Hot"}, **{"If-Unmodified-Since": since}),
    )

    assert done["httpStatusCode"] == 412


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([part(f"r{number}", "GET", "limits") for number in range(26)], "LIMIT_EXCEEDED"),
        ([part("a", "GET", "limits"), part("a", "GET", "limits")], "INVALID_INPUT"),
        ([{"referenceId": "a", "method": "GET"}], "JSON_PARSER_ERROR"),
        ([{"method": "GET", "url": "x"}], "JSON_PARSER_ERROR"),
        ([{"referenceId": "a", "method": "GET", "url": "x", "httpHeaders": 5}], "JSON_PARSER_ERROR"),
        (["x"], "JSON_PARSER_ERROR"),
        (None, "JSON_PARSER_ERROR"),
    ],
)
def test_a_request_that_cannot_be(sandbox_server: SandboxServer, parts: object, code: str) -> None:
    answer = sandbox_server.post("composite", {"compositeRequest": parts})

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("GET", "/services/data/v62.0/jobs/query", 400),
        ("GET", "/services/data/v62.0/nothing", 404),
        ("GET", "/services/data/v25.0/sobjects", 410),
        ("GET", "/services/data/v99.0/sobjects", 404),
        ("PUT", "/services/data/v62.0/sobjects", 405),
        ("GET", "elsewhere", 404),
        ("GET", "http://[", 404),
    ],
)
def test_a_part_that_leads_nowhere(sandbox_server: SandboxServer, method: str, url: str, status: int) -> None:
    [done] = run(sandbox_server, {"referenceId": "a", "method": method, "url": url})

    assert done["httpStatusCode"] == status


def test_a_batch_goes_on_after_a_failure_unless_told_not_to(sandbox_server: SandboxServer) -> None:
    requests = [
        {"method": "POST", "url": "v62.0/sobjects/Lead", "richInput": COMPANY},
        {"method": "GET", "url": "/services/data/v62.0/query?q=nonsense"},
        {"method": "GET", "url": "v62.0/query?q=SELECT+COUNT()+FROM+Lead"},
    ]

    done = sandbox_server.post("composite/batch", {"batchRequests": requests}).json()
    halted = sandbox_server.post("composite/batch", {"batchRequests": requests, "haltOnError": True}).json()

    assert done["hasErrors"] is True
    assert [one["statusCode"] for one in done["results"]] == [201, 400, 200]
    assert done["results"][2]["result"]["totalSize"] == 1
    assert [one["statusCode"] for one in halted["results"]] == [201, 400, 412]
    assert halted["results"][2]["result"][0]["errorCode"] == "BATCH_PROCESSING_HALTED"


@pytest.mark.parametrize(
    "told", [{}, {"batchRequests": [{}]}, {"batchRequests": [{"method": 1, "url": 2}]}, {"batchRequests": 1}]
)
def test_a_batch_that_cannot_be(sandbox_server: SandboxServer, told: object) -> None:
    assert sandbox_server.post("composite/batch", told).status_code == 400
