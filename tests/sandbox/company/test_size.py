from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
import yaml

from leadmodel.lifecycle.settings import ModelSettings
from sandbox.company import statuses
from tests.sandbox.company.conftest import LEADS, Company

MODEL = Path(statuses.__file__).with_name("model.yaml")


@pytest.fixture(scope="module")
def model() -> ModelSettings:
    return ModelSettings.model_validate(yaml.safe_load(MODEL.read_text(encoding="utf-8")))


def test_as_many_leads_as_asked_for_and_one_in_twenty_merged(company: Company) -> None:
    assert company.one('SELECT count(*) FROM "Lead"') == LEADS
    merged = company.one('SELECT count(*) FROM "Lead" WHERE "MasterRecordId" IS NOT NULL AND "IsDeleted"')
    assert merged == company.ledger["merged"]
    assert 0.04 <= merged / LEADS <= 0.05


def test_25_statuses_of_which_the_model_knows_21(company: Company, model: ModelSettings) -> None:
    used = {
        status
        for (status,) in company.all(
            """SELECT "Status" FROM "Lead" UNION SELECT "NewValue" FROM "LeadHistory" WHERE "Field" = 'Status'
               UNION SELECT "OldValue" FROM "LeadHistory" WHERE "Field" = 'Status'
               UNION SELECT "Status__c" FROM "Contact" UNION SELECT "NewValue" FROM "ContactHistory"
               WHERE "Field" = 'Status__c'"""
        )
    }
    mapped = {status for names in statuses.BY_STAGE for status in getattr(model.stages, names)}
    assert len(statuses.ALL) == len(set(statuses.ALL)) == 25
    assert set(statuses.UNMAPPED) == set(statuses.ALL) - mapped
    assert used == set(statuses.ALL)


def test_every_source_and_machine_and_reason_is_in_the_model(company: Company, model: ModelSettings) -> None:
    sources = {source for (source,) in company.all('SELECT DISTINCT "LeadSource" FROM "Lead"')}
    assert sources == {*model.paths.inbound_sources, *model.paths.outbound_sources}
    assert len(sources) == 8
    machines = {
        company.one('SELECT "Name" FROM "User" WHERE "Id" = ?', one) for one in company.ledger["machines"]
    }
    assert machines == set(model.touches.automated_users)
    reasons = {row[0] for row in company.all('SELECT DISTINCT "Unqualified_Reason__c" FROM "Lead"')}
    assert {reason.name for reason in model.reasons.unqualified if reason.pre_qualification} <= reasons
    roles = {row[0] for row in company.all('SELECT "Name" FROM "UserRole"')}
    assert set(model.paths.outbound_teams) <= roles


def test_reps_have_roles_and_managers(company: Company) -> None:
    reps = company.all(
        """SELECT u."Id", u."ManagerId", r."Name" FROM "User" u JOIN "UserRole" r ON r."Id" = u."UserRoleId"
           WHERE r."Name" LIKE 'Inbound SDR %' AND r."Name" NOT LIKE '%Manager'"""
    )
    assert {role for _, _, role in reps} == {"Inbound SDR West", "Inbound SDR East", "Inbound SDR EMEA"}
    for _, manager, role in reps:
        assert manager == company.ledger["managers"][role]
    assert company.one("""SELECT count(*) FROM "Group" WHERE "Type" = 'Queue'""") == 5


def test_people_come_back_up_to_four_times(company: Company) -> None:
    """Attempts of one person: entries into an assigned status on the lead, and later on its contact."""
    marks = ", ".join(f"'{status}'" for status in statuses.BY_STAGE["assigned"])
    counts = [
        row[0]
        for row in company.all(
            f"""SELECT count(*) FROM (
                    SELECT "LeadId" AS person FROM "LeadHistory" WHERE "Field" = 'Status' AND "NewValue" IN ({marks})
                    UNION ALL
                    SELECT l."Id" FROM "ContactHistory" h JOIN "Lead" l ON l."ConvertedContactId" = h."ContactId"
                    WHERE h."Field" = 'Status__c' AND h."NewValue" IN ({marks}))
                GROUP BY person"""
        )
    ]
    again = sum(count > 1 for count in counts) / len(counts)
    assert 0.05 < again < 0.25
    assert max(counts) in (3, 4)


def test_names_come_in_many_scripts_and_companies_with_traps(company: Company) -> None:
    letters = "".join(row[0] for row in company.all('SELECT DISTINCT "LastName" FROM "Lead"'))
    scripts = {unicodedata.name(letter).split()[0] for letter in letters if letter.isalpha()}
    assert {"LATIN", "CYRILLIC", "ARABIC", "CJK", "GREEK", "HANGUL", "HEBREW", "DEVANAGARI"} <= scripts
    assert "'" in letters
    companies = {row[0] for row in company.all('SELECT "Name" FROM "Account"')}
    assert any(name.startswith("=") for name in companies)
    assert any("<b>" in name for name in companies)


def test_a_team_s_week_has_quiet_nights_and_weekends(company: Company) -> None:
    by_day = dict(
        company.all(
            """SELECT strftime('%w', "CreatedDate"), count(*) FROM "Lead" WHERE "LeadSource" = 'Chat' GROUP BY 1"""
        )
    )
    assert by_day["0"] + by_day["6"] < 0.5 * (by_day["2"] + by_day["3"])
    assert by_day["0"] + by_day["6"] > 0
