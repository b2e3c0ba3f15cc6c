"""Query results longer than one page: fixed when asked, read as often as one likes."""

from __future__ import annotations

from tests.sandbox.conftest import SandboxServer

ASKED = "SELECT Id, LastName FROM Lead ORDER BY LastName"


def fill(server: SandboxServer, count: int) -> None:
    server.org.store.insert_many(
        "Lead",
        (
            {"Id": f"00QB12{number:09d}AAA", "LastName": f"{number:05d}", "Company": "x"}
            for number in range(count)
        ),
    )


def test_a_page_has_two_thousand_records_or_as_many_as_asked_for(sandbox_server: SandboxServer) -> None:
    fill(sandbox_server, 2500)

    usual = sandbox_server.query(ASKED)
    small = sandbox_server.query(ASKED, headers={"Sforce-Query-Options": "batchSize=250"})
    smaller = sandbox_server.query(ASKED, headers={"Sforce-Query-Options": "batchSize=10"})

    assert (len(usual["records"]), usual["totalSize"], usual["done"]) == (2000, 2500, False)
    assert (len(small["records"]), len(smaller["records"])) == (250, 200)
    assert usual["nextRecordsUrl"].endswith("-2000")


def test_pages_stay_as_they_were_when_asked(sandbox_server: SandboxServer) -> None:
    fill(sandbox_server, 2100)
    page = sandbox_server.query(ASKED)
    sandbox_server.post("sobjects/Lead", {"LastName": "00000a", "Company": "x"})

    first = sandbox_server.get(page["nextRecordsUrl"]).json()
    again = sandbox_server.get(page["nextRecordsUrl"]).json()

    assert first == again
    assert [one["LastName"] for one in first["records"]] == [f"{number:05d}" for number in range(2000, 2100)]
    assert (first["done"], first["totalSize"]) == (True, 2100)


def test_a_locator_that_is_not_known_is_refused(sandbox_server: SandboxServer) -> None:
    for locator in ("01g000000000000AAA-2000", "nonsense"):
        response = sandbox_server.get(f"query/{locator}")
        assert (response.status_code, response.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


def test_a_query_must_be_given(sandbox_server: SandboxServer) -> None:
    assert sandbox_server.get("query").json()[0]["errorCode"] == "MALFORMED_QUERY"


def test_count_has_no_records(sandbox_server: SandboxServer) -> None:
    fill(sandbox_server, 3)

    assert sandbox_server.query("SELECT COUNT() FROM Lead") == {"totalSize": 3, "done": True, "records": []}
