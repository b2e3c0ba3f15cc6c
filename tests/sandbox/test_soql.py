"""A corpus: what is asked, and which leads answer it, or which sentence refuses it."""

from __future__ import annotations

import sqlite3
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.org.errors import ApiError
from sandbox.org.ids import make_id
from sandbox.org.store import Store
from sandbox.soql import rows
from tests.sandbox.soql_desk import ALICE, BOB, QUEUE, compiled, desk, names

__all__ = ["desk"]


@pytest.mark.parametrize(
    ("condition", "leads"),
    [
        ("", "ABCD"),
        ("WHERE LastName = 'a'", "A"),
        ("WHERE LastName != 'A'", "BCD"),
        ("WHERE LastName <> 'A'", "BCD"),
        ("where STATUS = 'OPEN'", "AB"),
        ("WHERE LeadSource = null", "C"),
        ("WHERE LeadSource != null", "ABD"),
        ("WHERE LeadSource != 'Web'", "CD"),
        ("WHERE LeadSource = ''", "C"),
        ("WHERE NOT LeadSource = 'Web'", "CD"),
        ("WHERE Score__c > 1.5", "B"),
        ("WHERE Score__c >= 1.5 AND Score__c < 20", "A"),
        ("WHERE Score__c = -3", "D"),
        ("WHERE Score__c <= +2e1", "ABD"),
        ("WHERE IsConverted = true", "D"),
        ("WHERE IsConverted = FALSE", "ABC"),
        ("WHERE LastName IN ('A', 'c')", "AC"),
        ("WHERE LastName NOT IN ('A', 'c')", "BD"),
        ("WHERE LeadSource IN ('Web', null)", "ABC"),
        ("WHERE LeadSource NOT IN ('Web')", "CD"),
        ("WHERE (LastName = 'A' OR LastName = 'B') AND Score__c > 2", "B"),
        ("WHERE LastName = 'A' OR (LastName = 'B' AND Score__c < 2)", "A"),
        ("WHERE NOT (LastName = 'A' OR LastName = 'B')", "CD"),
        ("WHERE Status LIKE 'o%'", "AB"),
        ("WHERE Status LIKE '_pen'", "AB"),
        (r"WHERE Status LIKE '100\%%'", "D"),
        (r"WHERE Status LIKE '%\_'", "D"),
        ("WHERE (NOT Status LIKE 'o%')", "CD"),
        (r"WHERE Company = 'A & \'Sons\''", "A"),
        (f"WHERE OwnerId = '{ALICE}'", "AD"),
        (f"WHERE OwnerId = '{ALICE[:15]}'", "AD"),
        (f"WHERE Id IN ('{make_id('00Q', 2)}')", "C"),
        ("WHERE Owner.Name = 'alice rep'", "AD"),
        ("WHERE Owner.Name LIKE 'inb%'", "C"),
        ("WHERE Owner.Type = 'Queue'", ""),
        ("WHERE Owner.Type = 'Group'", "C"),
        ("WHERE Owner.IsActive = false", "B"),
        ("WHERE Lead.LastName = 'A'", "A"),
        ("WHERE Id IN (SELECT WhoId FROM Task)", "B"),
        ("WHERE Id NOT IN (SELECT WhoId FROM Task WHERE Subject = 'Call')", "ACD"),
        ("WHERE CreatedDate >= 2026-03-01T23:30:00.500Z", "AB"),
        ("WHERE CreatedDate > 2026-03-01T23:30:00.500Z", "A"),
        ("WHERE CreatedDate = 2026-03-02T00:30:00.5+01:00", "B"),
        ("WHERE ConvertedDate = 2026-02-28", "C"),
        ("WHERE CreatedDate = TODAY", "A"),
        ("WHERE CreatedDate = yesterday", "B"),
        ("WHERE CreatedDate < TODAY", "BCD"),
        ("WHERE CreatedDate <= YESTERDAY", "BCD"),
        ("WHERE CreatedDate > YESTERDAY", "A"),
        ("WHERE CreatedDate != TODAY", "BCD"),
        ("WHERE CreatedDate = THIS_MONTH", "AB"),
        ("WHERE CreatedDate = LAST_MONTH", "C"),
        ("WHERE CreatedDate = THIS_WEEK", "AB"),
        ("WHERE CreatedDate = LAST_WEEK", "C"),
        ("WHERE CreatedDate = LAST_YEAR", "D"),
        ("WHERE CreatedDate = LAST_QUARTER", "D"),
        ("WHERE CreatedDate = LAST_N_DAYS:2", "ABC"),
        ("WHERE ConvertedDate = LAST_N_MONTHS:1", "C"),
        ("WHERE CreatedDate = N_DAYS_AGO:2", "C"),
        ("WHERE CreatedDate > NEXT_N_DAYS:5", ""),
        ("WHERE CALENDAR_YEAR(CreatedDate) = 2025", "D"),
        ("WHERE CALENDAR_MONTH(CreatedDate) IN (2, 12)", "CD"),
        ("WHERE CALENDAR_QUARTER(ConvertedDate) = 4", "D"),
        ("WHERE DAY_IN_WEEK(CreatedDate) = 1", "B"),
        ("WHERE DAY_IN_YEAR(CreatedDate) > 100", "D"),
        ("WHERE DAY_IN_MONTH(CreatedDate) >= 28", "CD"),
        ("WHERE HOUR_IN_DAY(CreatedDate) = 23", "BD"),
        ("WHERE WEEK_IN_YEAR(CreatedDate) = 53", "D"),
        ("WHERE WEEK_IN_MONTH(CreatedDate) = 4", "C"),
        ("WHERE DAY_ONLY(CreatedDate) = 2026-03-01", "B"),
        ("WHERE DAY_ONLY(CreatedDate) < TODAY", "BCD"),
        ("ORDER BY HOUR_IN_DAY(CreatedDate), LastName", "ACBD"),
        ("WHERE Tags__c INCLUDES ('red')", "A"),
        ("WHERE Tags__c INCLUDES ('Blue;Red', 'Green')", "AD"),
        ("WHERE Tags__c EXCLUDES ('Blue')", "CD"),
        ("WHERE AnnualRevenue > USD1500 AND AnnualRevenue < eur2500.5", "C"),
        ("USING SCOPE everything WHERE LastName = 'A'", "A"),
        ("WITH SECURITY_ENFORCED", "ABCD"),
        ("WHERE LastName = 'A' WITH USER_MODE ORDER BY LastName LIMIT 1 FOR VIEW", "A"),
        ("FOR REFERENCE", "ABCD"),
        ("ORDER BY Score__c", "CDAB"),
        ("ORDER BY Score__c DESC", "CBAD"),
        ("ORDER BY Score__c NULLS LAST", "DABC"),
        ("ORDER BY Score__c DESC NULLS LAST", "BADC"),
        ("ORDER BY Owner.Name, LastName DESC", "DABC"),
        ("ORDER BY LastName LIMIT 2", "AB"),
        ("ORDER BY LastName LIMIT 2 OFFSET 1", "BC"),
        ("ORDER BY LastName OFFSET 3", "D"),
        ("LIMIT 0", ""),
    ],
)
def test_a_condition_finds_its_leads(desk: Store, condition: str, leads: str) -> None:
    assert names(desk, condition) == leads


