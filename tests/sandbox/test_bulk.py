"""Bulk API 2.0 query jobs over HTTP."""

from __future__ import annotations

import csv
import io
import time
from typing import Any

import pytest
import requests

from sandbox.org.org import Org
from sandbox.server.bulk_jobs import FINISHED, Job, Jobs, new_job_id
from tests.sandbox.conftest import SandboxServer, lead

PATIENCE_S = 20


def start(server: SandboxServer, soql: str, operation: str = "query", **parts: Any) -> requests.Response:
    return server.post("jobs/query", {"operation": operation, "query": soql, **parts})


def finished(server: SandboxServer, job_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        job: dict[str, Any] = server.get(f"jobs/query/{job_id}").json()
        if job["state"] in FINISHED:
            return job
        assert time.monotonic() < deadline, f"the job stays {job['state']}"


def done(server: SandboxServer, soql: str, operation: str = "query", **parts: Any) -> str:
    job_id = str(start(server, soql, operation, **parts).json()["id"])
    assert finished(server, job_id)["state"] == "JobComplete"
    return job_id


def fill(org: Org, names: list[str]) -> None:
    org.store.insert_many(
        "Lead",
        [
            {"Id": f"00QB12{place:09d}AAA", "LastName": name, "Company": "x"}
            for place, name in enumerate(names)
        ],
    )


def test_a_job_tells_of_itself(sandbox_server: SandboxServer) -> None:
    lead(sandbox_server.org)

    started = start(sandbox_server, "select id from lead").json()
    job = finished(sandbox_server, started["id"])

    assert started["state"] == "UploadComplete"
    assert (started["object"], started["operation"], started["apiVersion"]) == ("Lead", "query", 62.0)
    assert (job["state"], job["jobType"], job["numberRecordsProcessed"], job["retries"]) == (
        "JobComplete",
        "V2Query",
        1,
        0,
    )


def test_pages_of_any_size_put_together_are_the_whole(sandbox_server: SandboxServer) -> None:
    nasty = [
        'a "quoted" name',
        "two\nlines",
        "comma, comma",
        "NA",
        "null",
        "00123",
        "\U0001f600",
        "x" * 80,
    ] * 3
    fill(sandbox_server.org, nasty)
    job_id = done(sandbox_server, "SELECT LastName FROM Lead ORDER BY Id")

    for size in (1, 7, 24, 100):
        found, locator, counted = [], "0", 0
        while locator != "null":
            page = sandbox_server.get(
                f"jobs/query/{job_id}/results", params={"maxRecords": str(size), "locator": locator}
            )
            lines = list(csv.reader(io.StringIO(page.content.decode(), newline="")))
            assert lines[0] == ["LastName"]
            found += [line[0] for line in lines[1:]]
            counted += int(page.headers["Sforce-NumberOfRecords"])
            locator = page.headers["Sforce-Locator"]
        assert found == nasty
        assert counted == len(nasty)


def test_every_value_is_quoted_and_null_is_empty(sandbox_server: SandboxServer) -> None:
    lead(sandbox_server.org, AnnualRevenue=20000)
    job_id = done(
        sandbox_server,
        "SELECT LastName, Rating, AnnualRevenue, NumberOfEmployees, DoNotCall, ConvertedDate FROM Lead",
    )

    text = sandbox_server.get(f"jobs/query/{job_id}/results").text

    assert text == (
        '"LastName","Rating","AnnualRevenue","NumberOfEmployees","DoNotCall","ConvertedDate"\n'
        '"Lovelace","","20000.0","","false",""\n'
    )


def test_nothing_found_is_a_header_alone(sandbox_server: SandboxServer) -> None:
    page = sandbox_server.get(f"jobs/query/{done(sandbox_server, 'SELECT Id FROM Lead')}/results")

    assert page.text == '"Id"\n'
    assert (page.headers["Sforce-NumberOfRecords"], page.headers["Sforce-Locator"]) == ("0", "null")


def test_other_delimiters_and_line_ends(sandbox_server: SandboxServer) -> None:
    fill(sandbox_server.org, ["a"])
    job_id = done(
        sandbox_server, "SELECT LastName, Company FROM Lead", columnDelimiter="PIPE", lineEnding="CRLF"
    )

    assert (
        sandbox_server.get(f"jobs/query/{job_id}/results").content == b'"LastName"|"Company"\r\n"a"|"x"\r\n'
    )


def test_a_large_page_comes_compressed_to_who_takes_it(sandbox_server: SandboxServer) -> None:
    fill(sandbox_server.org, ["same"] * 500)
    path = f"jobs/query/{done(sandbox_server, 'SELECT LastName FROM Lead')}/results"

    zipped = sandbox_server.get(path, headers={"Accept-Encoding": "gzip"})
    plain = sandbox_server.get(path, headers={"Accept-Encoding": "identity"})

    assert zipped.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert zipped.text == plain.text


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT COUNT() FROM Lead", "API_ERROR"),
        ("SELECT COUNT(Id) FROM Lead", "API_ERROR"),
        ("SELECT Status FROM Lead GROUP BY Status", "API_ERROR"),
        ("SELECT Id FROM Lead OFFSET 5", "API_ERROR"),
        ("SELECT Nonsense FROM Lead", "INVALID_FIELD"),
        ("SELECT Id FROM Nothing", "INVALID_TYPE"),
        ("nonsense", "MALFORMED_QUERY"),
        ("", "INVALIDJOB"),
    ],
)
def test_what_bulk_cannot_do_is_refused_at_once(sandbox_server: SandboxServer, soql: str, code: str) -> None:
    response = start(sandbox_server, soql)

    assert (response.status_code, response.json()[0]["errorCode"]) == (400, code)
    assert sandbox_server.get("jobs/query").json()["records"] == []


