from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.org.errors import ApiError
from sandbox.org.org import Org
from sandbox.org.schema import Field
from tests.sandbox.conftest import NOON, lead, user

LATER = NOON + timedelta(hours=1)
LATER_TEXT = "2026-03-02T13:00:00.000Z"


def test_a_converted_lead_becomes_contact_account_and_opportunity(org: Org) -> None:
    alice = user(org, "Alice")
    lead_id = lead(org, OwnerId=alice, Email="ada@example.org")

    done = org.convert(
        lead_id, user_id=alice, now=LATER, status="Closed - Converted", opportunity={"Amount": 5}
    )

    row = org.store.row("Lead", lead_id)
    assert row is not None
    assert row["IsConverted"] == 1
    assert row["ConvertedDate"] == "2026-03-02"
    assert (row["ConvertedAccountId"], row["ConvertedContactId"], row["ConvertedOpportunityId"]) == (
        done.account_id,
        done.contact_id,
        done.opportunity_id,
    )
    contact = org.store.row("Contact", done.contact_id)
    assert contact is not None
    assert (contact["Name"], contact["Email"], contact["AccountId"], contact["OwnerId"]) == (
        "Lovelace",
        "ada@example.org",
        done.account_id,
        alice,
    )
    roles = [(role["ContactId"], role["IsPrimary"]) for role in org.store.rows("OpportunityContactRole")]
    assert roles == [(done.contact_id, 1)]
    fields = [change["Field"] for change in org.store.rows("LeadHistory")]
    assert fields == ["created", "leadConverted", "Status"]


def test_activities_follow_the_person_to_the_contact_with_a_new_stamp_only(org: Org) -> None:
    alice = user(org, "Alice")
    lead_id = lead(org)
    task_id = org.create("Task", {"WhoId": lead_id, "Subject": "Call"}, alice)

    done = org.convert(lead_id, now=LATER)

    task = org.store.row("Task", task_id)
    assert task is not None
    assert task["WhoId"] == done.contact_id
    assert task["SystemModstamp"] == LATER_TEXT
    assert (task["LastModifiedDate"], task["LastModifiedById"]) == ("2026-03-02T12:00:00.000Z", alice)


def test_custom_fields_of_one_name_are_carried_over(org: Org) -> None:
    for one in ("Lead", "Contact"):
        org.store.add_field(one, Field("Grade__c", "picklist", 255))
    lead_id = lead(org, Grade__c="A")

    done = org.convert(lead_id)

    contact = org.store.row("Contact", done.contact_id)
    assert contact is not None
    assert contact["Grade__c"] == "A"


def test_a_converted_lead_cannot_be_changed_or_converted_again(org: Org) -> None:
    lead_id = lead(org)
    org.convert(lead_id)

    with pytest.raises(ApiError, match="cannot reference converted lead") as refusal:
        org.update("Lead", lead_id, {"Rating": "Hot"})
    with pytest.raises(ApiError, match="cannot reference converted lead"):
        org.convert(lead_id)

    assert refusal.value.code == "CANNOT_UPDATE_CONVERTED_LEAD"


def test_a_merge_loser_goes_to_the_bin_and_its_activities_to_the_winner(org: Org) -> None:
    winner, loser = lead(org), lead(org, "Lovelase")
    task_id = org.create("Task", {"WhoId": loser, "Subject": "Call"})

    org.merge(winner, [loser], now=LATER, values={"Rating": "Hot"})

    gone, kept, task = (
        org.store.row("Lead", loser),
        org.store.row("Lead", winner),
        org.store.row("Task", task_id),
    )
    assert gone is not None
    assert kept is not None
    assert task is not None
    assert (gone["IsDeleted"], gone["MasterRecordId"], gone["SystemModstamp"]) == (1, winner, LATER_TEXT)
    assert (kept["Rating"], kept["SystemModstamp"]) == ("Hot", LATER_TEXT)
    assert (task["WhoId"], task["IsDeleted"], task["SystemModstamp"]) == (winner, 0, LATER_TEXT)
    events = [row["Field"] for row in org.store.rows("LeadHistory", '"LeadId" = ?', (winner,))]
    assert events == ["created", "leadMerged", "Rating"]


def test_a_campaign_both_are_in_keeps_one_member(org: Org) -> None:
    winner, loser = lead(org), lead(org)
    show, mail = (org.create("Campaign", {"Name": name}) for name in ("Trade show", "Mailing"))
    for campaign, person in ((show, winner), (show, loser), (mail, loser)):
        org.create("CampaignMember", {"CampaignId": campaign, "LeadId": person})

    org.merge(winner, [loser])

    members = {(row["CampaignId"], row["LeadId"]) for row in org.store.rows("CampaignMember")}
    assert members == {(show, winner), (mail, winner)}


@pytest.mark.parametrize("losers", [0, 3])
def test_a_merge_takes_one_or_two_losers(org: Org, losers: int) -> None:
    people = [lead(org) for _ in range(losers)]

    with pytest.raises(ApiError, match="one or two other records"):
        org.merge(lead(org), people)


def test_deleting_a_lead_takes_its_activities_along_and_undelete_brings_them_back(org: Org) -> None:
    lead_id = lead(org)
    task_id = org.create("Task", {"WhoId": lead_id, "Subject": "Call"})

    org.delete("Lead", lead_id, now=LATER)
    binned = [org.store.row(name, record_id) for name, record_id in (("Lead", lead_id), ("Task", task_id))]
    org.undelete("Lead", lead_id, now=LATER)
    back = [org.store.row(name, record_id) for name, record_id in (("Lead", lead_id), ("Task", task_id))]

    assert [row and row["IsDeleted"] for row in binned] == [1, 1]
    assert [row and row["IsDeleted"] for row in back] == [0, 0]


def test_a_merge_loser_cannot_be_undeleted(org: Org) -> None:
    winner, loser = lead(org), lead(org)
    org.merge(winner, [loser])

    with pytest.raises(ApiError, match="not in the recycle bin"):
        org.undelete("Lead", loser)
