"""At `now` a manager has something to do."""

from __future__ import annotations

from sandbox.company.planted import FRESH
from tests.sandbox.company.conftest import Company


def test_every_kind_of_open_work_is_there(company: Company) -> None:
    fresh = company.ledger["fresh"]
    assert set(fresh) == {waiting.kind for waiting in FRESH}
    assert all(len(leads) >= 3 for leads in fresh.values())


def test_people_wait_as_long_as_the_ledger_says_and_nobody_has_touched_them(company: Company) -> None:
    for waiting in FRESH:
        if waiting.kind.startswith("meeting"):
            continue
        for lead_id in company.ledger["fresh"][waiting.kind]:
            age, status = company.all(
                """SELECT (julianday(?) - julianday("Assigned_Date__c")) * 86400, "Status" FROM "Lead"
                   WHERE "Id" = ?""",
                company.ledger["now"],
                lead_id,
            )[0]
            assert waiting.least - 1 <= age <= waiting.most + 1, waiting.kind
            assert status == "Assigned"
            touches = company.one(
                """SELECT count(*) FROM "Task" WHERE "WhoId" = ? AND "Subject" NOT LIKE 'Automatic: %'""",
                lead_id,
            )
            assert touches == 0


def test_nobodys_are_with_a_queue_or_with_somebody_who_has_left(company: Company) -> None:
    queues = {row[0] for row in company.all('SELECT "Id" FROM "Group"')}
    fresh = company.ledger["fresh"]
    for lead_id in fresh["nobodys_in_queue"]:
        assert company.one('SELECT "OwnerId" FROM "Lead" WHERE "Id" = ?', lead_id) in queues
    for lead_id in fresh["nobodys_with_leaver"]:
        assert (
            company.one('SELECT "OwnerId" FROM "Lead" WHERE "Id" = ?', lead_id) in company.ledger["leavers"]
        )


def test_meetings_have_passed_and_nobody_said_how(company: Company) -> None:
    fresh = company.ledger["fresh"]
    for lead_id in fresh["meeting_unmarked"] + fresh["meeting_unmarked_past_a_day"]:
        start, outcome = company.all(
            'SELECT "StartDateTime", "Outcome__c" FROM "Event" WHERE "WhoId" = ?', lead_id
        )[0]
        assert start < company.ledger["now"]
        assert outcome is None


def test_the_manager_of_the_demonstration_has_breaches_of_her_own(company: Company) -> None:
    manager = company.ledger["logins"]["manager"]["user_id"]
    late = company.one(
        """SELECT count(*) FROM "Lead" l JOIN "User" u ON u."Id" = l."OwnerId" WHERE u."ManagerId" = ?
           AND l."Status" LIKE 'Assigned%'
           AND (julianday(?) - julianday(l."Assigned_Date__c")) * 24 BETWEEN 2 AND 72""",
        manager,
        company.ledger["now"],
    )
    assert late >= 3
