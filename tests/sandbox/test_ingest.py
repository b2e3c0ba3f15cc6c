"""Bulk API 2.0 ingest jobs over HTTP: what is written, and what is told of each row."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from typing import Any

import pytest
import requests

from sandbox.org.schema import Field
from sandbox.server.bulk_jobs import FINISHED, Jobs
from sandbox.server.data import data_endpoints
from sandbox.server.faults import Faults
from tests.sandbox.conftest import SandboxServer, lead, user

PATIENCE_S = 20
CSV = {"Content-Type": "text/csv; charset=UTF-8"}


def opened(server: SandboxServer, operation: str, name: str = "Lead", **told: object) -> dict[str, Any]:
    answer = server.post(
        "jobs/ingest", {"operation": operation, "object": name, "contentType": "CSV", **told}
    )
    assert answer.status_code == 200, answer.text
    job: dict[str, Any] = answer.json()
    return job


def upload(server: SandboxServer, job_id: str, content: str | bytes) -> requests.Response:
    body = content.encode() if isinstance(content, str) else content
    return server.call("PUT", f"jobs/ingest/{job_id}/batches", data=body, headers=CSV)


def close(server: SandboxServer, job_id: str, state: str = "UploadComplete") -> requests.Response:
    return server.call("PATCH", f"jobs/ingest/{job_id}", json={"state": state})


def finished(server: SandboxServer, job_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        job: dict[str, Any] = server.get(f"jobs/ingest/{job_id}").json()
        if job["state"] in FINISHED:
            return job
        assert time.monotonic() < deadline, f"the job stays {job['state']}"


def run(
    server: SandboxServer, operation: str, content: str | bytes, name: str = "Lead", **told: object
) -> dict[str, Any]:
    job = opened(server, operation, name, **told)
    assert upload(server, job["id"], content).status_code == 201
    assert close(server, job["id"]).json()["state"] == "UploadComplete"
    return finished(server, job["id"])


def table(server: SandboxServer, job: dict[str, Any], which: str) -> list[list[str]]:
    answer = server.get(f"jobs/ingest/{job['id']}/{which}")
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(answer.content.decode(), newline="")))


def names(server: SandboxServer, resource: str = "query") -> list[str]:
    found = server.query("SELECT LastName FROM Lead ORDER BY LastName", resource)["records"]
    return [record["LastName"] for record in found]


def lines(*rows: Sequence[str], end: str = "\n") -> str:
    return "".join(",".join(row) + end for row in rows)


def test_a_job_tells_of_itself(sandbox_server: SandboxServer) -> None:
    job = opened(sandbox_server, "insert")
    listed = sandbox_server.get("jobs/ingest").json()["records"]
    done = run(sandbox_server, "insert", lines(["lastname", "COMPANY"], ["A", "x"], ["B", ""]))

    assert (job["state"], job["operation"], job["object"]) == ("Open", "insert", "Lead")
    assert job["contentUrl"] == f"services/data/v62.0/jobs/ingest/{job['id']}/batches"
    assert [one["id"] for one in listed] == [job["id"]]
    assert (done["jobType"], done["state"]) == ("V2Ingest", "JobComplete")
    assert (done["numberRecordsProcessed"], done["numberRecordsFailed"]) == (2, 1)


def test_each_row_has_its_outcome(sandbox_server: SandboxServer) -> None:
    job = run(
        sandbox_server, "insert", lines(["LastName", "Company"], ["A", "x"], ["B", ""], ['"C, ""c"""', "y"])
    )

    good, bad = (table(sandbox_server, job, which) for which in ("successfulResults", "failedResults"))

    assert good[0] == ["sf__Id", "sf__Created", "LastName", "Company"]
    assert [row[1:] for row in good[1:]] == [["true", "A", "x"], ["true", 'C, "c"', "y"]]
    assert bad == [
        ["sf__Id", "sf__Error", "LastName", "Company"],
        ["", "REQUIRED_FIELD_MISSING:Required fields are missing: [Company]:Company --", "B", ""],
    ]
    assert table(sandbox_server, job, "unprocessedrecords") == [["LastName", "Company"]]
    assert names(sandbox_server) == ["A", 'C, "c"']


def test_an_empty_cell_leaves_a_field_and_a_sign_empties_it(sandbox_server: SandboxServer) -> None:
    one = lead(sandbox_server.org, "A", Rating="Hot", Title="Countess", AnnualRevenue=5, DoNotCall=True)

    job = run(
        sandbox_server,
        "update",
        lines(["Id", "Rating", "Title", "AnnualRevenue", "DoNotCall"], [one, "", "#N/A", "1e3", "FALSE"]),
    )

    assert job["numberRecordsFailed"] == 0
    read = sandbox_server.get(f"sobjects/Lead/{one}").json()
    assert (read["Rating"], read["Title"], read["AnnualRevenue"], read["DoNotCall"]) == (
        "Hot",
        None,
        1000.0,
        False,
    )


