"""The company is as untidy as real ones."""

from __future__ import annotations

from sandbox.company.statuses import BY_STAGE
from tests.sandbox.company.conftest import Company

DISPOSITIONS = (*BY_STAGE["qualified"], *BY_STAGE["nurture"], *BY_STAGE["unqualified"])


def minutes_from_own_disposition(company: Company) -> list[float]:
    """For each call entered after the same rep's own disposition of the same person: how much later, in minutes."""
    marks = ", ".join("?" * len(DISPOSITIONS))
    return [
        row[0]
        for row in company.all(
            f"""SELECT (julianday(t."CreatedDate") - julianday(h."CreatedDate")) * 1440 FROM "Task" t
                JOIN "Lead" l ON l."Id" = t."WhoId" OR l."ConvertedContactId" = t."WhoId"
                JOIN "LeadHistory" h ON h."LeadId" = l."Id" AND h."CreatedById" = t."OwnerId"
                WHERE t."Subject" = 'Call: wrap-up' AND h."Field" = 'Status' AND h."NewValue" IN ({marks})
                AND t."CreatedDate" > h."CreatedDate" AND NOT l."IsDeleted" """,
            *DISPOSITIONS,
        )
    ]


def test_calls_are_logged_late_within_the_quarter_of_an_hour_and_beyond(company: Company) -> None:
    late = minutes_from_own_disposition(company)
    assert sum(minutes <= 15 for minutes in late) > 20
    assert sum(15 < minutes < 400 for minutes in late) > 5


def test_calls_are_entered_days_after_they_were_made(company: Company) -> None:
    back_dated = company.one(
        """SELECT count(*) FROM "Task"
           WHERE julianday("CreatedDate") - julianday("CompletedDateTime") > 1"""
    )
    assert back_dated > 20


def test_leavers_are_inactive_and_still_own_people(company: Company) -> None:
    assert len(company.ledger["leavers"]) == 3
    for leaver in company.ledger["leavers"]:
        active, left = company.all(
            'SELECT "IsActive", "LastModifiedDate" FROM "User" WHERE "Id" = ?', leaver
        )[0]
        assert not active
        open_leads = company.one(
            """SELECT count(*) FROM "Lead" WHERE "OwnerId" = ? AND NOT "IsDeleted" AND NOT "IsConverted"
               AND ("Status" LIKE 'Assigned%' OR "Status" LIKE 'Working%')""",
            leaver,
        )
        assert open_leads > 0
        late = company.one(
            'SELECT count(*) FROM "Task" WHERE "CreatedById" = ? AND "CreatedDate" > ?', leaver, left
        )
        assert late == 0


def test_leavers_people_are_handed_over_in_one_go(company: Company) -> None:
    most = company.one(
        """SELECT max(n) FROM (SELECT count(*) AS n FROM "LeadHistory" WHERE "Field" = 'Owner'
           AND "DataType" = 'EntityId' AND "OldValue" IN (SELECT "Id" FROM "User" WHERE NOT "IsActive")
           GROUP BY "CreatedDate")"""
    )
    assert most >= 3


def test_some_people_are_parked_in_statuses_nobody_mapped(company: Company) -> None:
    marks = ", ".join("?" * len(company.ledger["unmapped_statuses"]))
    parked = company.one(
        f'SELECT count(*) FROM "Lead" WHERE "Status" IN ({marks})', *company.ledger["unmapped_statuses"]
    )
    assert parked > 0


def test_wrong_clicks_are_taken_back_within_minutes(company: Company) -> None:
    slips = company.one(
        """SELECT count(*) FROM "LeadHistory" a JOIN "LeadHistory" b ON a."LeadId" = b."LeadId"
           AND a."CreatedById" = b."CreatedById" WHERE a."Field" = 'Status' AND b."Field" = 'Status'
           AND a."NewValue" = 'Unqualified' AND b."OldValue" = 'Unqualified' AND b."NewValue" LIKE 'Working%'
           AND (julianday(b."CreatedDate") - julianday(a."CreatedDate")) * 1440 BETWEEN 0 AND 10"""
    )
    assert slips > 3


def test_machines_write_most_mails_and_log_steps_for_people(company: Company) -> None:
    machine = company.one("""SELECT "Id" FROM "User" WHERE "Name" = 'Cadence Sync'""")
    by_itself = company.one(
        """SELECT count(*) FROM "Task" WHERE "CreatedById" = ? AND "Subject" LIKE 'Automatic: %'""", machine
    )
    in_a_rep_s_name = company.one(
        """SELECT count(*) FROM "Task" WHERE "CreatedById" = ? AND "OwnerId" <> ?
           AND "Subject" NOT LIKE 'Automatic: %'
           AND "Subject" NOT LIKE 'Reply received: %'""",
        machine,
        machine,
    )
    assert by_itself > 1000
    assert in_a_rep_s_name > 1000
    assert company.one("""SELECT count(*) FROM "Task" WHERE "TaskSubtype" = 'ListEmail'""") > 1000


def test_meetings_are_held_missed_and_not_marked(company: Company) -> None:
    outcomes = dict(
        company.all(
            'SELECT "Outcome__c", count(*) FROM "Event" WHERE "StartDateTime" < ? GROUP BY 1',
            company.ledger["now"],
        )
    )
    assert outcomes["Held"] > outcomes["No-show"] > 10
    assert outcomes[None] > 10


def test_opportunities_tell_their_stages(company: Company) -> None:
    stages = dict(company.all('SELECT "StageName", count(*) FROM "Opportunity" GROUP BY 1'))
    assert stages["Closed Won"] > 20
    assert stages["Closed Lost"] > stages["Closed Won"]
    wrong = company.one(
        """SELECT count(*) FROM "Opportunity" o WHERE o."StageName" <> (SELECT h."StageName" FROM
           "OpportunityHistory" h WHERE h."OpportunityId" = o."Id"
           ORDER BY h."CreatedDate" DESC, h."Id" DESC LIMIT 1)"""
    )
    assert wrong == 0
    lost = company.one(
        """SELECT count(*) FROM "ContactHistory" WHERE "Field" = 'Status__c'
           AND "NewValue" = 'Nurture - Lost Opportunity'"""
    )
    assert lost > 30
