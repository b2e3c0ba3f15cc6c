"""A person's story, moment by moment: what happened, by whom, and which fact tells of it."""

from __future__ import annotations

from typing import Any

from leadmodel.lifecycle.facts import DealEnd, Horizon, Tracked
from leadmodel.lifecycle.moments import Mark, Moment, tell
from tests.lifecycle.desk import (
    ALICE,
    BOB,
    CONTACT,
    DAY,
    LEAD,
    OTHER,
    ROUTER,
    TOOL,
    Desk,
    assigned,
    at,
    minutes,
    model,
    name_of,
)

WITH_REASONS = model(reasons={"nurture_field": "Nurture__c"})


def moments(desk: Desk) -> list[Moment]:
    """The only person's story, earliest first."""
    person, teller = desk.traced()
    return tell(person, teller.grounds, name_of)[::-1]


def told(desk: Desk) -> list[tuple[float | None, Mark, str, int | None]]:
    """Minute, mark, text and cycle of each moment."""
    return [(minutes(one.at), one.mark, one.text, one.cycle) for one in moments(desk)]


def detail(desk: Desk, text: str) -> str:
    """What stands beside the only moment with this text."""
    (found,) = [one.detail for one in moments(desk) if one.text == text]
    return found


def nurtured_and_back() -> Desk:
    """Alice, then Bob; nurture for a reason; back too early by hand, and closed by the router."""
    desk = assigned(5, owner=BOB, settings=WITH_REASONS, nurture_reason="No time")
    desk.changes[-1] = desk.changes[-1]._replace(new=ALICE)
    desk.owner(20, ALICE, BOB, by=ALICE).call(30, BOB).call(40, BOB).call(45, TOOL)
    desk.change(60, Tracked.NURTURE_REASON, None, "No time", BOB, LEAD).status(60, "Assigned", "Nurture", BOB)
    desk.status(5 * DAY, "Nurture", "Assigned", ALICE)
    return desk.status(6 * DAY, "Assigned", "Unqualified", ROUTER)


def test_a_story_is_told_from_its_beginning_to_its_end() -> None:
    assert told(nurtured_and_back()) == [
        (0, Mark.QUIET, "First known in Salesforce", None),
        (5, Mark.START, "Assigned to Alice by the router", 1),
        (20, Mark.HAND_OVER, "Handed over to Bob", 1),
        (30, Mark.TOUCH, "First touch · Bob", 1),
        (40, Mark.TOUCH, "Touch · Bob", 1),
        (45, Mark.QUIET, "Activity · nobody", None),
        (60, Mark.END, "Nurture: No time", 1),
        (5 * DAY, Mark.START, "Assigned to Bob by Alice", 2),
        (6 * DAY, Mark.END, "Unqualified", 2),
    ]


def test_beside_each_moment_stands_why() -> None:
    desk = nurtured_and_back()
    assert detail(desk, "Assigned to Alice by the router") == "the status entered an Assigned one"
    assert detail(desk, "Handed over to Bob") == ""
    assert detail(desk, "First touch · Bob") == "a touch"
    assert detail(desk, "Activity · nobody") == "not a touch: its owner is no human of the sales organisation"
    assert detail(desk, "Nurture: No time") == "by status · by Bob"
    assert detail(desk, "Assigned to Bob by Alice") == (
        "the status entered an Assigned one · was brought back by hand · before its hold had passed"
    )


def test_each_moment_opens_to_the_fact_that_tells_of_it() -> None:
    facts = [one.fact for one in moments(nurtured_and_back())]
    assert [(fact.object_name, fact.field, fact.value) for fact in facts if fact is not None] == [
        ("Lead", "CreatedDate", None),
        ("LeadHistory", "Status", "Assigned"),
        ("LeadHistory", "Owner", BOB),
        ("Task", "CreatedDate", "Call"),
        ("Task", "CreatedDate", "Call"),
        ("Task", "CreatedDate", "Call"),
        ("LeadHistory", "Status", "Nurture"),
        ("LeadHistory", "Status", "Assigned"),
        ("LeadHistory", "Status", "Unqualified"),
    ]


def test_m06_a_claim_is_told_as_one() -> None:
    desk = assigned(5).status(30, "Assigned", "Working")
    assert told(desk)[-1] == (30, Mark.QUIET, "Salesforce says Working: claimed, no touch", 1)
    fact = moments(desk)[-1].fact
    assert fact is not None
    assert (fact.field, fact.value) == ("Status", "Working")


def test_k04_a_withdrawn_cycle_is_told_as_one() -> None:
    desk = assigned(5).status(30, "Assigned", "New")
    assert told(desk)[-1][2] == "Withdrawn"
    assert detail(desk, "Withdrawn") == "the status went back to Raw · by Alice"


def test_k06_nobody_is_said_to_have_ended_a_cycle_that_a_merge_did() -> None:
    desk = assigned(20, merged_into=OTHER, deleted_at=at(90)).record(OTHER, status="Assigned", owner_id=BOB)
    assert [one.detail for one in moments(desk) if one.mark is Mark.END] == [
        "the person was merged into another whose cycle runs on"
    ]


