"""Fields that administrators add, rename, retype, lengthen and remove while clients read and write."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.org.schema import Field
from sandbox.org.store import Store
from tests.sandbox.conftest import SandboxServer, lead

SCORE = Field("Score__c", "string", 20)


@pytest.fixture
def server(sandbox_server: SandboxServer) -> SandboxServer:
    """With leads whose scores are text."""
    sandbox_server.org.store.add_field("Lead", SCORE)
    for name, score in (("A", "12.5"), ("B", "many"), ("C", None)):
        lead(sandbox_server.org, name, Score__c=score)
    return sandbox_server


def fields(server: SandboxServer, method: str, **told: object) -> requests.Response:
    return server.call(method, "/__sandbox__/fields", json=told)


def described(server: SandboxServer, name: str = "Lead") -> dict[str, Any]:
    told = server.get(f"sobjects/{name}/describe").json()["fields"]
    return {field["name"]: field for field in told}


def scores(server: SandboxServer, name: str = "Score__c") -> list[object]:
    return [record[name] for record in server.query(f"SELECT {name} FROM Lead ORDER BY LastName")["records"]]


def stamps(server: SandboxServer) -> list[tuple[object, object]]:
    return [(row["SystemModstamp"], row["LastModifiedDate"]) for row in server.org.store.rows("Lead")]


def test_a_key_can_be_added_to_tasks(server: SandboxServer) -> None:
    made = fields(
        server,
        "POST",
        object="Task",
        name="Lead_Ops_Key__c",
        type="string",
        length=80,
        external_id=True,
        unique=True,
    )

    assert (made.status_code, made.json()["externalId"]) == (201, True)
    field = described(server, "Task")["Lead_Ops_Key__c"]
    assert (field["type"], field["length"], field["externalId"], field["custom"]) == (
        "string",
        80,
        True,
        True,
    )
    written = server.call("PATCH", "sobjects/Task/Lead_Ops_Key__c/7", json={"Subject": "Call"})
    assert written.status_code == 201


def test_an_added_field_is_empty_and_moves_no_stamp(server: SandboxServer) -> None:
    before = stamps(server)

    fields(server, "POST", object="Lead", name="Partner__c", type="reference", reference_to=["Account"])
    fields(server, "POST", object="Lead", name="Hot__c", type="boolean")

    found = server.query("SELECT Partner__c, Partner__r.Name, Hot__c FROM Lead")["records"]
    assert {(one["Partner__c"], one["Partner__r"], one["Hot__c"]) for one in found} == {(None, None, False)}
    assert stamps(server) == before


def test_a_renamed_field_keeps_its_values(server: SandboxServer) -> None:
    changed = fields(server, "PATCH", object="Lead", name="score__c", to={"name": "Points__c"})

    assert changed.json()["name"] == "Points__c"
    assert scores(server, "Points__c") == ["12.5", "many", None]
    assert "No such column 'Score__c'" in server.query("SELECT Score__c FROM Lead")[0]["message"]
    assert "Score__c" not in described(server)


def test_a_retyped_field_keeps_what_fits(server: SandboxServer) -> None:
    before = stamps(server)
    fields(
        server, "PATCH", object="Lead", name="Score__c", to={"type": "double", "precision": 18, "scale": 2}
    )

    assert scores(server) == [12.5, None, None]
    assert described(server)["Score__c"]["type"] == "double"
    assert len(server.query("SELECT Id FROM Lead WHERE Score__c > 9")["records"]) == 1
    assert stamps(server) == before

    fields(server, "PATCH", object="Lead", name="Score__c", to={"type": "string", "length": 3})
    assert scores(server) == ["12.", None, None]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("boolean", [False, False, False]),
        ("int", [12, None, None]),
        ("date", [None, None, None]),
        ("datetime", [None, None, None]),
        ("reference", [None, None, None]),
        ("picklist", ["12.5", "many", None]),
        ("textarea", ["12.5", "many", None]),
    ],
)
def test_a_field_can_become_any_type(server: SandboxServer, kind: str, values: list[object]) -> None:
    answer = fields(
        server, "PATCH", object="Lead", name="Score__c", to={"type": kind, "reference_to": ["User"]}
    )

    assert answer.status_code == 200
    assert scores(server) == values


def test_a_longer_field_takes_longer_text(server: SandboxServer) -> None:
    def write(text: str) -> int:
        told = {"LastName": "D", "Company": "x", "Score__c": text}
        return server.post("sobjects/Lead", told).status_code

    assert write("x" * 21) == 400
    fields(server, "PATCH", object="Lead", name="Score__c", to={"length": 40})
    fields(server, "PATCH", object="Lead", name="Company", to={"length": 300})

    assert write("x" * 40) == 201
    assert described(server)["Company"]["length"] == 300


def test_a_removed_field_is_gone(server: SandboxServer) -> None:
    assert fields(server, "DELETE", object="Lead", name="Score__c").status_code == 204

    assert "Score__c" not in described(server)
    assert server.post("sobjects/Lead", {"LastName": "D", "Company": "x", "Score__c": "1"}).status_code == 400
    fields(server, "POST", object="Lead", name="Score__c")
    assert scores(server) == [None, None, None]


def test_a_page_asked_for_after_a_field_has_gone_says_so(server: SandboxServer) -> None:
    server.post("/__sandbox__/faults", {"page_rows": 1})
    page = server.query("SELECT Score__c FROM Lead")
    fields(server, "DELETE", object="Lead", name="Score__c")

    assert server.get(page["nextRecordsUrl"]).json()[0]["errorCode"] == "INVALID_FIELD"


def test_a_key_is_looked_up_in_an_index_whatever_becomes_of_its_field(server: SandboxServer) -> None:
    def uses_index(name: str) -> bool:
        # only a statement that runs notices what other connections changed
        assert server.org.store.row("Lead", "") is None
        plan = server.org.store.connection.execute(
            f'EXPLAIN QUERY PLAN SELECT "Id" FROM "Lead" WHERE "{name}" = ?', ("x",)
        ).fetchone()[3]
        return f"Lead_{name}" in plan

    fields(server, "POST", object="Lead", name="Key__c", external_id=True)
    assert uses_index("Key__c")
    fields(server, "PATCH", object="Lead", name="Key__c", to={"name": "Other__c", "length": 30})
    assert uses_index("Other__c")
    assert fields(server, "DELETE", object="Lead", name="Other__c").status_code == 204


def test_changes_survive_a_restart(server: SandboxServer) -> None:
    fields(server, "PATCH", object="Lead", name="Score__c", to={"name": "Points__c", "type": "double"})
    fields(server, "PATCH", object="Lead", name="Company", to={"length": 300})

    again = Store.open(server.org.store.path)

    one = again.object("Lead")
    company, points = one.field("Company"), one.field("Points__c")
    assert company is not None
    assert points is not None
    assert (company.length, points.type, one.has("Score__c")) == (300, "double", False)
    assert [row["Points__c"] for row in again.rows("Lead")] == [12.5, None, None]
    again.close()


def test_fields_change_also_while_changes_are_late(server: SandboxServer) -> None:
    server.call("PUT", "/__sandbox__/late", json={"seconds": 300})
    fields(server, "PATCH", object="Lead", name="Score__c", to={"name": "Points__c", "type": "double"})
    lead(server.org, "D", Points__c=7)

    assert scores(server, "Points__c") == [12.5, None, None]
    assert server.get("/__sandbox__/late").json() == {"seconds": 300}


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("POST", {"object": "Nothing", "name": "A__c"}),
        ("POST", {"object": "Lead", "name": "A"}),
        ("POST", {"object": "Lead", "name": 'A"__c'}),
        ("POST", {"object": "Lead", "name": "score__C"}),
        ("POST", {"object": "Lead", "name": "Score__c"}),
        ("POST", {"object": "Lead", "name": "A__c", "type": "nonsense"}),
        ("POST", {"object": "Lead", "name": "A__c", "length": "long"}),
        ("POST", {"object": "Lead", "name": "A__c", "nonsense": 1}),
        ("POST", {"object": "Lead", "name": "A__c", "type": "reference", "reference_to": ["Nothing"]}),
        ("PATCH", {"object": "Lead", "name": "Nothing__c", "to": {"length": 5}}),
        ("PATCH", {"object": "Lead", "name": "Score__c", "to": {"name": "Company"}}),
        ("PATCH", {"object": "Lead", "name": "Score__c"}),
        ("PATCH", {"object": "Lead", "name": "Company", "to": {"type": "double"}}),
        ("DELETE", {"object": "Lead", "name": "Company"}),
        ("DELETE", {"object": "Lead"}),
    ],
)
def test_a_change_that_cannot_be(server: SandboxServer, method: str, told: dict[str, object]) -> None:
    assert fields(server, method, **told).status_code == 400
