"""In words why a lead is of its type, and whom it should have gone to."""

from __future__ import annotations

from leadmodel.lifecycle.explain import Topic
from tests.lifecycle.desk import ALICE, BOB, DAY, LEAD, Desk, assigned, minutes, model

SETTINGS = model(
    lead_types={
        "target_account": {"all": [{"field": "Tier__c", "operator": "is", "value": "A"}]},
        "priorities": {
            "P1": {"any": [{"field": "Rating", "operator": "is one of", "value": ["Hot", "Warm"]}]}
        },
    }
)


ASSIGNED = ("LeadHistory", "Status", 60, "Assigned")


def cited(desk: Desk, words: str) -> list[tuple[str, str, float | None, str | None]]:
    """Object, field, minute and value of each fact of the only sentence about the type with these words."""
    (sentences,) = desk.explained()
    (found,) = [one for one in sentences if one.topic is Topic.TYPE and words in one.text]
    assert found.rule == "M5"
    return [(fact.object_name, fact.field, minutes(fact.at), fact.value) for fact in found.facts]


def test_m05_a_rule_cites_the_assignment_and_what_the_fields_held_then() -> None:
    """The rating became Hot at 30 and Cold again after the cycle had begun."""
    desk = assigned(60, settings=SETTINGS).holds(Rating="Cold", Tier__c="A")
    desk.change(30, "Rating", "Cold", "Hot", ALICE, LEAD).change(90, "Rating", "Hot", "Cold", ALICE, LEAD)

    assert cited(desk, "It is P1") == [("LeadHistory", "Rating", 30, "Hot"), ASSIGNED]
    assert cited(desk, "A target account") == [("Lead", "Tier__c", 0, "A"), ASSIGNED]


def test_m05_no_priority_cites_what_no_rule_held_for() -> None:
    assert cited(assigned(60, settings=SETTINGS).holds(Rating="Cold"), "no priority") == [
        ("Lead", "Rating", 0, "Cold"),
        ASSIGNED,
    ]


def test_m05_an_account_s_field_is_the_account_s() -> None:
    account = "001000000000001AAA"
    rule = {"all": [{"field": "Account.Tier__c", "operator": "is", "value": "A"}]}
    desk = assigned(60, settings=model(lead_types={"target_account": rule}))
    desk.holds(AccountId=account).holds(account, Tier__c="A")

    assert set(cited(desk, "A target account")) == {("Account", "Tier__c", 60, "A"), ASSIGNED}


def test_m05_of_an_account_that_nobody_has_there_is_nothing_to_cite() -> None:
    rule = {"all": [{"field": "Account.Tier__c", "operator": "is", "value": "A"}]}
    desk = assigned(60, settings=model(lead_types={"priorities": {"P1": rule}})).holds(AccountId=None)

    assert cited(desk, "no priority") == [ASSIGNED]


def test_m05_a_rule_about_what_was_decided_before_cites_what_that_stands_on() -> None:
    tier = {"all": [{"field": "Tier__c", "operator": "is", "value": "A"}]}
    asks = [
        {"field": "path", "operator": "is", "value": "inbound"},
        {"field": "target_account", "operator": "is", "value": "true"},
        {"field": "relation", "operator": "is", "value": "open_opportunity"},
    ]
    settings = model(lead_types={"target_account": tier, "priorities": {"P1": {"all": asks}}})
    desk = assigned(60, settings=settings).holds(Tier__c="A").deal(10, owner_id=BOB)

    assert set(cited(desk, "It is P1")) == {
        ("Lead", "LeadSource", 0, "Web"),
        ("Lead", "Tier__c", 0, "A"),
        ("Opportunity", "CreatedDate", 10, None),
        ASSIGNED,
    }


def test_r054_where_it_should_have_gone_cites_the_opportunity_and_the_assignment_to_whom_it_went() -> None:
    desk = assigned(60, settings=SETTINGS).holds(Rating="Hot").deal(10, owner_id=BOB)

    assert set(cited(desk, "should have gone to Bob")) == {
        ("Opportunity", "CreatedDate", 10, None),
        ASSIGNED,
        ("LeadHistory", "Owner", 60, ALICE),
    }


def test_r054_who_held_the_person_later_is_no_ground_for_where_it_went_nor_is_a_rule_that_asks_something_else() -> (
    None
):
    customer = {"all": [{"field": "Type", "operator": "is", "value": "Customer"}]}
    hot = {"all": [{"field": "Rating", "operator": "is", "value": "Hot"}]}
    settings = model(lead_types={"customer": customer, "priorities": {"P1": hot}})
    desk = assigned(60, settings=settings).holds(Rating="Hot", Type="Prospect").deal(10, owner_id=BOB)
    desk.owner(90, ALICE, BOB)

    assert set(cited(desk, "should have gone to Bob")) == {
        ("Opportunity", "CreatedDate", 10, None),
        ASSIGNED,
        ("LeadHistory", "Owner", 60, ALICE),
    }
    assert set(cited(desk, "It is P1")) == {("Lead", "Rating", 0, "Hot"), ASSIGNED}


def test_r055_customers_by_a_rule_cite_what_it_read() -> None:
    rule = {"all": [{"field": "Type", "operator": "is", "value": "Customer"}]}
    desk = assigned(60, settings=model(lead_types={"customer": rule})).holds(Type="Customer")

    assert cited(desk, "was a customer") == [("Lead", "Type", 0, "Customer"), ASSIGNED]


def told(desk: Desk) -> list[str]:
    (sentences,) = desk.explained()
    return [sentence.text for sentence in sentences if sentence.topic is Topic.TYPE]


def test_each_rule_that_held_says_so() -> None:
    assert told(assigned(0, settings=SETTINGS).holds(Rating="Hot", Tier__c="A")) == [
        "It is P1, because Rating is one of Hot, Warm.",
        "A target account, because Tier__c is A.",
    ]


def test_no_rule_held() -> None:
    assert told(assigned(0, settings=SETTINGS).holds(Rating="Cold")) == [
        "It has no priority: no rule for one held when the cycle began."
    ]


def test_r054_whom_it_should_have_gone_to() -> None:
    desk = assigned(60, settings=SETTINGS).holds(Rating="Hot").deal(10, owner_id=BOB)

    assert told(desk)[1:] == [
        "An opportunity was open when the cycle began, so it should have gone to Bob, but it went to Alice."
    ]


def test_r055_and_it_did() -> None:
    desk = assigned(DAY, settings=SETTINGS).holds(Rating="Hot").deal(10, 60, is_won=True, owner_id=ALICE)

    assert told(desk)[1:] == [
        "The person, or the company, was a customer when the cycle began, so it should have gone to Alice, and it did."
    ]
