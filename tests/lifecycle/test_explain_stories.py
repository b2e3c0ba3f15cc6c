"""Whole explanations, sentence by sentence: what is said, and what is left unsaid."""

from __future__ import annotations

from leadmodel.lifecycle.facts import Response, Tracked
from tests.lifecycle.desk import (
    ALICE,
    BOB,
    DAY,
    LEAD,
    OLGA,
    OTHER,
    ROUTER,
    TOOL,
    Desk,
    assigned,
    at,
    model,
)

SETTINGS = model(reasons={"nurture_field": "Nurture__c", "unqualified_field": "Why__c"})
NO_HUMAN = "not a touch: its owner is no human of the sales organisation."


def told(desk: Desk, cycle: int = 1) -> list[str]:
    """Rule and sentence of all that is said of a cycle, beside how it began."""
    sentences = desk.explained()[cycle - 1]
    assert sentences[0].text.startswith(f"Cycle {cycle} began on minute ")
    return [f"{one.rule} {one.text}" for one in sentences[1:]]


def test_m06_somebody_who_is_only_claimed() -> None:
    assert told(assigned(5, source=None).status(30, "Assigned", "Working")) == [
        "M5 It is inbound, by a source that nothing tells.",
        "M12 Alice held the person since minute 5, until now.",
        "M6 Salesforce says Working since minute 30: claimed, but no touch.",
        "M6 No activity since then counts as a touch, so nobody works on it.",
        "M8 No disposition since.",
    ]


def test_m06_a_touch_makes_a_claim_true() -> None:
    assert told(assigned(5).status(30, "Assigned", "Working").call(40)) == [
        "M5 It is inbound, by the source Web.",
        "M12 Alice held the person since minute 5, until now.",
        "M6 Alice's touch on minute 40 is the first that counts: 1 in all.",
        "M8 No disposition since.",
    ]


def test_m12_each_of_several_holders_has_a_stretch() -> None:
    assert told(assigned(5).owner(10, ALICE, BOB).owner(20, BOB, OLGA))[1:4] == [
        "M12 Alice held the person since minute 5, until minute 10, when Bob got them.",
        "M12 Bob held the person since minute 10, until minute 20, when Olga got them.",
        "M12 Olga held the person since minute 20, until now.",
    ]


def test_m09_activities_are_told_by_what_they_count_as_and_how_many() -> None:
    desk = assigned(5).call(20, subject="[Tool] A").call(21, subject="[Tool] B").call(25).call(28)
    desk.status(30, "Assigned", "Nurture").call(35).call(36).call(2 * DAY, BOB)
    assert told(desk)[1:] == [
        "M12 Alice held the person since minute 5, until it ended.",
        "M6 Alice's touch on minute 25 is the first that counts: 4 in all.",
        "M9 2 activities: logged shortly after the same rep's disposition: it counts, at the disposition's time.",
        "M7 2 activities: not a touch: its subject is an engagement tool's.",
        "M9 1 activity: counted in no cycle: none was open.",
        "M8 It ended on minute 30 by Alice: by status.",
        "M8 The disposition is nurture, with no reason given.",
    ]


def test_m13_what_is_no_touch_belongs_to_the_cycle_it_came_in() -> None:
    """Also between the two; one at the instant of the second assignment is of the second."""
    desk = assigned(5).call(5, TOOL).call(20).status(30, "Assigned", "Qualified").call(40, TOOL)
    desk.status(100 * DAY, "Qualified", "Assigned", ROUTER).call(100 * DAY, TOOL).call(101 * DAY, TOOL)
    desk.call(102 * DAY, TOOL).call(1, TOOL)
    assert told(desk)[1:] == [
        "M12 Alice held the person since minute 5, until it ended.",
        "M6 Alice's touch on minute 20 is the first that counts: 1 in all.",
        f"M7 2 activities: {NO_HUMAN}",
        "M8 It ended on minute 30 by Alice: by status.",
        "M8 The disposition is qualified.",
    ]
    assert told(desk, 2)[1:] == [
        "M13 The person came back by a machine's timed return.",
        "M12 Alice held the person since minute 144000, until now.",
        f"M7 3 activities: {NO_HUMAN}",
        "M6 No activity since then counts as a touch, so nobody works on it.",
        "M8 No disposition since.",
    ]


def test_m08_m13_a_disposition_is_amended_and_the_person_comes_back_against_it() -> None:
    desk = assigned(5, settings=SETTINGS, nurture_reason="Late", unqualified_reason="Spam").call(20)
    desk.change(25, Tracked.NURTURE_REASON, None, "Late", ALICE, LEAD).status(30, "Assigned", "Nurture")
    desk.change(35, Tracked.UNQUALIFIED_REASON, None, "Spam", ALICE, LEAD)
    desk.status(40, "Nurture", "Unqualified").status(60, "Unqualified", "Assigned", BOB)
    first, second = desk.explained()
    assert told(desk)[3:] == [
        "M8 It ended on minute 30 by Alice: by status.",
        "M8 The disposition is unqualified, for the reason “Spam”.",
        "M8 The disposition was amended afterwards, before any next assignment; the last one tells.",
    ]
    assert told(desk, 2)[1:3] == [
        "M13 The person was brought back by hand.",
        "M13 That broke a hold: the cycle before ended as unqualified, and unqualified people do not come back.",
    ]
    reason, broken = (one.facts for one in (first[-2], second[3]))
    assert [fact.value for fact in reason] == ["Nurture", "Unqualified", "Spam"]
    assert [fact.value for fact in broken] == ["Unqualified", "Assigned"], "not what it was before"


def test_m13_after_the_hold_nothing_is_broken() -> None:
    desk = assigned(5).call(20).status(30, "Assigned", "Nurture")
    desk.status(30 + 90 * DAY, "Nurture", "Assigned", ROUTER)
    assert told(desk, 2)[1:3] == [
        "M13 The person came back by a machine's timed return.",
        f"M12 Alice held the person since minute {30 + 90 * DAY}, until now.",
    ]


def test_k04_a_withdrawn_cycle_has_no_disposition() -> None:
    assert told(assigned(5).call(20).status(30, "Assigned", "New"))[3:] == [
        "K4 It ended on minute 30 by Alice: the status went back to Raw."
    ]


def test_k06_a_merge_ends_the_cycle_that_was_assigned_later_and_names_nobody() -> None:
    """Nor did the person come back: the first one ran on."""
    desk = assigned(20, merged_into=OTHER, deleted_at=at(90)).record(OTHER, status="Assigned", owner_id=BOB)
    desk.responses.append(Response(OTHER, "701000000000001AAA", at(10)))
    _, second = desk.explained()
    assert told(desk, 2)[1:] == [
        "M12 Alice held the person since minute 20, until it ended.",
        "M11 It was closed with no touch before, and by no human: nobody picked it up.",
        "K6 It ended on minute 90: the person was merged into another whose cycle runs on.",
    ]
    assert [fact.field for fact in second[2].facts] == ["Owner", "MasterRecordId"]
