"""M5, A16: what type a lead was when its cycle began, by rules over its fields, its account and its opportunities."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadmodel.lifecycle.conditions import Condition, Operator, Rule
from leadmodel.lifecycle.facts import Tracked
from leadmodel.lifecycle.lead_types import Priority, Relation
from leadmodel.lifecycle.settings import ModelSettings
from tests.lifecycle.desk import ALICE, BOB, CONTACT, DAY, LEAD, MONA, TOOL, Desk, assigned, at, model

ACCOUNT = "001000000000001AAA"


def rule(field: str, operator: str, value: object = None, *, way: str = "all") -> dict[str, object]:
    return {way: [{"field": field, "operator": operator, "value": value}]}


def typed(**rules: object) -> ModelSettings:
    return model(lead_types=rules)


HOT = typed(priorities={"P1": rule("Rating", "is", "Hot"), "P2": rule("Score__c", "is at least", 50)})


@pytest.mark.parametrize(
    ("fields", "priority"),
    [
        ({"Rating": "hot", "Score__c": "80"}, Priority.P1),
        ({"Rating": "Cold", "Score__c": "50.0"}, Priority.P2),
        ({"Rating": None, "Score__c": "49"}, None),
        ({"Rating": None, "Score__c": "many"}, None),
        ({}, None),
    ],
)
def test_r142_the_most_urgent_priority_whose_rule_holds_counts(
    fields: dict[str, str | None], priority: Priority | None
) -> None:
    assert assigned(0, settings=HOT).holds(LEAD, **fields).cycle().priority is priority


def test_m03_the_field_counts_as_it_stood_when_the_cycle_began() -> None:
    desk = assigned(60, settings=HOT).holds(Rating="Cold")
    desk.change(30, "Rating", None, "Hot", TOOL, LEAD).change(90, "Rating", "Hot", "Cold", TOOL, LEAD)
    later = assigned(120, settings=HOT).holds(Rating="Cold")
    later.change(30, "Rating", None, "Hot", TOOL, LEAD).change(90, "Rating", "Hot", "Cold", TOOL, LEAD)

    assert (desk.cycle().priority, later.cycle().priority) == (Priority.P1, None)
    at_once = assigned(60, settings=HOT).holds(Rating="Hot").change(60, "Rating", None, "Hot", TOOL, LEAD)
    assert at_once.cycle().priority is Priority.P1


def test_r143_priorities_may_ask_what_was_decided_before() -> None:
    wants = {
        "all": [
            {"field": "target_account", "operator": "is", "value": True},
            {"field": "path", "operator": "is", "value": "inbound"},
        ]
    }
    settings = typed(target_account=rule("Rating", "is filled"), priorities={"P2": wants})

    assert assigned(0, settings=settings).holds(Rating="Warm").cycle().priority is Priority.P2
    assert assigned(0, settings=settings, source="List").holds(Rating="Warm").cycle().priority is None
    assert assigned(0, settings=settings).holds(Rating=None).cycle().priority is None


def test_target_account_is_told_by_the_account_the_record_had_then() -> None:
    settings = typed(account_field="Matched__c", target_account=rule("Account.Tier__c", "is", "A"))
    desk = assigned(60, settings=settings).holds(AccountId=ACCOUNT).holds(ACCOUNT, Tier__c="A")
    moved = assigned(60, settings=settings).holds(AccountId=ACCOUNT).holds(ACCOUNT, Tier__c="A")
    moved.change(90, "AccountId", None, ACCOUNT, TOOL, LEAD)

    assert (desk.cycle().is_target_account, moved.cycle().is_target_account) == (True, False)


def test_a_contact_is_asked_before_the_lead_it_was_converted_from() -> None:
    desk = assigned(0, settings=HOT, converted_to=CONTACT, converted_at=at(90)).holds(Rating="Cold")
    desk.record(CONTACT, 90, status=None).holds(CONTACT, Rating="Hot")
    desk.change(DAY, "status", "Assigned", "Nurture", ALICE, LEAD)
    desk.change(3 * DAY, "status", "Nurture", "Assigned", ALICE, LEAD)

    assert [cycle.priority for cycle in desk.person().cycles] == [None, Priority.P1]


def test_what_the_contact_has_no_field_for_the_lead_tells_on() -> None:
    desk = assigned(0, settings=HOT, converted_to=CONTACT, converted_at=at(90)).holds(Rating="Hot")
    desk.record(CONTACT, 90, status=None).holds(CONTACT, Score__c="10")
    desk.change(DAY, "status", "Nurture", "Assigned", ALICE, LEAD)

    assert [cycle.priority for cycle in desk.person().cycles] == [Priority.P1, Priority.P1]


def test_where_the_contact_is_of_no_account_the_lead_s_counts() -> None:
    settings = typed(target_account=rule("Account.Tier__c", "is", "A"))
    desk = assigned(0, settings=settings, converted_to=CONTACT, converted_at=at(90))
    desk.holds(AccountId=ACCOUNT).holds(ACCOUNT, Tier__c="A")
    desk.record(CONTACT, 90, status=None).holds(CONTACT, AccountId=None)
    desk.change(DAY, "status", "Nurture", "Assigned", ALICE, LEAD)

    assert [cycle.is_target_account for cycle in desk.person().cycles] == [True, True]


def test_m05_an_assignment_dated_before_the_record_reads_the_fields_it_began_with() -> None:
    settings = model(
        lead_types={"priorities": {"P1": rule("Rating", "is", "Hot")}},
        assignment={"status": False, "assigned_date_field": "Assigned__c"},
    )
    desk = Desk(settings=settings).record(owner_id=ALICE, assigned_date=at(-30), converted_to=CONTACT)
    desk.records[0] = desk.records[0]._replace(converted_at=at(90))
    desk.record(CONTACT, 90, status=None).holds(Rating="Hot").holds(CONTACT, Rating="Hot")
    desk.change(10, Tracked.ASSIGNED_DATE, None, at(-30).isoformat(), ALICE, LEAD)

    assert desk.person().cycles[0].priority is Priority.P1


def test_relation_is_new_business_without_opportunities() -> None:
    assert assigned(0).cycle().relation is Relation.NEW_BUSINESS


@pytest.mark.parametrize(
    ("opened", "closed", "is_won", "relation"),
    [
        (10, None, False, Relation.OPEN_OPPORTUNITY),
        (10, 90, False, Relation.OPEN_OPPORTUNITY),
        (10, 60, False, Relation.NEW_BUSINESS),
        (60, None, False, Relation.OPEN_OPPORTUNITY),
        (61, None, False, Relation.NEW_BUSINESS),
        (10, None, True, Relation.OPEN_OPPORTUNITY),
        (10, 60, True, Relation.CUSTOMER),
        (10, 61, True, Relation.OPEN_OPPORTUNITY),
    ],
)
def test_relation_is_what_opportunities_said_when_the_cycle_began(
    opened: float, closed: float | None, is_won: bool, relation: Relation
) -> None:
    assert assigned(60).deal(opened, closed, is_won=is_won).cycle().relation is relation


def test_r054_opportunities_of_the_account_count_and_their_owner_is_wanted() -> None:
    desk = assigned(60).deal(10, tie=ACCOUNT, owner_id=BOB).holds(AccountId=ACCOUNT)

    assert (desk.cycle().relation, desk.cycle().wanted_rep) == (Relation.OPEN_OPPORTUNITY, BOB)
    assert assigned(60).deal(10, tie=ACCOUNT).holds(AccountId=None).cycle().wanted_rep is None


def test_r055_a_customers_lead_should_go_to_who_won_it() -> None:
    desk = assigned(DAY).deal(10, 60, is_won=True, owner_id=MONA, opportunity_id="006A")
    desk.change(70, "owner", BOB, MONA, ALICE, "006A")

    assert (desk.cycle().relation, desk.cycle().wanted_rep) == (Relation.CUSTOMER, BOB)


def test_r054_of_several_opportunities_the_latest_that_is_open_tells() -> None:
    desk = assigned(60).deal(10, owner_id=ALICE).deal(20, owner_id=BOB).deal(30, 50, owner_id=MONA)

    assert (desk.cycle().relation, desk.cycle().wanted_rep) == (Relation.OPEN_OPPORTUNITY, BOB)


def test_r055_of_several_opportunities_the_first_that_was_won_tells() -> None:
    desk = assigned(DAY).deal(5, 20, owner_id=ALICE).deal(10, 60, is_won=True, owner_id=BOB)
    desk.deal(15, 90, is_won=True, owner_id=MONA).deal(30, owner_id=ALICE)

    assert (desk.cycle().relation, desk.cycle().wanted_rep) == (Relation.CUSTOMER, BOB)


def test_r054_a_machine_is_nobody_to_go_to() -> None:
    assert assigned(60).deal(10, owner_id=TOOL).cycle().wanted_rep is None


def test_a_rule_makes_customers_too() -> None:
    settings = typed(customer=rule("Type", "is", "Customer"))

    assert assigned(0, settings=settings).holds(Type="customer").cycle().relation is Relation.CUSTOMER


# -- the language ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operator", "value", "told", "holds"),
    [
        ("is", "Hot", "HOT", True),
        ("is", True, "true", True),
        ("is", False, None, False),
        ("is not", "Hot", None, True),
        ("is one of", ["A", "B"], "b", True),
        ("is none of", ["A", "B"], "b", False),
        ("contains", "vice", "Vice President", True),
        ("starts with", "VP", "vp sales", True),
        ("starts with", "VP", "Head", False),
        ("is at least", 10, "10", True),
        ("is at least", 10, "9.99", False),
        ("is at most", 10, "10.0", True),
        ("is at most", 10, None, False),
        ("is at most", 10, "NaN", False),
        ("is empty", None, "", True),
        ("is filled", None, "x", True),
    ],
)
def test_operators(operator: str, value: object, told: str | None, holds: bool) -> None:
    condition = Condition.model_validate({"field": "F", "operator": operator, "value": value})

    assert condition.holds(lambda _: told) is holds


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ({"operator": "is at least", "value": "ten"}, "takes a number"),
        ({"operator": "is at least", "value": True}, "takes a number"),
        ({"operator": "is at most", "value": float("inf")}, "takes a number that ends"),
        ({"operator": "is one of", "value": "A"}, "takes a list"),
        ({"operator": "is one of", "value": []}, "takes a list"),
        ({"operator": "is", "value": ["A", "B"]}, "takes one value"),
        ({"operator": "is filled", "field": ""}, "at least 1 character"),
        ({"operator": "is empty", "value": "A"}, "takes no value"),
        ({"operator": "is"}, "takes one value"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(condition: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Condition.model_validate({"field": "F"} | condition)


def test_a_rule_needs_conditions_under_one_word() -> None:
    one = {"field": "F", "operator": "is filled"}
    for wrong in ({}, {"all": [one], "any": [one]}):
        with pytest.raises(ValueError, match="under all or under any"):
            Rule.model_validate(wrong)


def test_rules_nest_and_read_as_sentences() -> None:
    told = Rule.model_validate(
        {
            "all": [
                {"field": "Country", "operator": "is one of", "value": ["DE", "AT"]},
                {
                    "any": [
                        {"field": "Rating", "operator": "is", "value": "Hot"},
                        rule("Score__c", "is at least", 5),
                    ]
                },
            ]
        }
    )

    assert str(told) == "Country is one of DE, AT and (Rating is Hot or (Score__c is at least 5))"
    assert str(Rule.model_validate(rule("Rating", "is empty"))) == "Rating is empty"
    assert told.holds({"Country": "at", "Score__c": "5"}.get)
    assert not told.holds({"Country": "at", "Score__c": "4"}.get)


NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=2)


@given(NUMBERS, st.floats(-1e6, 1e6))
def test_at_least_and_at_most_compare_as_numbers(told: Decimal, limit: float) -> None:
    def holds(operator: Operator) -> bool:
        return Condition(field="F", operator=operator, value=limit).holds(lambda _: str(told))

    assert holds(Operator.AT_LEAST) == (told >= Decimal(str(limit)))
    assert holds(Operator.AT_MOST) == (told <= Decimal(str(limit)))


def test_nothing_is_told_twice_by_repeated_deals() -> None:
    desk: Desk = assigned(60).deal(10)
    desk.deals += desk.deals

    assert desk.cycle().relation is Relation.OPEN_OPPORTUNITY
