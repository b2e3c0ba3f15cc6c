from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandbox.org.errors import ApiError
from sandbox.org.org import Org
from tests.sandbox.conftest import NOON, lead, user

LATER = NOON + timedelta(minutes=5, milliseconds=678)
LATER_TEXT = "2026-03-02T12:05:00.000Z"


def told(org: Org, history: str) -> list[tuple[Any, ...]]:
    return [
        (row["Field"], row["OldValue"], row["NewValue"], row["DataType"])
        for row in org.store.rows(history)
        if row["Field"] != "created"
    ]


def test_a_new_owner_leaves_two_rows_names_and_ids(org: Org) -> None:
    alice = user(org, "Alice")
    queue = org.create("Group", {"Name": "Inbound", "Type": "Queue"})
    lead_id = lead(org, OwnerId=queue)

    org.update("Lead", lead_id, {"OwnerId": alice}, alice, LATER)

    assert told(org, "LeadHistory") == [
        ("Owner", "Inbound", "Alice", "Text"),
        ("Owner", queue, alice, "EntityId"),
    ]


def test_a_change_is_stamped_with_whole_seconds_and_its_user(org: Org) -> None:
    alice = user(org, "Alice")
    lead_id = lead(org)

    org.update("Lead", lead_id, {"Status": "Working - Contacted"}, alice, LATER)

    row = org.store.row("Lead", lead_id)
    assert row is not None
    assert row["SystemModstamp"] == row["LastModifiedDate"] == LATER_TEXT
    assert row["LastModifiedById"] == alice
    change = next(org.store.rows("LeadHistory", "\"Field\" = 'Status'"))
    assert (change["CreatedDate"], change["CreatedById"]) == (LATER_TEXT, alice)


def test_fields_that_are_not_tracked_and_values_that_stay_leave_no_row(org: Org) -> None:
    lead_id = lead(org, Rating="Hot")

    org.update("Lead", lead_id, {"Website": "https://example.org", "Rating": "Hot"})

    assert told(org, "LeadHistory") == []


def test_a_record_s_creation_is_in_its_history(org: Org) -> None:
    lead_id = lead(org)

    rows = list(org.store.rows("LeadHistory"))

    assert [(row["LeadId"], row["Field"], row["OldValue"]) for row in rows] == [(lead_id, "created", None)]


def test_a_task_is_completed_at_the_moment_its_status_says_so(org: Org) -> None:
    task_id = org.create("Task", {"Subject": "Call"}, now=NOON)

    org.update("Task", task_id, {"Status": "completed"}, now=LATER)
    org.update("Task", task_id, {"Subject": "Call back"}, now=LATER + timedelta(hours=1))

    row = org.store.row("Task", task_id)
    assert row is not None
    assert (row["IsClosed"], row["CompletedDateTime"]) == (1, LATER_TEXT)


def test_a_task_opened_again_is_not_completed(org: Org) -> None:
    task_id = org.create("Task", {"Subject": "Call", "Status": "Completed"})

    org.update("Task", task_id, {"Status": "In Progress"})

    row = org.store.row("Task", task_id)
    assert row is not None
    assert (row["IsClosed"], row["CompletedDateTime"]) == (0, None)


def test_an_opportunity_keeps_every_stage_and_amount(org: Org) -> None:
    deal = {"Name": "Engine", "StageName": "Prospecting", "CloseDate": "2026-06-30", "Amount": 100}
    deal_id = org.create("Opportunity", deal)

    org.update("Opportunity", deal_id, {"Amount": 250})
    org.update("Opportunity", deal_id, {"StageName": "Closed Won"})

    rows = [
        (row["StageName"], row["Amount"], row["Probability"], row["ForecastCategory"])
        for row in org.store.rows("OpportunityHistory")
    ]
    assert rows == [
        ("Prospecting", 100.0, 10.0, "Pipeline"),
        ("Prospecting", 250.0, 10.0, "Pipeline"),
        ("Closed Won", 250.0, 100.0, "Closed"),
    ]
    row = org.store.row("Opportunity", deal_id)
    assert row is not None
    assert (row["IsClosed"], row["IsWon"]) == (1, 1)


def test_what_is_refused_changes_nothing(org: Org) -> None:
    lead_id = lead(org)
    before = org.store.row("Lead", lead_id)

    with pytest.raises(ApiError):
        org.update("Lead", lead_id, {"Rating": "Hot", "LastName": None})

    assert org.store.row("Lead", lead_id) == before
    assert told(org, "LeadHistory") == []