def test_records_are_upserted_by_a_key(sandbox_server: SandboxServer) -> None:
    sandbox_server.org.store.add_field("Task", Field("Lead_Ops_Key__c", "string", 80, external_id=True))
    kept = sandbox_server.org.create("Task", {"Subject": "Call", "Lead_Ops_Key__c": "1"})
    for number in "33":
        sandbox_server.org.create("Task", {"Subject": "Call", "Lead_Ops_Key__c": number})

    job = run(
        sandbox_server,
        "upsert",
        lines(["Subject", "lead_ops_key__c"], ["Mail", "1"], ["Meet", "2"], ["x", "3"], ["y", ""]),
        "Task",
        externalIdFieldName="Lead_Ops_Key__c",
    )

    good, bad = (table(sandbox_server, job, which)[1:] for which in ("successfulResults", "failedResults"))
    assert [(row[0] == kept, *row[1:]) for row in good] == [
        (True, "false", "Mail", "1"),
        (False, "true", "Meet", "2"),
    ]
    assert [row[1].split(":")[0] for row in bad] == ["DUPLICATE_EXTERNAL_ID", "MISSING_ARGUMENT"]


def test_records_are_deleted_into_the_bin_or_for_good(sandbox_server: SandboxServer) -> None:
    one, two = lead(sandbox_server.org, "A"), lead(sandbox_server.org, "B")

    run(sandbox_server, "delete", f"Id\n{one}\n")
    again = run(sandbox_server, "delete", f"Id\n{one}\nnonsense\n")
    run(sandbox_server, "hardDelete", f"Id\n{one}\n{two}\n")

    assert [row[1] for row in table(sandbox_server, again, "failedResults")[1:]] == [
        "ENTITY_IS_DELETED:entity is deleted:--",
        "MALFORMED_ID:Id: id value of incorrect type: nonsense:Id --",
    ]
    assert names(sandbox_server, "queryAll") == []


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        (
            "AnnualRevenue,much",
            "INVALID_TYPE_ON_FIELD_IN_RECORD:AnnualRevenue: value not of required type: much",
        ),
        ("AnnualRevenue,inf", "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        ("NumberOfEmployees,1.5", "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        ("DoNotCall,perhaps", "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        ("EmailBouncedDate,soon", "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        ("OwnerId,nobody", "MALFORMED_ID"),
        ("IsConverted,true", "INVALID_FIELD_FOR_INSERT_UPDATE"),
        (f"FirstName,{'x' * 41}", "STRING_TOO_LONG"),
    ],
)
def test_a_bad_cell_fails_its_row(sandbox_server: SandboxServer, cell: str, error: str) -> None:
    name, value = cell.split(",")

    job = run(sandbox_server, "insert", lines(["LastName", "Company", name], ["A", "x", value]))

    assert table(sandbox_server, job, "failedResults")[1][1].startswith(error)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"LastName,Nonsense\nA,x\n", "InvalidBatch : Field name not found : Nonsense"),
        (b"LastName,Company\nA\n", "InvalidBatch : Row 1 has 1 values"),
        (b"LastName,LastName\nA,B\n", "InvalidBatch : Field name is there twice"),
        (b"LastName,Company\nA,\xff\n", "InvalidBatch : Failed to parse CSV"),
        (b'LastName,Company\n"A,x\n', "InvalidBatch : Failed to parse CSV"),
        (
            b"LastName,Company\r\nA,x\r\n",
            "ClientInputError : LineEnding is invalid on user data. Current LineEnding",
        ),
    ],
)
def test_a_content_that_is_no_table_fails_the_job(
    sandbox_server: SandboxServer, content: bytes, message: str
) -> None:
    job = run(sandbox_server, "insert", content)

    assert job["state"] == "Failed"
    assert job["errorMessage"].startswith(message)
    assert table(sandbox_server, job, "successfulResults") == [["sf__Id", "sf__Created"]]
    assert names(sandbox_server) == []


@pytest.mark.parametrize("content", ["", "LastName,Company\n"])
def test_a_job_without_a_row_is_done_at_once(sandbox_server: SandboxServer, content: str) -> None:
    job = run(sandbox_server, "insert", content)

    assert (job["state"], job["numberRecordsProcessed"]) == ("JobComplete", 0)


def test_a_job_without_a_content_is_done_at_once(sandbox_server: SandboxServer) -> None:
    job = opened(sandbox_server, "insert")
    close(sandbox_server, job["id"])

    assert finished(sandbox_server, job["id"])["state"] == "JobComplete"


def test_other_delimiters_and_line_ends(sandbox_server: SandboxServer) -> None:
    content = "LastName`Company\r\nA`x,\ny\r\n".replace("x,\ny", '"x,\ny"')

    job = run(sandbox_server, "insert", content, columnDelimiter="BACKQUOTE", lineEnding="CRLF")

    answer = sandbox_server.get(f"jobs/ingest/{job['id']}/successfulResults").content.decode()
    assert answer.endswith('`"true"`"A"`"x,\ny"\r\n')


