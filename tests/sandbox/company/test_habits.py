"""Each habit the documentation tells of, seen in the rows alone."""

from __future__ import annotations

from statistics import median

import pytest

from sandbox.company.statuses import BY_STAGE
from tests.sandbox.company.conftest import Company
from tests.sandbox.company.responses import Answer, answers

MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.fixture(scope="module")
def answered(company: Company) -> dict[str, list[Answer]]:
    return answers(company)


def seconds(found: list[Answer]) -> float:
    return median(one.seconds for one in found if one.seconds is not None)


def test_one_answers_in_minutes(company: Company, answered: dict[str, list[Answer]]) -> None:
    assert seconds(answered[company.rep("answers_in_minutes")]) < 30 * MINUTE


def test_one_answers_in_days(company: Company, answered: dict[str, list[Answer]]) -> None:
    assert seconds(answered[company.rep("answers_in_days")]) > 1 * DAY


def test_the_others_answer_within_hours_and_nearly_everybody(
    company: Company, answered: dict[str, list[Answer]]
) -> None:
    named = {entry["user_id"] for entry in company.ledger["habits"].values()}
    others = [one for rep, found in answered.items() if rep not in named for one in found]
    assert 45 * MINUTE < seconds(others) < 3 * HOUR
    assert 0.8 < sum(one.seconds is not None for one in others) / len(others) < 0.97


def test_one_marks_the_trade_show_unqualified_within_the_hour(company: Company) -> None:
    show = company.ledger["show"]
    leads = company.all(
        """SELECT l."Id", l."Status", l."Unqualified_Reason__c", h."CreatedDate", h."CreatedById" FROM "Lead" l
           JOIN "CampaignMember" m ON m."LeadId" = l."Id" AND m."CampaignId" = ?
           JOIN "LeadHistory" h ON h."LeadId" = l."Id" AND h."Field" = 'Status' AND h."NewValue" = 'Unqualified'""",
        show["campaign_id"],
    )
    assert sorted(lead[0] for lead in leads) == sorted(show["lead_ids"])
    assert len(leads) == company.ledger["leads"] * 3 // 200
    assert {lead[1:3] for lead in leads} == {("Unqualified", show["reason"])}
    assert {lead[4] for lead in leads} == {show["user_id"]} == {company.rep("bypasses_trade_show")}
    assert show["assigned_at"] < min(lead[3] for lead in leads)
    span = company.one(
        "SELECT (julianday(?) - julianday(?)) * 24", max(lead[3] for lead in leads), show["assigned_at"]
    )
    assert span < 1
    marks = ", ".join("?" * len(leads))
    assert company.one(f'SELECT count(*) FROM "Task" WHERE "WhoId" IN ({marks})', *show["lead_ids"]) == 0


def test_one_gives_up_after_one_touch(company: Company, answered: dict[str, list[Answer]]) -> None:
    def of_abandoned(habit: str) -> float:
        found = answered[company.rep(habit)]
        return median(one.touches for one in found if one.status == "Nurture - Abandoned")

    assert of_abandoned("one_touch") == 1
    assert of_abandoned("answers_in_minutes") >= 5


def test_one_never_closes_what_she_works(company: Company) -> None:
    ended = (*BY_STAGE["nurture"], *BY_STAGE["unqualified"])
    marks = ", ".join("?" * len(ended))

    def closed(rep: str) -> int:
        found: int = company.one(
            f"""SELECT count(*) FROM "LeadHistory" WHERE "Field" = 'Status' AND "CreatedById" = ?
                AND "NewValue" IN ({marks})""",
            rep,
            *ended,
        )
        return found

    assert closed(company.rep("never_closes")) <= 2
    assert closed(company.rep("one_touch")) > 30


def test_one_books_much_that_never_wins_and_another_little_that_does(company: Company) -> None:
    def deals(habit: str) -> tuple[int, int, int]:
        booked, closed, won = company.all(
            """SELECT count(*), sum(o."IsClosed"), sum(o."IsWon") FROM "Opportunity" o
               JOIN "Lead" l ON l."ConvertedOpportunityId" = o."Id" WHERE l."OwnerId" = ?""",
            company.rep(habit),
        )[0]
        return booked, closed, won

    many, many_closed, many_won = deals("books_never_wins")
    few, few_closed, few_won = deals("books_few_wins")
    assert many > 2.5 * few
    assert few_won > many_won
    assert few_won / few_closed > 0.6
    assert many_won / many_closed < 0.1


def test_one_is_on_holiday_and_his_leads_pile_up(company: Company) -> None:
    rep, away = company.rep("on_holiday"), company.ledger["holiday"]
    assert away["start"] < company.ledger["now"] < away["end"]
    done = company.one(
        'SELECT count(*) FROM "Task" WHERE "OwnerId" = ? AND "CreatedById" = ? AND "IsClosed" AND "CreatedDate" > ?',
        rep,
        rep,
        away["start"],
    )
    given = company.one(
        """SELECT count(*) FROM "Lead" WHERE "OwnerId" = ? AND "Assigned_Date__c" > ?
           AND "Status" LIKE 'Assigned%'""",
        rep,
        away["start"],
    )
    assert done == 0
    assert given >= 3


def test_a_fifth_of_those_worked_are_qualified(company: Company) -> None:
    qualified, ended = company.all(
        """SELECT count(CASE WHEN "NewValue" = 'Qualified' THEN 1 END), count(DISTINCT "LeadId") FROM "LeadHistory"
           WHERE "Field" = 'Status' AND ("NewValue" LIKE 'Working%' OR "NewValue" = 'Qualified')"""
    )[0]
    assert 0.13 < qualified / ended < 0.27


def test_the_log_ins_are_the_fast_rep_her_manager_and_operations(company: Company) -> None:
    logins = company.ledger["logins"]
    assert logins["rep"]["user_id"] == company.rep("answers_in_minutes")
    manager = company.one('SELECT "ManagerId" FROM "User" WHERE "Id" = ?', logins["rep"]["user_id"])
    assert manager == logins["manager"]["user_id"]
    for login in logins.values():
        assert company.all(
            'SELECT "Username", "Name", "IsActive" FROM "User" WHERE "Id" = ?', login["user_id"]
        ) == [(login["username"], login["name"], 1)]
