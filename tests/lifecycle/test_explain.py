"""Why a cycle is what it is: each sentence with its rule and the facts that decided (M2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from leadmodel.lifecycle.cited import Fact
from leadmodel.lifecycle.explain import Sentence
from leadmodel.lifecycle.facts import Change, Response, Tracked
from tests.lifecycle.desk import (
    ALICE,
    BOB,
    BY_PIPELINE,
    CONTACT,
    DAY,
    LEAD,
    OLGA,
    OTHER,
    QUEUE,
    ROUTER,
    TOOL,
    Desk,
    assigned,
    at,
    minutes,
    model,
)

REASONS = {"nurture_field": "Nurture__c"}


def only(sentences: list[Sentence], words: str) -> Sentence:
    (found,) = [sentence for sentence in sentences if words in sentence.text]
    return found


def told(sentence: Sentence) -> list[tuple[str, str, float | None, str | None]]:
    """Object, field, minute and value of each fact."""
    return [(fact.object_name, fact.field, minutes(fact.at), fact.value) for fact in sentence.facts]


def test_m05_the_opening_stands_on_the_history_row_of_the_status() -> None:
    (sentences,) = assigned(5).explained()
    opening = only(sentences, "Cycle 1 began on minute 5, because the status entered an Assigned one.")

    assert opening.rule == "M5"
    assert opening.facts == (
        Fact("LeadHistory", "017000000000000AAA", LEAD, "Status", at(5), at(5), "New", "Assigned"),
    )
    assert told(only(sentences, "It is inbound, by the source Web.")) == [
        ("Lead", "LeadSource", 0, "Web"),
        ("LeadHistory", "Status", 5, "Assigned"),
    ]
    assert told(only(sentences, "No disposition since")) == [("LeadHistory", "Status", 5, "Assigned")]


def test_m05_created_assigned_stands_on_the_record() -> None:
    (sentences,) = Desk().record(status="Assigned", owner_id=ALICE).explained()

    assert told(only(sentences, "began")) == [("Lead", "Status", 0, "Assigned")]


def test_m05_an_assigned_date_was_learned_when_it_was_set() -> None:
    settings = model(assignment={"status": False, "assigned_date_field": "Assigned__c"})
    desk = Desk(settings=settings).record(owner_id=ALICE, assigned_date=at(30))
    (sentences,) = desk.change(40, Tracked.ASSIGNED_DATE, None, at(30).isoformat(), BOB, LEAD).explained()
    (fact,) = only(sentences, "because the Assigned Date was set").facts

    assert (fact.object_name, fact.field) == ("LeadHistory", "Assigned__c")
    assert (minutes(fact.at), minutes(fact.learned_at)) == (30, 40)


def test_m05_an_outbound_pull_stands_on_the_touch() -> None:
    settings = model(
        assignment={"outbound_pull": True}, paths={"outbound_teams": ["Outbound"], "inbound_sources": ["Web"]}
    )
    (sentences,) = Desk(settings=settings).record(owner_id=OLGA).call(9, OLGA).explained()

    assert told(only(sentences, "pulled the person")) == [("Task", "CreatedDate", 9, "Call")]
    assert told(only(sentences, "It is outbound")) == [("Task", "CreatedDate", 9, "Call")]


def test_m02_what_was_seen_between_two_reads_is_the_record_s() -> None:
    desk = Desk().record(status="Assigned", owner_id=ALICE)
    desk.changes.append(
        Change(LEAD, Tracked.STATUS, at(20), None, "New", "Assigned", "Seen", "7", since=at(10))
    )
    (sentences,) = desk.explained()
    (fact,) = only(sentences, "began").facts

    assert (fact.object_name, fact.fact_id, fact.field) == ("Lead", LEAD, "Status")


def test_m12_each_span_s_end_stands_on_the_change_of_owner() -> None:
    (sentences,) = assigned(5).owner(60, ALICE, BOB).call(70, BOB).explained()

    assert told(only(sentences, "Alice held the person since minute 5, until minute 60, when Bob got")) == [
        ("LeadHistory", "Owner", 5, ALICE),
        ("LeadHistory", "Owner", 60, BOB),
    ]


def test_m12_who_came_after_the_answer_owed_none() -> None:
    (sentences,) = assigned(5).call(30).owner(60, ALICE, BOB).explained()

    assert "nothing was owed any more" in only(sentences, "Bob held the person").text
    assert "nothing was owed" not in only(sentences, "Alice held the person").text


def test_m06_working_stands_on_the_touches() -> None:
    (sentences,) = assigned(5).call(30).call(45, created_at=at(46)).explained()
    working = only(sentences, "Alice's touch on minute 30 is the first that counts: 2 in all.")

    assert working.rule == "M6"
    assert told(working) == [("Task", "CreatedDate", 30, "Call"), ("Task", "CompletedDateTime", 45, "Call")]
    assert [minutes(fact.learned_at) for fact in working.facts] == [30, 46]


@pytest.mark.parametrize(
    ("values", "words", "rule"),
    [
        ({"by": TOOL}, "its owner is no human", "M7"),
        ({"subject": "[Tool] Hello"}, "an engagement tool's", "M7"),
        ({"subtype": "ListEmail"}, "its subtype is an automatic one", "M7"),
        ({"subject": "[In] Hello"}, "it came from the person", "M7"),
        ({"is_done": False, "completed_at": None}, "the task is not completed", "M7"),
    ],
)
def test_m07_what_is_no_touch_says_so_with_the_activity(
    values: dict[str, Any], words: str, rule: str
) -> None:
    (sentences,) = assigned(5).call(30, **values).explained()
    sentence = only(sentences, words)

    assert (sentence.rule, [fact.object_name for fact in sentence.facts]) == (rule, ["Task"])
    assert told(only(sentences, "No activity since then counts")) == [
        ("LeadHistory", "Status", 5, "Assigned")
    ]


def test_m09_a_call_after_the_disposition_says_why_it_belongs_to_no_cycle() -> None:
    (sentences,) = assigned(5).status(30, "Assigned", "Nurture").call(35, BOB).explained()
    sentence = only(sentences, "none was open")

    assert (sentence.rule, told(sentence)) == ("M9", [("Task", "CreatedDate", 35, "Call")])


def test_m09_a_call_logged_late_is_named() -> None:
    (sentences,) = assigned(5).status(30, "Assigned", "Nurture").call(35).explained()

    assert only(sentences, "logged shortly after").rule == "M9"


def test_k11_a_back_dated_call_is_named() -> None:
    (sentences,) = assigned(5).call(2 * DAY, completed_at=at(6)).explained()

    assert only(sentences, "dated long before").rule == "K11"


def test_m08_the_disposition_stands_on_its_status_and_its_reason() -> None:
    desk = assigned(5, settings=model(reasons=REASONS), nurture_reason="No budget").call(20)
    desk.change(25, Tracked.NURTURE_REASON, None, "No budget", ALICE, LEAD)
    (sentences,) = desk.status(30, "Assigned", "Nurture").explained()

    assert told(only(sentences, "It ended on minute 30 by Alice: by status.")) == [
        ("LeadHistory", "Status", 30, "Nurture")
    ]
    assert told(only(sentences, "The disposition is nurture, for the reason “No budget”.")) == [
        ("LeadHistory", "Status", 30, "Nurture"),
        ("LeadHistory", "Nurture__c", 25, "No budget"),
    ]


def test_m08_an_amendment_stands_on_both_statuses() -> None:
    desk = assigned(5).call(20).status(30, "Assigned", "Qualified").status(40, "Qualified", "Nurture")
    (sentences,) = desk.explained()

    assert told(only(sentences, "amended afterwards")) == [
        ("LeadHistory", "Status", 30, "Qualified"),
        ("LeadHistory", "Status", 40, "Nurture"),
    ]
    assert told(only(sentences, "It stays counted as qualified")) == [
        ("LeadHistory", "Status", 30, "Qualified")
    ]


def test_m08_by_an_opportunity() -> None:
    desk = assigned(5, settings=model(qualified=BY_PIPELINE)).call(20).reached(50, "Pipeline")
    (sentences,) = desk.explained()

    assert told(only(sentences, "by the opportunity's stage")) == [
        ("Opportunity", "StageName", 50, "Pipeline")
    ]


def test_m10_and_m11_who_closed_it_untouched() -> None:
    (bypassed,) = assigned(5).status(30, "Assigned", "Nurture").explained()
    (by_machine,) = assigned(5).status(30, "Assigned", "Nurture", TOOL).explained()

    assert only(bypassed, "Alice closed it without any counted touch").rule == "M10"
    assert only(by_machine, "by no human").rule == "M11"
    assert told(only(by_machine, "by no human")) == [("LeadHistory", "Status", 30, "Nurture")]


def test_k03_k04_k06_other_endings_name_their_rule() -> None:
    (withdrawn,) = assigned(5).status(30, "Assigned", "New").explained()
    converted = assigned(5, converted_to=CONTACT, converted_at=at(60), converted_by=ALICE)
    (qualified,) = converted.record(CONTACT, 60, status=None, owner_id=ALICE).explained()
    loser = assigned(20, merged_into=OTHER, deleted_at=at(90))
    loser.record(OTHER, status="Assigned", owner_id=BOB)
    _, merged = loser.explained()

    assert only(withdrawn, "It ended").rule == "K4"
    assert told(only(qualified, "It ended")) == [("Lead", "ConvertedContactId", 60, CONTACT)]
    assert only(qualified, "It ended").rule == "K3"
    assert told(only(merged, "It ended")) == [("Lead", "MasterRecordId", 90, OTHER)]
    assert only(merged, "It ended").rule == "K6"


def test_m13_coming_back_stands_on_what_the_person_did() -> None:
    desk = (
        assigned(5).call(20).status(30, "Assigned", "Nurture").status(5 * DAY, "Nurture", "Assigned", ROUTER)
    )
    desk.responses.append(Response(LEAD, "701000000000001AAA", at(4 * DAY)))
    _, second = desk.explained()

    assert told(only(second, "came back by an action of their own")) == [
        ("CampaignMember", "CreatedDate", 4 * DAY, None)
    ]
    broken = only(second, "That broke a hold: 90 days of nurture had not passed since minute 30.")
    assert told(broken) == [
        ("LeadHistory", "Status", 30, "Nurture"),
        ("LeadHistory", "Status", 5 * DAY, "Assigned"),
    ]


def test_without_a_cycle_the_record_or_its_status_tells() -> None:
    (raw,) = Desk().record(owner_id=QUEUE).explained()
    (nurture,) = Desk().record(owner_id=QUEUE, status="Nurture").explained()

    assert told(raw[0]) == [("Lead", "CreatedDate", 0, None)]
    assert told(nurture[0]) == [("Lead", "Status", 0, "Nurture")]


def test_every_sentence_but_of_an_absence_can_be_opened() -> None:
    absences = ("No disposition since.", "No activity since then counts as a touch")
    (sentences,) = assigned(5).call(30, TOOL).explained()

    assert all(isinstance(fact.learned_at, datetime) for one in sentences for fact in one.facts)
    assert [one.text for one in sentences if not one.facts and not one.text.startswith(absences)] == []