def test_a_job_can_be_aborted_and_deleted(sandbox_server: SandboxServer) -> None:
    job = opened(sandbox_server, "insert")
    upload(sandbox_server, job["id"], "LastName,Company\nA,x\n")

    assert close(sandbox_server, job["id"], "Aborted").json()["state"] == "Aborted"
    assert close(sandbox_server, job["id"]).status_code == 400
    assert table(sandbox_server, job, "unprocessedrecords")[1:] == [["A", "x"]]
    assert sandbox_server.call("DELETE", f"jobs/ingest/{job['id']}").status_code == 204
    assert sandbox_server.get(f"jobs/ingest/{job['id']}").status_code == 404
    assert names(sandbox_server) == []


def test_a_content_is_sent_once(sandbox_server: SandboxServer) -> None:
    job = opened(sandbox_server, "insert")
    upload(sandbox_server, job["id"], "LastName,Company\nA,x\n")

    again = upload(sandbox_server, job["id"], "LastName,Company\nB,x\n")
    early = sandbox_server.get(f"jobs/ingest/{job['id']}/successfulResults")

    assert "make sure you only do 'PUT' once" in again.json()[0]["message"]
    assert (early.status_code, early.json()[0]["errorCode"]) == (400, "INVALIDJOBSTATE")


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"operation": "explode", "object": "Lead"}, "INVALIDJOB"),
        ({"object": "Lead"}, "INVALIDJOB"),
        ({"operation": "insert", "object": "Nothing"}, "INVALIDENTITY"),
        ({"operation": "insert"}, "INVALIDENTITY"),
        ({"operation": "upsert", "object": "Lead"}, "INVALIDJOB"),
        ({"operation": "upsert", "object": "Lead", "externalIdFieldName": "Company"}, "NOT_FOUND"),
        ({"operation": "insert", "object": "Lead", "externalIdFieldName": "Id"}, "INVALIDJOB"),
        ({"operation": "insert", "object": "Lead", "columnDelimiter": "DOT"}, "INVALIDJOB"),
        ({"operation": "insert", "object": "Lead", "contentType": "XML"}, "INVALIDJOB"),
    ],
)
def test_a_job_that_cannot_be(sandbox_server: SandboxServer, told: object, code: str) -> None:
    answer = sandbox_server.post("jobs/ingest", told)

    assert answer.status_code in (400, 404)
    assert answer.json()[0]["errorCode"] == code


def test_assignment_rules_run_only_when_named(sandbox_server: SandboxServer) -> None:
    alice = user(sandbox_server.org, "Alice")
    rule = {"object": "Lead", "when": {"LeadSource": "Web"}, "owner_id": alice}
    sandbox_server.call("PUT", "/__sandbox__/rules", json={"assignment": [rule]})
    content = "LastName,Company,LeadSource\nA,x,Web\n"

    run(sandbox_server, "insert", content)
    run(sandbox_server, "insert", content, assignmentRuleId="01Q000000000001AAA")

    owners = [row["OwnerId"] == alice for row in sandbox_server.org.store.rows("Lead")]
    assert owners == [False, True]


def test_locked_rows_fail_and_the_others_are_written(sandbox_server: SandboxServer) -> None:
    sandbox_server.post("/__sandbox__/faults", {"lock_share": 0.3, "seed": 1, "path": "/jobs/ingest"})
    content = lines(["LastName", "Company"], *([f"{number:03d}", "x"] for number in range(100)))

    job = run(sandbox_server, "insert", content)

    bad = table(sandbox_server, job, "failedResults")[1:]
    assert 15 <= len(bad) <= 45
    assert {row[1] for row in bad} == {
        "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--"
    }
    assert (
        len(names(sandbox_server))
        == 100 - len(bad)
        == job["numberRecordsProcessed"] - job["numberRecordsFailed"]
    )


@pytest.mark.parametrize("state", ["Failed", "Aborted"])
def test_a_job_comes_to_nothing(sandbox_server: SandboxServer, state: str) -> None:
    sandbox_server.post("/__sandbox__/faults", {"job_ends": state, "method": "PATCH", "object": "Lead"})

    job = run(sandbox_server, "insert", "LastName,Company\nA,x\n")

    assert (job["state"], "errorMessage" in job) == (state, state == "Failed")
    assert table(sandbox_server, job, "unprocessedrecords")[1:] == [["A", "x"]]


def test_a_job_that_a_stop_left_waiting_runs_after_the_next_start(sandbox_server: SandboxServer) -> None:
    """Nothing runs the second organisation's jobs until it is started."""
    org = sandbox_server.org
    job = opened(sandbox_server, "insert")
    upload(sandbox_server, job["id"], "LastName,Company\nA,x\n")
    with org.store.transaction():
        org.store.connection.execute(
            'UPDATE _ingest_job SET job = replace(job, \'"state": "Open"\', \'"state": "InProgress"\')'
        )

    jobs = Jobs(org)
    jobs.start()
    data_endpoints("", org, jobs, Faults())
    assert finished(sandbox_server, job["id"])["state"] == "JobComplete"
    jobs.stop()

    assert names(sandbox_server) == ["A"]