def test_results_are_asked_for_in_the_job_s_own_version(sandbox_server: SandboxServer) -> None:
    job_id = done(sandbox_server, "SELECT Id FROM Lead")

    assert sandbox_server.get(f"jobs/query/{job_id}/results", version="63.0").status_code == 409


def test_a_deleted_job_is_gone_with_its_results(sandbox_server: SandboxServer) -> None:
    job_id = done(sandbox_server, "SELECT Id FROM Lead")

    response = sandbox_server.call("DELETE", f"jobs/query/{job_id}")

    assert (response.status_code, response.content) == (204, b"")
    assert sandbox_server.get(f"jobs/query/{job_id}").status_code == 404
    assert sandbox_server.get(f"jobs/query/{job_id}/results").status_code == 404
    assert list(Jobs(sandbox_server.org).folder.iterdir()) == []


def test_a_finished_job_cannot_be_aborted_back(sandbox_server: SandboxServer) -> None:
    job_id = done(sandbox_server, "SELECT Id FROM Lead")

    told = sandbox_server.call("PATCH", f"jobs/query/{job_id}", json={"state": "Aborted"}).json()

    assert told["state"] == "JobComplete"


def test_an_aborted_job_has_no_results_and_is_never_run(org: Org) -> None:
    """The job waits while nothing runs jobs, is aborted, and stays so when they run again."""
    jobs = Jobs(org)
    from_client = _job(org)
    jobs.add(from_client)
    jobs.abort(from_client.id)

    jobs.start()
    jobs.stop()

    kept = jobs.get(from_client.id)
    assert kept is not None
    assert kept.state == "Aborted"


def test_a_job_that_a_stop_left_waiting_runs_after_the_next_start(org: Org) -> None:
    lead(org)
    waiting = _job(org)
    Jobs(org).add(waiting)

    jobs = Jobs(org)
    jobs.start()
    deadline = time.monotonic() + PATIENCE_S
    while (kept := jobs.get(waiting.id)) and kept.state not in FINISHED and time.monotonic() < deadline:
        pass
    jobs.stop()

    assert kept is not None
    assert (kept.state, kept.rows) == ("JobComplete", 1)


def _job(org: Org) -> Job:
    return Job(new_job_id(), "query", "SELECT Id FROM Lead", "Lead", org.api_user_id(), "", "62.0")
