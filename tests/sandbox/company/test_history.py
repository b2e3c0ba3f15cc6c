from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from sandbox.org.ids import number_of
from tests.sandbox.company.conftest import Company


def untouched_by_gaps(company: Company, lead_id: str) -> bool:
    """Whether the lead's history is whole: neither cut nor of those whose tracking was off for two weeks."""
    number = number_of(lead_id) - 1
    return number % 25 != 3 and number % 2 == 0


def test_status_history_leads_step_by_step_to_the_status_now(company: Company) -> None:
    steps = defaultdict(list)
    for lead_id, old, new in company.all(
        """SELECT "LeadId", "OldValue", "NewValue" FROM "LeadHistory" WHERE "Field" = 'Status'
           ORDER BY "LeadId", "CreatedDate", "Id" """
    ):
        steps[lead_id].append((old, new))
    checked = 0
    for lead_id, status in company.all('SELECT "Id", "Status" FROM "Lead"'):
        told = steps[lead_id]
        if not told or not untouched_by_gaps(company, lead_id):
            continue
        assert told[-1][1] == status
        for before, after in pairwise(told):
            assert before[1] == after[0]
        checked += 1
    assert checked > 500


def test_owner_changes_are_told_twice_in_names_and_in_ids(company: Company) -> None:
    names = {
        row[0]: row[1]
        for row in company.all('SELECT "Id", "Name" FROM "User" UNION SELECT "Id", "Name" FROM "Group"')
    }
    changes: dict[tuple[str, str], dict[str, tuple[str, str]]] = defaultdict(dict)
    for parent, at, kind, old, new in company.all(
        """SELECT "LeadId", "CreatedDate", "DataType", "OldValue", "NewValue" FROM "LeadHistory"
           WHERE "Field" = 'Owner'"""
    ):
        changes[parent, at][kind] = (old, new)
    for told in changes.values():
        assert set(told) == {"Text", "EntityId"}
        assert tuple(names[one] for one in told["EntityId"]) == told["Text"]


def test_owner_history_ends_with_the_owner_now(company: Company) -> None:
    for object_name in ("Lead", "Contact"):
        wrong = company.one(
            f"""SELECT count(*) FROM "{object_name}" r JOIN "{object_name}History" h ON h."{object_name}Id" = r."Id"
                WHERE h."Field" = 'Owner' AND h."DataType" = 'EntityId' AND h."NewValue" <> r."OwnerId"
                AND NOT EXISTS (SELECT 1 FROM "{object_name}History" later WHERE later."{object_name}Id" = r."Id"
                    AND later."Field" = 'Owner' AND later."Id" > h."Id")"""
        )
        assert wrong == 0


def test_contact_status_history_ends_with_the_status_now(company: Company) -> None:
    wrong = company.one(
        """SELECT count(*) FROM "Contact" c JOIN "ContactHistory" h ON h."ContactId" = c."Id"
           WHERE h."Field" = 'Status__c' AND h."NewValue" <> c."Status__c"
           AND NOT EXISTS (SELECT 1 FROM "ContactHistory" later WHERE later."ContactId" = c."Id"
               AND later."Field" = 'Status__c' AND later."Id" > h."Id")"""
    )
    assert wrong == 0


def test_for_two_weeks_no_status_was_tracked_on_every_other_lead(company: Company) -> None:
    outage = company.ledger["status_tracking_outage"]
    tracked = [
        number_of(row[0]) - 1
        for row in company.all(
            """SELECT "LeadId" FROM "LeadHistory" WHERE "Field" = 'Status'
               AND "CreatedDate" >= ? AND "CreatedDate" < ?""",
            outage["start"],
            outage["end"],
        )
    ]
    assert tracked
    assert all(number % 2 == 0 for number in tracked)
    still = company.one(
        """SELECT count(*) FROM "LeadHistory" WHERE "Field" = 'Owner' AND "CreatedDate" >= ? AND "CreatedDate" < ?""",
        outage["start"],
        outage["end"],
    )
    assert still > 0


def test_the_oldest_history_of_some_leads_is_cut(company: Company) -> None:
    before = company.ledger["history_cut_before"]
    cut = company.one(
        """SELECT count(*) FROM "Lead" l WHERE l."CreatedDate" < ? AND NOT EXISTS
           (SELECT 1 FROM "LeadHistory" h WHERE h."LeadId" = l."Id" AND h."Field" = 'created')""",
        before,
    )
    assert cut > 10
