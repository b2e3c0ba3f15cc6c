from __future__ import annotations

import pytest

from tests.sandbox.company.conftest import Company
from tests.sandbox.company.test_references import OBJECTS

STAMPS = ("CreatedDate", "LastModifiedDate", "SystemModstamp", "CompletedDateTime", "Assigned_Date__c")


@pytest.mark.parametrize("name", OBJECTS)
def test_nothing_is_stamped_after_now_or_finer_than_a_second(company: Company, name: str) -> None:
    for field in STAMPS:
        if not company.store.object(name).has(field):
            continue
        latest, odd = company.all(
            f"""SELECT max("{field}"), count(CASE WHEN "{field}" NOT LIKE '____-__-__T__:__:__.000Z' THEN 1 END)
                FROM "{name}" """
        )[0]
        assert latest is None or latest <= company.ledger["now"], field
        assert odd == 0, field


@pytest.mark.parametrize(
    "name", ["Lead", "Contact", "Account", "Opportunity", "Task", "Event", "CampaignMember"]
)
def test_a_record_is_created_then_changed_then_stamped(company: Company, name: str) -> None:
    wrong = company.one(
        f"""SELECT count(*) FROM "{name}"
            WHERE NOT ("CreatedDate" <= "LastModifiedDate" AND "LastModifiedDate" <= "SystemModstamp")"""
    )
    assert wrong == 0


def test_leads_come_over_the_whole_twelve_months(company: Company) -> None:
    months = company.all('SELECT substr("CreatedDate", 1, 7), count(*) FROM "Lead" GROUP BY 1')
    assert len(months) == 13
    assert company.one('SELECT min("CreatedDate") FROM "Lead"') >= company.ledger["start"]


def test_nothing_happens_to_somebody_before_they_are_known(company: Company) -> None:
    for activity in ("Task", "Event"):
        early = company.one(
            f"""SELECT count(*) FROM "{activity}" t JOIN "Lead" l ON l."Id" = t."WhoId"
                WHERE t."CreatedDate" < l."CreatedDate" AND NOT EXISTS
                (SELECT 1 FROM "Lead" d WHERE d."MasterRecordId" = l."Id")"""
        )
        assert early == 0


def test_only_meetings_and_next_steps_lie_in_the_future(company: Company) -> None:
    now = company.ledger["now"]
    assert company.one('SELECT count(*) FROM "Event" WHERE "StartDateTime" > ?', now) > 0
    assert (
        company.one(
            'SELECT count(*) FROM "Event" WHERE "StartDateTime" > ? AND "Outcome__c" IS NOT NULL', now
        )
        == 0
    )
    assert company.one('SELECT count(*) FROM "Task" WHERE "IsClosed" AND "ActivityDate" > ?', now[:10]) == 0