def test_m09_a_call_after_the_end_counts_only_where_the_same_rep_logged_it_at_once() -> None:
    late = assigned(5).status(30, "Assigned", "Nurture").call(35).call(40, BOB)
    assert told(late)[2:] == [
        (30, Mark.END, "Nurture", 1),
        (35, Mark.TOUCH, "First touch · Alice", 1),
        (40, Mark.QUIET, "Activity · Bob", None),
    ]


def test_k11_a_back_dated_call_says_so() -> None:
    desk = assigned(5).call(2 * DAY, completed_at=at(6))
    assert detail(desk, "First touch · Alice") == (
        "a touch · dated more than a day before it was logged: it counts when it was logged"
    )


def test_m02_at_the_same_instant_they_are_told_in_the_order_they_count() -> None:
    """Assigned, handed over, called and disposed of in one save."""
    desk = assigned(5, owner=BOB).owner(9, ALICE, BOB).call(9, BOB)
    desk.changes[1] = desk.changes[1]._replace(new=ALICE)
    desk.status(9, "Assigned", "Nurture", BOB).call(9, TOOL)
    assert [mark for minute, mark, _, _ in told(desk) if minute == 9] == [
        Mark.HAND_OVER,
        Mark.QUIET,
        Mark.TOUCH,
        Mark.END,
    ]
    again = assigned(5).call(20).status(30, "Assigned", "Nurture").call(60 * DAY, TOOL)
    again.status(60 * DAY, "Nurture", "Assigned", ROUTER).owner(60 * DAY, ALICE, BOB)
    assert [mark for minute, mark, _, _ in told(again) if minute == 60 * DAY] == [Mark.START, Mark.QUIET]


def test_m04_somebody_is_known_since_the_first_of_their_records() -> None:
    desk = assigned(5, converted_to=CONTACT, converted_at=at(60), converted_by=ALICE)
    desk.record(CONTACT, 60, status=None, owner_id=ALICE, created_by=ALICE)
    first = moments(desk)[0]
    assert first.fact is not None
    assert (minutes(first.at), first.fact.record_id) == (0, LEAD)


def test_m08_an_end_is_told_as_it_was_then_and_each_amendment_when_it_was_made() -> None:
    desk = assigned(5, settings=WITH_REASONS).call(20).status(60, "Assigned", "Qualified", BOB)
    desk.change(3 * DAY, Tracked.NURTURE_REASON, None, "No time", ALICE, LEAD)
    desk.status(3 * DAY, "Qualified", "Nurture").status(4 * DAY, "Nurture", "Nurture")

    assert told(desk)[3:] == [
        (60, Mark.END, "Qualified", 1),
        (3 * DAY, Mark.END, "Nurture: No time", None),
    ], "what changed nothing is no moment"
    assert detail(desk, "Nurture: No time") == "amends how cycle 1 ended · by Alice"
    amended = moments(desk)[-1].fact
    assert amended is not None
    assert (amended.at, amended.value) == (at(3 * DAY), "Nurture")


def test_m04_a_conversion_is_told() -> None:
    def converted(**more: Any) -> Desk:
        desk = assigned(5, converted_to=CONTACT, converted_at=at(60), converted_by=BOB, **more)
        return desk.record(CONTACT, 60, status=None, owner_id=ALICE, created_by=BOB)

    by_stage = model(qualified={"by": "opportunity", "stages": {"meeting_scheduled": ["Meeting"]}})
    assert told(converted(settings=by_stage))[2:] == [(60, Mark.QUIET, "Converted by Bob", None)]
    assert told(converted())[2:] == [
        (60, Mark.QUIET, "Converted by Bob", None),
        (60, Mark.END, "Qualified", 1),
    ]


def test_k06_a_merge_is_told() -> None:
    desk = assigned(20, merged_into=OTHER, deleted_at=at(90)).record(OTHER, status="New", owner_id=BOB)
    assert (90, Mark.QUIET, "Merged with another record", None) in told(desk)


def test_m08_how_far_opportunities_got_is_told_once() -> None:
    desk = Desk(
        settings=model(
            qualified={"by": "opportunity", "stages": {"pipeline": ["Proposal"]}, "definition": "pipeline"}
        )
    )
    desk.record(CONTACT, status="Assigned").reached(60, "Proposal", record_id=CONTACT)
    desk.reached(90, "Closed Won", DealEnd.WON, record_id=CONTACT).reached(
        90, "Closed Won", DealEnd.WON, record_id=CONTACT
    )
    assert [text for _, _, text, _ in told(desk)][-2:] == ["Qualified", "Opportunity: Closed Won"]


def test_m03_as_of_an_instant_nothing_later_is_told() -> None:
    person, teller = assigned(5).reached(90, "Proposal").traced()
    assert [one.text for one in tell(person, teller.grounds, name_of) if one.at > at(80)] == [
        "Opportunity: Proposal"
    ]
    later = tell(person, teller.grounds, name_of, Horizon(as_of=at(80)))
    assert [one.text for one in later if one.at > at(80)] == []
