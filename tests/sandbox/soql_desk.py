"""The desk that SOQL is asked about, and asking it."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from sandbox.org.ids import make_id
from sandbox.org.schema import Field
from sandbox.org.store import Store
from sandbox.soql import rows
from sandbox.soql.compile import Compiled, compile_query
from tests.sandbox.conftest import NOON

UTC_ZONE = ZoneInfo("UTC")
ALICE, BOB = make_id("005", 1), make_id("005", 2)
QUEUE = make_id("00G", 1)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Two users, a queue, and five leads A to E, the last one deleted."""
    store = Store.create(tmp_path_factory.mktemp("desk") / "org.db")
    store.add_field("Lead", Field("Score__c", "double", precision=18, scale=2))
    store.add_field("Lead", Field("Tags__c", "multipicklist", 255, values=("Red", "Green", "Blue")))
    store.insert_many(
        "User",
        [
            {"Id": ALICE, "FirstName": "Alice", "LastName": "Rep", "IsActive": True},
            {"Id": BOB, "LastName": "Bob", "ManagerId": ALICE, "IsActive": False},
        ],
    )
    store.insert_many("Group", [{"Id": QUEUE, "Name": "Inbound", "Type": "Queue"}])
    people = [
        ("A", ALICE, "Web", "Open", 1.5, "2026-03-02T10:00:00.000Z", 0),
        ("B", BOB, "Web", "open", 20, "2026-03-01T23:30:00.500Z", 0),
        ("C", QUEUE, None, "Working", None, "2026-02-28T12:00:00.000Z", 0),
        ("D", ALICE, "Trade Show", "100% sure_", -3, "2025-12-31T23:59:59.999Z", 0),
        ("E", ALICE, "Web", "Open", 7, "2026-03-02T11:00:00.000Z", 1),
    ]
    store.insert_many(
        "Lead",
        [
            {
                "Id": make_id("00Q", place),
                "LastName": name,
                "Company": f"{name} & 'Sons'",
                "OwnerId": owner,
                "LeadSource": source,
                "Status": status,
                "Score__c": score,
                "CreatedDate": at,
                "SystemModstamp": at,
                "ConvertedDate": at[:10],
                "IsConverted": name == "D",
                "IsDeleted": bool(gone),
                "AnnualRevenue": place * 1000.5,
                "Tags__c": ("Red;Blue", "Blue", None, "Redder;green", "Red")[place],
            }
            for place, (name, owner, source, status, score, at, gone) in enumerate(people)
        ],
    )
    store.insert_many("Task", [{"Id": make_id("00T", 1), "WhoId": make_id("00Q", 1), "Subject": "Call"}])
    store.finish_bulk()
    yield store
    store.close()


def compiled(desk: Store, soql: str, *, all_rows: bool = False, zone: ZoneInfo = UTC_ZONE) -> Compiled:
    return compile_query(soql, desk.visible_schema, all_rows=all_rows, now=NOON, zone=zone)


def names(desk: Store, condition: str, *, all_rows: bool = False, zone: ZoneInfo = UTC_ZONE) -> str:
    query = compiled(desk, f"SELECT LastName FROM Lead {condition}", all_rows=all_rows, zone=zone)
    found = rows.records(desk, query, rows.row_numbers(desk, query), "/v")
    told = [record["LastName"] for record in found]
    return "".join(told if "ORDER" in condition.upper() else sorted(told))
