"""Children of the records found, scopes, and the columns of a query."""

from __future__ import annotations

from typing import Any

from tests.sandbox.conftest import SandboxServer, lead, user


def call(server: SandboxServer, who: str, subject: str, **values: object) -> str:
    return server.org.create("Task", {"WhoId": who, "Subject": subject, **values})


def found(server: SandboxServer, soql: str, resource: str = "query") -> list[Any]:
    records: list[Any] = server.query(soql, resource)["records"]
    return records


def test_each_record_has_its_own_children(sandbox_server: SandboxServer) -> None:
    one, two, none = (lead(sandbox_server.org, name) for name in "ABC")
    first, second = call(sandbox_server, one, "1"), call(sandbox_server, one, "2")
    call(sandbox_server, two, "3")
    gone = call(sandbox_server, none, "4")
    sandbox_server.org.delete("Task", gone)
    tasks = "SELECT Id, Subject, Owner.Name FROM tasks ORDER BY Subject DESC"
    soql = f"SELECT LastName, ({tasks}) FROM Lead ORDER BY LastName"

    records = found(sandbox_server, soql)

    base = "/services/data/v62.0/sobjects/Task"
    assert records[0]["Tasks"] == {
        "totalSize": 2,
        "done": True,
        "records": [
            {
                "attributes": {"type": "Task", "url": f"{base}/{task}"},
                "Id": task,
                "Subject": subject,
                "Owner": records[0]["Tasks"]["records"][0]["Owner"],
            }
            for task, subject in ((second, "2"), (first, "1"))
        ],
    }
    assert [record["Tasks"] and record["Tasks"]["totalSize"] for record in records] == [2, 1, None]
    deleted = found(sandbox_server, soql, "queryAll")[2]["Tasks"]
    assert [task["Subject"] for task in deleted["records"]] == ["4"]


def test_children_are_chosen_per_parent(sandbox_server: SandboxServer) -> None:
    for name in "AB":
        lead_id = lead(sandbox_server.org, name)
        for number in "123":
            call(sandbox_server, lead_id, number, Status="Completed" if number == "1" else "In Progress")

    records = found(
        sandbox_server,
        "SELECT LastName, (SELECT Subject FROM Tasks WHERE IsClosed = false ORDER BY Subject DESC LIMIT 1), "
        "(SELECT Field FROM Histories) FROM Lead WHERE LastName != 'x' ORDER BY LastName",
    )

    assert [[task["Subject"] for task in record["Tasks"]["records"]] for record in records] == [["3"], ["3"]]
    assert [record["Histories"]["records"][0]["Field"] for record in records] == ["created", "created"]


def test_describe_tells_what_children_are_called(sandbox_server: SandboxServer) -> None:
    children = sandbox_server.get("sobjects/Lead/describe").json()["childRelationships"]

    names = {(one["childSObject"], one["field"]): one["relationshipName"] for one in children}
    assert names["Task", "WhoId"] == "Tasks"
    assert names["LeadHistory", "LeadId"] == "Histories"


def test_bulk_knows_no_children(sandbox_server: SandboxServer) -> None:
    soql = "SELECT Id, (SELECT Id FROM Tasks) FROM Lead"

    answer = sandbox_server.post("jobs/query", {"operation": "query", "query": soql})

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "API_ERROR")


def test_mine_are_those_of_the_session_s_user(sandbox_server: SandboxServer) -> None:
    alice = user(sandbox_server.org, "Alice")
    lead(sandbox_server.org, "A", OwnerId=alice)
    lead(sandbox_server.org, "B")
    token = sandbox_server.post("/__sandbox__/session", {"user_id": alice}).json()["access_token"]
    soql = "SELECT LastName FROM Lead USING SCOPE mine WHERE LastName != 'x'"

    assert [one["LastName"] for one in sandbox_server.query(soql, token=token)["records"]] == ["A"]
    assert [one["LastName"] for one in sandbox_server.query(soql)["records"]] == ["B"]


def test_the_columns_of_a_query_without_its_rows(sandbox_server: SandboxServer) -> None:
    lead(sandbox_server.org)

    def columns(soql: str) -> Any:
        return sandbox_server.get("query", params={"q": soql, "columns": "true"}).json()

    told = columns("select id, annualrevenue, owner.name, (SELECT Subject FROM Tasks) FROM Lead")

    assert set(told) == {"columnMetadata", "entityName", "groupBy", "idSelected", "keyPrefix"}
    assert (told["entityName"], told["idSelected"], told["groupBy"]) == ("Lead", True, False)
    names = {
        one["columnName"]: [inner["columnName"] for inner in one["joinColumns"]]
        for one in told["columnMetadata"]
    }
    assert names == {"Id": [], "AnnualRevenue": [], "Owner": ["Name"], "Tasks": ["Subject"]}
    [revenue] = [one for one in told["columnMetadata"] if one["columnName"] == "AnnualRevenue"]
    assert (revenue["numberType"], revenue["textType"], revenue["apexType"]) == (True, False, "Double")
    [status, counted] = columns("SELECT Status, COUNT(Id) n FROM Lead GROUP BY Status")["columnMetadata"]
    assert (status["aggregate"], counted["aggregate"], counted["columnName"]) == (False, True, "n")
