"""In words why a lead is of its type, and whom it should have gone to."""

from __future__ import annotations

from leadmodel.lifecycle.explain import Topic
from tests.lifecycle.desk import ALICE, BOB, DAY, Desk, assigned, model

SETTINGS = model(
    lead_types={
        "target_account": {"all": [{"field": "Tier__c", "operator": "is", "value": "A"}]},
        "priorities": {
            "P1": {"any": [{"field": "Rating", "operator": "is one of", "value": ["Hot", "Warm"]}]}
        },
    }
)


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
