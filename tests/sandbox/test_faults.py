"""Faults that are asked for: which request they meet, and what its client then sees."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import TOKEN, SandboxServer, lead
from tests.sandbox.test_bulk import done, fill, finished, start

LEADS = "SELECT LastName FROM Lead ORDER BY LastName"
SHORT_S = 0.5
"""How long a client waits for an answer that shall never come."""


def plant(server: SandboxServer, **fault: object) -> None:
    answer = server.post("/__sandbox__/faults", fault)
    assert answer.status_code == 201, answer.text


def code(response: requests.Response) -> tuple[int, str]:
    return response.status_code, response.json()[0]["errorCode"]


def names(page: Any) -> list[str]:
    return [record["LastName"] for record in page["records"]]


def pages(server: SandboxServer, soql: str = LEADS, **parts: Any) -> Iterator[Any]:
    page = server.query(soql, **parts)
    yield page
    while not page["done"]:
        page = server.get(page["nextRecordsUrl"], **parts).json()
        yield page


# -- whom a fault meets ---------------------------------------------------------------------------


def test_a_fault_chooses_its_requests_by_method_path_and_number(sandbox_server: SandboxServer) -> None:
    plant(sandbox_server, status=503, method="get", path="/limits", from_call=2)

    statuses = [sandbox_server.get(path).status_code for path in ("sobjects", "limits", "limits", "limits")]

    assert statuses == [200, 200, 503, 200]


def test_a_fault_strikes_until_it_is_cleared_where_no_number_is_given(sandbox_server: SandboxServer) -> None:
    plant(sandbox_server, status=500, times=None)

    assert [sandbox_server.get("limits").status_code for _ in range(4)] == [500] * 4
    sandbox_server.call("DELETE", "/__sandbox__/faults")
    assert sandbox_server.get("limits").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "parts"),
    [
        ("GET", "sobjects/Task/describe", {}),
        ("GET", "query", {"params": {"q": "select Id from task"}}),
        ("POST", "jobs/query", {"json": {"operation": "query", "query": "SELECT Id FROM Task"}}),
    ],
)
def test_a_fault_knows_what_a_request_is_about(
    sandbox_server: SandboxServer, method: str, path: str, parts: dict[str, Any]
) -> None:
    plant(sandbox_server, code="INVALIDENTITY", object="Task", times=None)

    assert code(sandbox_server.call(method, path, **parts)) == (400, "INVALIDENTITY")
    assert sandbox_server.query("SELECT Id FROM Lead")["records"] == []


def test_a_fault_knows_what_pages_and_jobs_are_about(sandbox_server: SandboxServer) -> None:
    fill(sandbox_server.org, ["A"] * 300)
    page = sandbox_server.query(LEADS, headers={"Sforce-Query-Options": "batchSize=200"})
    job = done(sandbox_server, LEADS)
    plant(sandbox_server, status=500, object="Lead", times=2)

    assert sandbox_server.get(page["nextRecordsUrl"]).status_code == 500
    assert sandbox_server.get(f"jobs/query/{job}").status_code == 500


def test_faults_of_several_kinds_strike_together(sandbox_server: SandboxServer) -> None:
    fill(sandbox_server.org, ["A", "B", "C"])
    plant(sandbox_server, page_rows=2, times=None)
    plant(sandbox_server, count_by=5, times=None)

    first = sandbox_server.query(LEADS)

    assert (len(first["records"]), first["totalSize"], first["done"]) == (2, 8, False)


@pytest.mark.parametrize(
    "fault",
    [
        {"page_rows": 0}, {"lock_share": 2}, {"job_ends": "Late"}, {"status": 200}, {"cut_at": True}, {"cut_at": -1},
        {"silent": True, "from_call": 0}, {"page_rows": 5, "shuffle": 1}, {"times": None}, {"nonsense": 1},
    ],
)  # fmt: skip
def test_a_fault_that_cannot_be_is_refused(sandbox_server: SandboxServer, fault: dict[str, object]) -> None:
    assert code(sandbox_server.post("/__sandbox__/faults", fault)) == (400, "INVALID_FAULT")


# -- what goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ({"code": "INVALID_SESSION_ID"}, (401, "INVALID_SESSION_ID")),
        ({"code": "INVALID_QUERY_LOCATOR"}, (400, "INVALID_QUERY_LOCATOR")),
        ({"code": "QUERY_TIMEOUT"}, (400, "QUERY_TIMEOUT")),
        ({"code": "REQUEST_LIMIT_EXCEEDED"}, (403, "REQUEST_LIMIT_EXCEEDED")),
        ({"status": 401}, (401, "INVALID_SESSION_ID")),
        ({"status": 500, "code": "UNKNOWN_EXCEPTION"}, (500, "UNKNOWN_EXCEPTION")),
        ({"status": 420, "code": "ANYTHING"}, (420, "ANYTHING")),
    ],
)
def test_an_error_has_its_usual_status(
    sandbox_server: SandboxServer, fault: dict[str, object], answer: tuple[int, str]
) -> None:
    plant(sandbox_server, **fault)

    assert code(sandbox_server.get("limits")) == answer


def test_a_page_for_people_comes_where_json_should(sandbox_server: SandboxServer) -> None:
    plant(sandbox_server, status=503, html=True)

    answer = sandbox_server.get("limits")

    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert "down for maintenance" in answer.text


def test_a_session_ends_at_the_second_page(sandbox_server: SandboxServer) -> None:
    fill(sandbox_server.org, [f"{number:03d}" for number in range(500)])
    plant(sandbox_server, code="INVALID_SESSION_ID", path="/query/01g")
    page = sandbox_server.query(LEADS, headers={"Sforce-Query-Options": "batchSize=200"})

    refused = sandbox_server.get(page["nextRecordsUrl"])
    again = sandbox_server.get(page["nextRecordsUrl"])

    assert code(refused) == (401, "INVALID_SESSION_ID")
    assert names(again.json())[0] == "200"


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_an_answer_breaks_off_compressed_or_not(sandbox_server: SandboxServer, encoding: str) -> None:
    plant(sandbox_server, cut_at=700)

    with sandbox_server.get("sobjects", headers={"Accept-Encoding": encoding}, stream=True) as answer:
        assert answer.headers.get("Content-Encoding", "identity") == encoding
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            len(answer.content)


def test_no_answer_comes_until_the_client_gives_up(sandbox_server: SandboxServer) -> None:
    plant(sandbox_server, silent=True)

    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(
            f"{sandbox_server.url}/services/data/v62.0/limits",
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=SHORT_S,
        )
    assert sandbox_server.get("limits").status_code == 200


def test_an_answer_held_back_comes_when_the_faults_are_cleared(sandbox_server: SandboxServer) -> None:
    plant(sandbox_server, silent=True, path="/limits")
    statuses: list[int] = []
    waiting = threading.Thread(target=lambda: statuses.append(sandbox_server.get("limits").status_code))
    waiting.start()
    while sandbox_server.get("/__sandbox__/faults").json():
        assert waiting.is_alive()

    sandbox_server.call("DELETE", "/__sandbox__/faults")
    waiting.join()

    assert statuses == [200]


@pytest.mark.parametrize("fault", [{"stall_at": 100}, {"byte_seconds": 3600}])
def test_an_answer_stops_in_the_middle_until_the_faults_are_cleared(
    sandbox_server: SandboxServer, fault: dict[str, object]
) -> None:
    plant(sandbox_server, **fault)

    with sandbox_server.get("sobjects", headers={"Accept-Encoding": "identity"}, stream=True) as answer:
        length = int(answer.headers["Content-Length"])
        begun = answer.raw.read(1)
        sandbox_server.call("DELETE", "/__sandbox__/faults")
        rest = answer.raw.read()

    assert len(begun + rest) == length
    assert (begun + rest).endswith(b"]}")


# -- pages and counts -----------------------------------------------------------------------------


def test_short_pages_make_the_whole(sandbox_server: SandboxServer) -> None:
    fill(sandbox_server.org, list("ABCDEFG"))
    plant(sandbox_server, page_rows=3, times=None)

    found = list(pages(sandbox_server))

    assert ["".join(names(page)) for page in found] == ["ABC", "DEF", "G"]
    assert {page["totalSize"] for page in found} == {7}


def test_rows_are_shuffled_by_a_seed(sandbox_server: SandboxServer) -> None:
    fill(sandbox_server.org, list("ABCDEFG"))
    plant(sandbox_server, shuffle=1, times=2)

    one, same, usual = ("".join(names(sandbox_server.query(LEADS))) for _ in range(3))

    assert one == same != usual == "ABCDEFG"
    assert sorted(one) == list(usual)


def test_rows_are_lost_and_counts_are_wrong(sandbox_server: SandboxServer) -> None:
    fill(sandbox_server.org, list("ABC"))
    plant(sandbox_server, lose_rows=2)
    plant(sandbox_server, count_by=-1, from_call=2, times=2)

    short = sandbox_server.query(LEADS)
    wrong = sandbox_server.query(LEADS)
    counted = sandbox_server.query("SELECT COUNT() FROM Lead")

    assert (names(short), short["totalSize"], short["done"]) == (["A"], 3, True)
    assert (names(wrong), wrong["totalSize"]) == (["A", "B", "C"], 2)
    assert counted["totalSize"] == 2


def test_a_page_comes_twice(sandbox_server: SandboxServer) -> None:
    fill(sandbox_server.org, list("ABCDE"))
    plant(sandbox_server, page_rows=2, times=None)
    plant(sandbox_server, repeat_page=True, path="/query/01g")

    assert ["".join(names(page)) for page in pages(sandbox_server)] == ["AB", "AB", "E"]


def test_a_query_that_finds_too_much_takes_too_long(sandbox_server: SandboxServer) -> None:
    fill(sandbox_server.org, list("ABC"))
    plant(sandbox_server, timeout_over=2, times=None)

    assert code(sandbox_server.get("query", params={"q": LEADS})) == (400, "QUERY_TIMEOUT")
    assert len(sandbox_server.query(f"{LEADS} LIMIT 2")["records"]) == 2


# -- bulk jobs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "state", "message"),
    [
        ({"job_ends": "Failed", "message": "TooManyLockFailure"}, "Failed", "TooManyLockFailure"),
        ({"job_ends": "Aborted"}, "Aborted", None),
        (
            {"timeout_over": 2},
            "Failed",
            "QUERY_TIMEOUT: Your query request was running for too long.",
        ),
    ],
)
def test_a_job_comes_to_nothing(
    sandbox_server: SandboxServer, fault: dict[str, object], state: str, message: str | None
) -> None:
    fill(sandbox_server.org, list("ABC"))
    plant(sandbox_server, **fault, path="/jobs/query", method="POST")

    job = finished(sandbox_server, start(sandbox_server, LEADS).json()["id"])

    assert (job["state"], job.get("errorMessage")) == (state, message)
    assert sandbox_server.get(f"jobs/query/{job['id']}/results").status_code == 400
    assert finished(sandbox_server, start(sandbox_server, LEADS).json()["id"])["state"] == "JobComplete"


@pytest.mark.parametrize(
    ("fault", "body", "declared"),
    [
        ({"lose_rows": 1}, "AB", "3"),
        ({"count_by": 2}, "ABC", "5"),
        ({"page_rows": 1}, "A", "1"),
        ({"shuffle": 1}, "BCA", "3"),
    ],
)
def test_a_page_of_a_job_s_result_is_wrong(
    sandbox_server: SandboxServer, fault: dict[str, object], body: str, declared: str
) -> None:
    fill(sandbox_server.org, list("ABC"))
    job = done(sandbox_server, LEADS)
    plant(sandbox_server, **fault, path="/results")

    page = sandbox_server.get(f"jobs/query/{job}/results")

    assert page.text.replace('"', "").split() == ["LastName", *body]
    assert page.headers["Sforce-NumberOfRecords"] == declared


def test_a_job_s_second_page_is_its_first_again(sandbox_server: SandboxServer) -> None:
    fill(sandbox_server.org, list("ABCD"))
    job = done(sandbox_server, LEADS)
    plant(sandbox_server, repeat_page=True, path="/results")

    page = sandbox_server.get(f"jobs/query/{job}/results", params={"locator": "2", "maxRecords": "2"})

    assert page.text == '"LastName"\n"A"\n"B"\n'
    assert page.headers["Sforce-Locator"] == "null"


def test_a_job_declares_more_rows_than_it_has(sandbox_server: SandboxServer) -> None:
    lead(sandbox_server.org)
    job = done(sandbox_server, LEADS)
    plant(sandbox_server, count_by=1)

    assert sandbox_server.get(f"jobs/query/{job}").json()["numberRecordsProcessed"] == 2
