from __future__ import annotations

import pytest

from sandbox.org.ids import id18
from tests.sandbox.company.conftest import Company

OBJECTS = (
    "User", "UserRole", "Group", "GroupMember", "Campaign", "CampaignMember", "Account", "Lead", "Contact",
    "Opportunity", "OpportunityContactRole", "OpportunityHistory", "OpportunityFieldHistory", "Task", "Event",
    "LeadHistory", "ContactHistory",
)  # fmt: skip


@pytest.mark.parametrize("name", OBJECTS)
def test_every_look_up_points_to_a_record_that_is_there(company: Company, name: str) -> None:
    one = company.store.object(name)
    for field in one.fields:
        if field.type != "reference":
            continue
        targets = [target for target in field.reference_to if company.store.schema.get(target)]
        there = " UNION ALL ".join(f'SELECT "Id" FROM "{target}"' for target in targets)
        missing = company.one(
            f'SELECT count(*) FROM "{name}" WHERE "{field.name}" IS NOT NULL AND "{field.name}" NOT IN ({there})'
        )
        assert missing == 0, field.name


@pytest.mark.parametrize("name", OBJECTS)
def test_ids_are_salesforce_s(company: Company, name: str) -> None:
    prefix = company.store.object(name).key_prefix
    ids = [row[0] for row in company.all(f'SELECT "Id" FROM "{name}"')]
    assert ids
    assert len(set(ids)) == len(ids)
    for record_id in ids[:: max(1, len(ids) // 200)]:
        assert record_id.startswith(prefix)
        assert id18(record_id[:15]) == record_id


def test_converted_leads_have_moved_with_their_activities(company: Company) -> None:
    assert company.one('SELECT count(*) FROM "Lead" WHERE "IsConverted"') > 200
    left_behind = company.one(
        """SELECT count(*) FROM "Task" t JOIN "Lead" l ON l."Id" = t."WhoId" WHERE l."IsConverted" OR l."IsDeleted" """
    )
    assert left_behind == 0
    for complete in ("ConvertedDate", "ConvertedAccountId", "ConvertedContactId"):
        assert company.one(f'SELECT count(*) FROM "Lead" WHERE "IsConverted" AND "{complete}" IS NULL') == 0


def test_a_winner_is_no_loser_and_was_converted_later_if_ever(company: Company) -> None:
    for winner_deleted, converted, merged_at, converted_at in company.all(
        """SELECT w."IsDeleted", w."IsConverted", l."SystemModstamp", c."CreatedDate" FROM "Lead" l
           JOIN "Lead" w ON w."Id" = l."MasterRecordId" LEFT JOIN "Contact" c ON c."Id" = w."ConvertedContactId"
           WHERE l."IsDeleted" """
    ):
        assert not winner_deleted
        assert not converted or merged_at <= converted_at


def test_the_merges_of_the_last_days_are_told_as_deletions(company: Company) -> None:
    told = company.all("SELECT record_id, deleted_at FROM _deletion WHERE object = 'Lead'")
    merged = company.all(
        """SELECT "Id", "SystemModstamp" FROM "Lead" WHERE "IsDeleted"
           AND julianday(?) - julianday("SystemModstamp") <= 15""",
        company.ledger["now"],
    )
    assert sorted(told) == sorted(merged)
    assert told


def test_nobody_is_twice_in_a_campaign(company: Company) -> None:
    assert (
        company.one(
            'SELECT count(*) FROM (SELECT 1 FROM "CampaignMember" GROUP BY "CampaignId", "LeadId" HAVING count(*) > 1)'
        )
        == 0
    )


def test_user_names_are_unique(company: Company) -> None:
    names = [row[0] for row in company.all('SELECT "Username" FROM "User"')]
    assert len(set(names)) == len(names)
