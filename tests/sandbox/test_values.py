"""Values that programs have stumbled over: whichever way they come in, they go out the same by either way."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from sandbox.org.schema import Field
from tests.sandbox.conftest import SandboxServer
from tests.sandbox.test_bulk import done
from tests.sandbox.test_ingest import run

FIELDS = (
    Field("Text__c", "textarea", 32_000),
    Field("Line__c", "string", 255),
    Field("Number__c", "double"),
    Field("Choices__c", "multipicklist", 255, values=("Red", "Green", "Blue"), restricted=True),
    Field("At__c", "time"),
    Field("Day__c", "date"),
    Field("Then__c", "datetime"),
)

TEXTS = {
    "quotes": 'He said "hi", then ""left""',
    "line ends": "first\r\nsecond\nthird\rfourth",
    "NUL": "a\0b",
    "NA": "NA",
    "null": "null",
    "leading zeros": "00123",
    "emoji": "\u2728 \u674e \u00dcn\u00ef \U0001f1e9\U0001f1ea",
    "formula": '=HYPERLINK("http://evil.example",1+1)',
    "HTML": "<script>alert('x')</script> &amp;",
    "backslashes": "C:\\new\\table\\N",
    "end of data": "\\.",
    "combining": "e\u0301 \u202e \ufeff \u2028",
    "long": "x\u00e4" * 16_000,
    "spaces": "  inside and around  ",
}
OTHERS: dict[str, tuple[str, Any]] = {
    "small": ("Number__c", 1e-7),
    "many digits": ("Number__c", 0.1 + 0.2),
    "large": ("Number__c", 123456789012345680.0),
    "half a cent": ("Number__c", 1.005),
    "choices": ("Choices__c", "Red;Blue"),
    "noon": ("At__c", "12:00:00.000Z"),
    "last moment": ("At__c", "23:59:59.999Z"),
    "long ago": ("Day__c", "1815-12-10"),
    "before the epoch": ("Day__c", "1899-12-31"),
    "an instant of long ago": ("Then__c", "1843-07-10T01:02:03.000+0000"),
    "leap day": ("Day__c", "2024-02-29"),
}
CASES = {name: ("Text__c", text) for name, text in TEXTS.items()} | OTHERS


@pytest.fixture
def server(sandbox_server: SandboxServer) -> SandboxServer:
    """With a field of every kind that values have trouble with."""
    for field in FIELDS:
        sandbox_server.org.store.add_field("Lead", field)
    return sandbox_server


def by_rest(server: SandboxServer) -> dict[str, dict[str, Any]]:
    names = ", ".join(field.name for field in FIELDS)
    records = server.query(f"SELECT LastName, {names} FROM Lead")["records"]
    return {record["LastName"]: record for record in records}


def by_bulk(server: SandboxServer) -> dict[str, dict[str, str]]:
    names = ", ".join(field.name for field in FIELDS)
    answer = server.get(f"jobs/query/{done(server, f'SELECT LastName, {names} FROM Lead')}/results")
    rows = csv.DictReader(io.StringIO(answer.content.decode(), newline=""))
    return {row["LastName"]: row for row in rows}


def assert_all_there(server: SandboxServer) -> None:
    rest, bulk = by_rest(server), by_bulk(server)
    for case, (name, value) in CASES.items():
        assert repr(rest[case][name]) == repr(value), case
        cell = bulk[case][name]
        if isinstance(value, float):
            assert repr(float(cell)) == repr(value), case
        elif name == "Then__c":
            assert cell == value.replace("+0000", "Z"), case
        else:
            assert cell == value, case


def test_what_comes_by_rest(server: SandboxServer) -> None:
    for case, (name, value) in CASES.items():
        made = server.post("sobjects/Lead", {"LastName": case, "Company": "x", name: value})
        assert made.status_code == 201, (case, made.text)

    assert_all_there(server)


def test_what_comes_in_bulk(server: SandboxServer) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(
        text, ["LastName", "Company", *(field.name for field in FIELDS)], lineterminator="\n"
    )
    writer.writeheader()
    for case, (name, value) in CASES.items():
        writer.writerow({"LastName": case, "Company": "x", name: value})

    job = run(server, "insert", text.getvalue())

    assert (job["state"], job["numberRecordsFailed"]) == ("JobComplete", 0)
    assert_all_there(server)


def test_a_line_of_text_loses_the_spaces_around_it(server: SandboxServer) -> None:
    told = {"LastName": " L ", "Company": "x", "Line__c": "\t in  side \n", "Text__c": " \n"}
    server.post("sobjects/Lead", told)

    record = by_rest(server)["L"]
    assert (record["Line__c"], record["Text__c"]) == ("in  side", None)


@pytest.mark.parametrize(
    ("name", "told", "kept"),
    [
        ("Choices__c", "blue; Red;blue", "Red;blue"),
        ("At__c", "07:05:00", "07:05:00.000Z"),
        ("At__c", "07:05:00.1234Z", "07:05:00.123Z"),
        ("Number__c", "1e3", 1000.0),
        ("Number__c", "", None),
        ("Number__c", -0.0, 0.0),
        ("Line__c", 7, "7"),
        ("Then__c", "2026-03-02T10:00:00.000+02:00", "2026-03-02T08:00:00.000+0000"),
        ("Day__c", "2026-03-02T10:00:00Z", "2026-03-02"),
        ("DoNotCall", "true", True),
    ],
)
def test_a_value_is_kept_in_its_field_s_form(
    server: SandboxServer, name: str, told: object, kept: object
) -> None:
    made = server.post("sobjects/Lead", {"LastName": "L", "Company": "x", name: told}).json()

    assert repr(server.get(f"sobjects/Lead/{made['id']}").json()[name]) == repr(kept)


@pytest.mark.parametrize(
    ("name", "told", "code"),
    [
        ("Choices__c", "Red;Pink", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ("At__c", "24:00:00Z", "JSON_PARSER_ERROR"),
        ("At__c", "noon", "JSON_PARSER_ERROR"),
        ("Number__c", "NaN", "JSON_PARSER_ERROR"),
        ("Number__c", "1,5", "JSON_PARSER_ERROR"),
        ("Number__c", "1_000", "JSON_PARSER_ERROR"),
        ("Number__c", 10**400, "JSON_PARSER_ERROR"),
        ("Number__c", "1e400", "JSON_PARSER_ERROR"),
        ("Day__c", "2026-02-30", "JSON_PARSER_ERROR"),
        ("Text__c", "x" * 32_001, "STRING_TOO_LONG"),
        ("Text__c", ["x"], "JSON_PARSER_ERROR"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    server: SandboxServer, name: str, told: object, code: str
) -> None:
    body = json.dumps({"LastName": "L", "Company": "x", name: told})

    answer = server.call("POST", "sobjects/Lead", data=body)

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_times_of_day_can_be_asked_for(server: SandboxServer) -> None:
    for at in ("08:00:00", "18:30:00"):
        server.post("sobjects/Lead", {"LastName": at, "Company": "x", "At__c": at})

    found = server.query("SELECT LastName FROM Lead WHERE At__c > 12:00:00Z")["records"]
    wrong = server.query("SELECT LastName FROM Lead WHERE At__c > 12")

    assert [record["LastName"] for record in found] == ["18:30:00"]
    assert wrong[0]["errorCode"] == "INVALID_FIELD"


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b'{"LastName":1e999}', b"\x00", b"NaN"])
def test_no_body_is_too_strange_for_an_answer(server: SandboxServer, body: bytes) -> None:
    for path in (
        "sobjects/Lead",
        "composite",
        "composite/sobjects",
        "composite/batch",
        "jobs/ingest",
        "jobs/query",
    ):
        answer = server.call("POST", path, data=body)
        assert (answer.status_code, path) == (400, path), answer.text


@pytest.mark.parametrize(
    "path",
    [
        "sobjects/Lead/00Q000000000001AAA?fields=Id)%20FROM%20User--",
        "sobjects/Lead/Lead_Ops_Key__c/%00",
        "sobjects/Lead/Id/%27%22",
        "sobjects/Lead/updated?start=%00&end=%ff",
        "sobjects/Lead/deleted?start=99999-01-01T00:00:00Z&end=0000-00-00T00:00:00Z",
        "composite/sobjects/Lead?ids=%27%29--&fields=Id",
        "composite/sobjects/Lead?ids=00Q000000000001AAA&fields=(SELECT",
        "query?q=SELECT%20Id%20FROM%20Lead&columns=perhaps%00",
        "query?q=SELECT%20(SELECT%20Id%20FROM%20Tasks)",
        "query/01g000000000000AAA-99999999999999999999999",
        "jobs/query/%00/results?locator=-1",
        "jobs/ingest/nonsense/successfulResults",
    ],
)
def test_no_address_is_too_strange_for_an_answer(server: SandboxServer, path: str) -> None:
    for method in ("GET", "PATCH", "DELETE", "PUT", "POST"):
        assert server.call(method, path, json={}).status_code < 500, method
