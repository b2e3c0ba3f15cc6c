"""simple-salesforce, unmodified, over https with our own authority."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from simple_salesforce.exceptions import SalesforceMalformedRequest, SalesforceResourceNotFound

from sandbox.org.org import Org
from tests.sandbox.conftest import NOON, lead, user


def test_it_reads_what_is_there_and_what_was_deleted(org: Org, salesforce: Any) -> None:
    kept, gone = lead(org), lead(org, "Gone")
    org.delete("Lead", gone)
    soql = "SELECT Id, IsDeleted, CreatedDate FROM Lead ORDER BY Id"

    shown = salesforce.query(soql)
    everything = salesforce.query_all(soql, include_deleted=True)

    assert [record["Id"] for record in shown["records"]] == [kept]
    assert [(record["Id"], record["IsDeleted"]) for record in everything["records"]] == [
        (kept, False),
        (gone, True),
    ]
    assert shown["records"][0]["CreatedDate"] == "2026-03-02T12:00:00.000+0000"


def test_it_creates_changes_reads_and_deletes(salesforce: Any) -> None:
    made = salesforce.Lead.create({"LastName": "Lovelace", "Company": "Engines", "AnnualRevenue": 1250.5})
    changed = salesforce.Lead.update(made["id"], {"Rating": "Hot"})
    read = salesforce.Lead.get(made["id"])
    deleted = salesforce.Lead.delete(made["id"])

    assert made["success"] is True
    assert (changed, deleted) == (204, 204)
    assert (read["Name"], read["Rating"], read["AnnualRevenue"], read["IsConverted"]) == (
        "Lovelace",
        "Hot",
        1250.5,
        False,
    )
    with pytest.raises(SalesforceResourceNotFound, match="ENTITY_IS_DELETED"):
        salesforce.Lead.get(made["id"])


def test_it_pages_through_more_than_one_answer_holds(org: Org, salesforce: Any) -> None:
    org.store.insert_many(
        "Lead",
        ({"Id": f"00QB12{number:09d}AAA", "LastName": str(number), "Company": "x"} for number in range(4100)),
    )

    found = salesforce.query_all("SELECT Id, LastName FROM Lead ORDER BY Id")

    assert found["totalSize"] == 4100
    assert [record["LastName"] for record in found["records"]] == [str(number) for number in range(4100)]


def test_it_reads_in_bulk(org: Org, salesforce: Any) -> None:
    alice = user(org, "Alice")
    lead(org, 'O"Hara,\nKim', OwnerId=alice)
    gone = lead(org, "Gone")
    org.delete("Lead", gone)

    pages = list(
        salesforce.bulk2.Lead.query_all(
            "SELECT LastName, Owner.Name, IsDeleted, Rating, CreatedDate FROM Lead ORDER BY Id"
        )
    )

    assert list(csv.reader(io.StringIO("".join(pages)))) == [
        ["LastName", "Owner.Name", "IsDeleted", "Rating", "CreatedDate"],
        ['O"Hara,\nKim', "Alice", "false", "", "2026-03-02T12:00:00.000Z"],
        ["Gone", "Otto", "true", "", "2026-03-02T12:00:00.000Z"],
    ]


def test_it_describes(salesforce: Any) -> None:
    described = salesforce.Lead.describe()
    fields = {field["name"]: field for field in described["fields"]}

    assert {one["name"] for one in salesforce.describe()["sobjects"]} >= {
        "User",
        "Lead",
        "LeadHistory",
        "Task",
    }
    assert fields["OwnerId"]["referenceTo"] == ["Group", "User"]
    assert fields["OwnerId"]["relationshipName"] == "Owner"
    assert fields["OwnerId"]["polymorphicForeignKey"] is True
    assert fields["MasterRecordId"]["updateable"] is False
    assert (fields["LastName"]["length"], fields["LastName"]["nillable"]) == (80, False)
    assert len(fields["Id"]) == 57


def test_it_learns_what_changed_and_what_went(org: Org, salesforce: Any) -> None:
    kept, gone = lead(org), lead(org)
    campaign = org.create("Campaign", {"Name": "Show"})
    member = org.create("CampaignMember", {"CampaignId": campaign, "LeadId": kept})
    org.delete("Lead", gone)
    org.delete("CampaignMember", member)
    org.clock.fix(NOON + timedelta(hours=1))
    day = (NOON - timedelta(days=1), NOON + timedelta(hours=1))

    assert set(salesforce.Lead.updated(*day)["ids"]) == {kept, gone}
    assert [one["id"] for one in salesforce.Lead.deleted(*day)["deletedRecords"]] == [gone]
    assert [one["id"] for one in salesforce.CampaignMember.deleted(*day)["deletedRecords"]] == [member]


def test_it_is_told_what_it_did_wrong(salesforce: Any) -> None:
    with pytest.raises(SalesforceMalformedRequest) as refusal:
        salesforce.Lead.create({"FirstName": "Ada"})

    content: Any = refusal.value.content
    assert content == [
        {
            "message": "Required fields are missing: [LastName, Company]",
            "errorCode": "REQUIRED_FIELD_MISSING",
            "fields": ["LastName", "Company"],
        }
    ]


def test_it_sees_how_many_calls_are_left(salesforce: Any) -> None:
    salesforce.query("SELECT Id FROM Lead")
    limits = salesforce.limits()["DailyApiRequests"]

    assert salesforce.api_usage["api-usage"].used == 2
    assert limits["Max"] - limits["Remaining"] == 2
