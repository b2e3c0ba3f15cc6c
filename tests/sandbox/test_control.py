"""The sandbox's own controls: clock, hidden objects and fields, faults, merges."""

from __future__ import annotations

import pytest
import requests

from tests.sandbox.conftest import SandboxServer, lead


def put(server: SandboxServer, name: str, told: object) -> requests.Response:
    return server.call("PUT", f"/__sandbox__/{name}", json=told)


def test_the_clock_stands_where_it_is_set(sandbox_server: SandboxServer) -> None:
    put(sandbox_server, "clock", {"fixed": "2027-01-01T08:00:00+01:00"})

    lead(sandbox_server.org)

    [record] = sandbox_server.query("SELECT CreatedDate FROM Lead WHERE CreatedDate = TODAY")["records"]
    assert record["CreatedDate"] == "2027-01-01T07:00:00.000+0000"


def test_the_clock_can_run_ahead(sandbox_server: SandboxServer) -> None:
    real = put(sandbox_server, "clock", {}).json()["now"]
    ahead = put(sandbox_server, "clock", {"offset_seconds": 86_400 * 400}).json()["now"]

    assert ahead[:4] > real[:4]
    assert sandbox_server.get("/__sandbox__/clock").json()["offset_seconds"] == 86_400 * 400


@pytest.mark.parametrize("told", [{"fixed": "soon"}, {"offset_seconds": "far"}])
def test_a_clock_that_cannot_be_is_refused(sandbox_server: SandboxServer, told: dict[str, str]) -> None:
    assert put(sandbox_server, "clock", told).status_code == 400


def test_a_hidden_object_is_not_there_for_anybody(sandbox_server: SandboxServer) -> None:
    put(sandbox_server, "hidden", {"objects": ["Event"]})

    names = {one["name"] for one in sandbox_server.get("sobjects").json()["sobjects"]}
    assert "Event" not in names
    assert sandbox_server.query("SELECT Id FROM Event")[0]["errorCode"] == "INVALID_TYPE"
    assert sandbox_server.get("sobjects/Event/describe").status_code == 404


def test_a_hidden_field_is_neither_described_nor_answered(sandbox_server: SandboxServer) -> None:
    put(sandbox_server, "hidden", {"fields": ["Lead.Rating"]})

    fields = {field["name"] for field in sandbox_server.get("sobjects/Lead/describe").json()["fields"]}
    assert "Rating" not in fields
    assert "No such column 'Rating'" in sandbox_server.query("SELECT Rating FROM Lead")[0]["message"]
    refused = sandbox_server.post("sobjects/Lead", {"LastName": "L", "Company": "C", "Rating": "Hot"})
    assert refused.json()[0]["errorCode"] == "INVALID_FIELD"


def test_only_what_exists_can_be_hidden(sandbox_server: SandboxServer) -> None:
    assert put(sandbox_server, "hidden", {"objects": ["Nothing"]}).status_code == 400
    assert put(sandbox_server, "hidden", {"fields": ["Lead.Nothing"]}).status_code == 400


def test_the_next_requests_fail_as_often_as_asked(sandbox_server: SandboxServer) -> None:
    sandbox_server.post("/__sandbox__/faults", {"status": 503, "times": 2, "path": "/query"})

    statuses = [sandbox_server.get("limits").status_code]
    statuses += [sandbox_server.get("query?q=SELECT+Id+FROM+Lead").status_code for _ in range(3)]

    assert statuses == [200, 503, 503, 200]


def test_an_answer_breaks_off_where_asked(sandbox_server: SandboxServer) -> None:
    sandbox_server.post("/__sandbox__/faults", {"cut_at": 100})

    with pytest.raises(requests.exceptions.RequestException):
        sandbox_server.get("sobjects/Lead/describe", headers={"Accept-Encoding": "identity"})

    assert sandbox_server.get("sobjects/Lead/describe").status_code == 200


def test_faults_can_be_looked_at_and_cleared(sandbox_server: SandboxServer) -> None:
    told = sandbox_server.post("/__sandbox__/faults", {"status": 500}).json()
    sandbox_server.call("DELETE", "/__sandbox__/faults")

    assert told == [{"status": 500, "times": 1}]
    assert sandbox_server.get("limits").status_code == 200


@pytest.mark.parametrize(
    "fault", [{}, {"status": 500, "cut_at": 1}, {"status": 500, "times": 0}, {"status": "x"}]
)
def test_a_fault_that_makes_no_sense_is_refused(
    sandbox_server: SandboxServer, fault: dict[str, object]
) -> None:
    assert sandbox_server.post("/__sandbox__/faults", fault).status_code == 400


def test_records_can_be_merged_and_brought_back(sandbox_server: SandboxServer) -> None:
    winner, loser, gone = (lead(sandbox_server.org) for _ in range(3))
    sandbox_server.post("/__sandbox__/merge", {"winner_id": winner, "loser_ids": [loser]})
    sandbox_server.call("DELETE", f"sobjects/Lead/{gone}")
    sandbox_server.post("/__sandbox__/undelete", {"object": "Lead", "id": gone})

    records = sandbox_server.query("SELECT Id, IsDeleted, MasterRecordId FROM Lead ORDER BY Id", "queryAll")[
        "records"
    ]

    assert [(one["Id"], one["IsDeleted"], one["MasterRecordId"]) for one in records] == [
        (winner, False, None),
        (loser, True, winner),
        (gone, False, None),
    ]


def test_sessions_can_be_ended_all_at_once(sandbox_server: SandboxServer) -> None:
    user_id = sandbox_server.org.api_user_id()
    token = sandbox_server.post("/__sandbox__/session", {"user_id": user_id}).json()["access_token"]

    sandbox_server.call("DELETE", "/__sandbox__/session")

    assert sandbox_server.get("limits", token=token).status_code == 401