def test_queryall_sees_the_recycle_bin(desk: Store) -> None:
    assert names(desk, "", all_rows=True) == "ABCDE"


def test_a_day_is_a_day_of_the_organisation_s_zone(desk: Store) -> None:
    assert names(desk, "WHERE CreatedDate = TODAY", zone=ZoneInfo("Europe/Berlin")) == "AB"


@pytest.mark.parametrize(
    ("soql", "code", "sentence"),
    [
        ("SELECT Id FROM Lead WHERE A = 1 AND B = 2 OR C = 3", "MALFORMED_QUERY", "unexpected token: 'OR'"),
        ("SELECT Id FROM Lead ALL ROWS", "MALFORMED_QUERY", "ALL ROWS is not allowed"),
        ("SELECT Id, (SELECT Id FROM Toys) FROM Lead", "INVALID_TYPE", "Didn't understand relationship 'Toys'"),
        ("SELECT Id, (SELECT COUNT() FROM Tasks) FROM Lead", "MALFORMED_QUERY", "neither aggregates nor"),
        ("SELECT COUNT(Id), (SELECT Id FROM Tasks) FROM Lead", "MALFORMED_QUERY", "cannot stand beside aggregates"),
        ("SELECT Id, (SELECT Foo FROM Tasks) FROM Lead", "INVALID_FIELD", "No such column 'Foo' on entity 'Task'"),
        ("SELECT TYPEOF What WHEN Account THEN Id END FROM Task", "MALFORMED_QUERY", "TYPEOF is not supported"),
        ("SELECT toLabel(Status) FROM Lead", "MALFORMED_QUERY", "function toLabel() is not supported"),
        ("SELECT Id FROM Lead WHERE Status INCLUDES ('x')", "INVALID_FIELD", "invalid operator on picklist field"),
        ("SELECT Id FROM Lead WHERE Tags__c INCLUDES (1)", "MALFORMED_QUERY", "unexpected token: '1'"),
        ("SELECT Id FROM Lead FOR UPDATE", "MALFORMED_QUERY", "unexpected token: 'UPDATE'"),
        ("SELECT Id FROM Lead USING SCOPE team", "MALFORMED_QUERY", "unexpected token: 'team'"),
        ("SELECT Id FROM Lead WITH DATA CATEGORY", "MALFORMED_QUERY", "unexpected token: 'CATEGORY'"),
        ("SELECT Id FROM Lead HAVING COUNT(Id) > 1", "MALFORMED_QUERY", "HAVING needs GROUP BY"),
        ("SELECT Id FROM Lead WHERE COUNT(Id) > 1", "MALFORMED_QUERY", "unexpected token: 'COUNT'"),
        ("SELECT CALENDAR_YEAR(CreatedDate) FROM Lead", "MALFORMED_QUERY", "must be grouped or aggregated"),
        ("SELECT Id FROM Lead WHERE DAY_ONLY(ConvertedDate) = TODAY", "INVALID_FIELD", "not support the function"),
        ("SELECT Id FROM Lead WHERE CALENDAR_YEAR(Status) = 1", "INVALID_FIELD", "not support the function"),
        ("SELECT Id FROM Lead WHERE Score__c > USD5", "INVALID_FIELD", "must be of type double"),
        ("SELECT Id FROM", "MALFORMED_QUERY", "unexpected end of query"),
        ("", "MALFORMED_QUERY", "unexpected end of query"),
        ("SELECT Id FROM Lead WHERE LastName = 'A", "MALFORMED_QUERY", "unterminated string"),
        (r"SELECT Id FROM Lead WHERE LastName = '\x'", "MALFORMED_QUERY", r"Illegal escape sequence: \x"),
        ("SELECT Id FROM Lead WHERE CreatedDate = SOMEDAY", "MALFORMED_QUERY", "'SOMEDAY' is not a date literal"),
        ("SELECT Id FROM Lead WHERE CreatedDate = LAST_N_DAYS", "MALFORMED_QUERY", "is not a date literal"),
        ("SELECT Id FROM Lead WHERE CreatedDate = 2026-02-30T00:00:00Z", "MALFORMED_QUERY", "Invalid date"),
        ("SELECT Id, id FROM Lead", "MALFORMED_QUERY", "duplicate field selected: Id"),
        ("SELECT Id, COUNT() FROM Lead", "MALFORMED_QUERY", "COUNT() must be the only"),
        ("SELECT Id, COUNT(Status) FROM Lead", "MALFORMED_QUERY", "must be grouped or aggregated: Id"),
        ("SELECT FIELDS(ALL) FROM Lead", "MALFORMED_QUERY", "LIMIT of at most 200"),
        ("SELECT Id FROM Lead LIMIT 1.5", "MALFORMED_QUERY", "LIMIT takes a whole number"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"),
        ("SELECT Foo FROM Lead", "INVALID_FIELD", "No such column 'Foo' on entity 'Lead'"),
        ("SELECT Owner.Foo FROM Lead", "INVALID_FIELD", "No such column 'Foo' on entity 'Name'"),
        ("SELECT Friend.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Friend'"),
        ("SELECT Id FROM LeadHistory WHERE NewValue = 'x'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Lead WHERE LastName = 1", "INVALID_FIELD", "must be of type string and should be enclosed"),
        ("SELECT Id FROM Lead WHERE Score__c = '1'", "INVALID_FIELD", "must be of type double and should not be"),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Lead WHERE Score__c LIKE '1'", "INVALID_FIELD", "invalid operator on double field"),
        ("SELECT Id FROM Lead WHERE Id = 'nonsense'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: nonsense"),
        ("SELECT Id FROM Nothing", "INVALID_TYPE", "sObject type 'Nothing' is not supported"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_by_name(desk: Store, soql: str, code: str, sentence: str) -> None:
    with pytest.raises(ApiError) as refusal:
        compiled(desk, soql)

    assert refusal.value.code == code
    assert sentence in refusal.value.message


def test_an_error_points_at_its_place(desk: Store) -> None:
    with pytest.raises(ApiError) as refusal:
        compiled(desk, "SELECT Id,\n  Foo FROM Lead")

    lines = refusal.value.message.split("\n")
    assert lines[1:4] == ["  Foo FROM Lead", "  ^", "ERROR at Row:2:Column:3"]


def test_the_deepest_nesting_gets_an_answer(desk: Store) -> None:
    condition = "NOT " * 20_000 + "LastName = 'A'"
    with pytest.raises(ApiError, match="nested too deeply"):
        compiled(desk, f"SELECT Id FROM Lead WHERE {condition}")


def test_a_long_list_of_alternatives_is_no_trouble(desk: Store) -> None:
    condition = " OR ".join(f"LastName = '{number}'" for number in range(3000))

    assert names(desk, f"WHERE LastName = 'A' OR {condition}") == "A"


def test_more_values_than_the_file_s_engine_takes_are_refused(desk: Store) -> None:
    usual = desk.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 10)
    try:
        with pytest.raises(ApiError, match="too complex"):
            names(desk, f"WHERE Score__c IN ({','.join(['1'] * 11)})")
    finally:
        desk.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, usual)


@pytest.mark.parametrize(
    ("condition", "leads"),
    [
        ("WHERE Score__c < 1e400", "ABD"),
        ("WHERE Score__c > 123456789012345678901234567890", ""),
        ("LIMIT 99999999999999999999999", "ABCD"),
        (r"WHERE Company = '\ud83d\ude00'", ""),
        (r"WHERE Company = '\ud83d'", ""),
        (r"WHERE Company = '\u0041 & \'Sons\''", "A"),
    ],
)
def test_numbers_and_characters_at_the_edge_do_no_harm(desk: Store, condition: str, leads: str) -> None:
    assert names(desk, condition) == leads


def test_parents_nest_and_names_are_canonical(desk: Store) -> None:
    query = compiled(
        desk, "select lastname, owner.name, OWNER.type from LEAD where lastname in ('B', 'C') order by id"
    )

    records = rows.records(desk, query, rows.row_numbers(desk, query), "/services/data/v62.0")

    assert records[0] == {
        "attributes": {"type": "Lead", "url": f"/services/data/v62.0/sobjects/Lead/{make_id('00Q', 1)}"},
        "LastName": "B",
        "Owner": {
            "attributes": {"type": "Name", "url": f"/services/data/v62.0/sobjects/User/{BOB}"},
            "Name": "Bob",
            "Type": "User",
        },
    }
    assert records[1]["Owner"]["attributes"]["url"].endswith(f"/Group/{QUEUE}")


def test_a_parent_that_is_not_there_is_null(desk: Store) -> None:
    query = compiled(desk, "SELECT Manager.Manager.Name FROM User ORDER BY LastName")

    records = rows.records(desk, query, rows.row_numbers(desk, query), "")

    assert [record["Manager"] and record["Manager"]["Manager"] for record in records] == [None, None]


@pytest.mark.parametrize(
    ("soql", "groups"),
    [
        ("SELECT COUNT(Id) FROM Lead", [{"expr0": 4}]),
        ("SELECT COUNT(LeadSource) n, MAX(Score__c) FROM Lead", [{"n": 3, "expr0": 20.0}]),
        (
            "SELECT Status, COUNT(Id) FROM Lead WHERE Status LIKE 'O%' GROUP BY Status",
            [{"Status": "Open", "expr0": 2}],
        ),
        (
            "SELECT Owner.Name, COUNT(Id) n FROM Lead GROUP BY Owner.Name ORDER BY COUNT(Id) DESC LIMIT 1",
            [{"Name": "Alice Rep", "n": 2}],
        ),
        ("SELECT Status FROM Lead GROUP BY Status HAVING COUNT(Id) > 1", [{"Status": "Open"}]),
        (
            """SELECT LeadSource, SUM(Score__c) FROM Lead GROUP BY LeadSource
               HAVING SUM(Score__c) > 0 AND (NOT LeadSource LIKE 'Tr%') ORDER BY SUM(Score__c)""",
            [{"LeadSource": "Web", "expr0": 21.5}],
        ),
        (
            """SELECT CALENDAR_YEAR(CreatedDate) y, CALENDAR_MONTH(CreatedDate), COUNT(Id) FROM Lead
               GROUP BY CALENDAR_YEAR(CreatedDate), CALENDAR_MONTH(CreatedDate)
               ORDER BY CALENDAR_YEAR(CreatedDate), COUNT(Id)""",
            [
                {"y": 2025, "expr0": 12, "expr1": 1},
                {"y": 2026, "expr0": 2, "expr1": 1},
                {"y": 2026, "expr0": 3, "expr1": 2},
            ],
        ),
        (
            "SELECT DAY_ONLY(CreatedDate) d FROM Lead WHERE CreatedDate = THIS_MONTH GROUP BY DAY_ONLY(CreatedDate)",
            [{"d": "2026-03-01"}, {"d": "2026-03-02"}],
        ),
        ("SELECT MIN(CreatedDate) FROM Lead", [{"expr0": "2025-12-31T23:59:59.999+0000"}]),
    ],
)
def test_groups_are_counted(desk: Store, soql: str, groups: list[dict[str, Any]]) -> None:
    found = rows.aggregates(desk, compiled(desk, soql))

    assert [{name: value for name, value in one.items() if name != "attributes"} for one in found] == groups


def test_count_counts_what_would_be_found(desk: Store) -> None:
    assert rows.count(desk, compiled(desk, "SELECT COUNT() FROM Lead WHERE Status = 'Open'")) == 2
    assert rows.count(desk, compiled(desk, "SELECT COUNT() FROM Lead LIMIT 3")) == 3


def test_an_increment_is_read_from_the_index(desk: Store) -> None:
    query = compiled(
        desk,
        "SELECT Id FROM Lead WHERE SystemModstamp >= 2026-01-01T00:00:00Z AND SystemModstamp < 2026-02-01T00:00:00Z "
        "ORDER BY SystemModstamp, Id LIMIT 100",
        all_rows=True,
    )

    plan = desk.connection.execute(
        f"EXPLAIN QUERY PLAN {query.select(['q0.row_number'])}", query.parameters
    ).fetchall()

    told = " ".join(step[3] for step in plan)
    assert "Lead_SystemModstamp_Id" in told
    assert "TEMP B-TREE" not in told
