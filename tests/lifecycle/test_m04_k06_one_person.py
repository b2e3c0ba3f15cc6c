"""M4 and K6: Lead and Contact are one person; merged people are two until they are one."""

from __future__ import annotations

from typing import Any

import pytest

from leadmodel.lifecycle.joins import created_by_conversion, joins_of
from leadmodel.lifecycle.stages import Ending, Outcome, Stage
from tests.lifecycle.desk import (
    ALICE,
    BOB,
    BY_PIPELINE,
    CONTACT,
    LEAD,
    OTHER,
    QUEUE,
    ROUTER,
    Desk,
    assigned,
    at,
    minutes,
    model,
)

BY_OPPORTUNITY = model(qualified=BY_PIPELINE)


def converted(*, contact_owner: str = ALICE) -> Desk:
    """Assigned to Alice at 0, converted at 90; the cycle runs on."""
    desk = assigned(0, settings=BY_OPPORTUNITY, converted_to=CONTACT, converted_at=at(90), converted_by=ALICE)
    return desk.record(CONTACT, 90, owner_id=contact_owner, status=None)


def test_m04_lead_and_contact_are_one_person_with_one_cycle() -> None:
    person = converted().call(10).call(120, record=CONTACT).person()

    assert person.person_id == CONTACT
    assert person.record_ids == sorted([LEAD, CONTACT])
    assert [cycle.touch_count for cycle in person.cycles] == [2]


def test_m04_activities_moved_to_the_contact_stay_in_the_cycle() -> None:
    """Salesforce moves them: the call at 10 now says Contact, which did not exist then."""
    person = converted().call(10, record=CONTACT).person()

    assert minutes(person.cycles[0].first_touch_at) == 10


def test_m04_before_the_conversion_the_lead_is_the_person() -> None:
    person = converted().call(10, record=CONTACT).person(as_of=80)

    assert (person.person_id, person.stage) == (LEAD, Stage.WORKING)


def test_m04_conversion_may_hand_over() -> None:
    cycle = converted(contact_owner=BOB).person().cycles[0]

    assert [span.holder for span in cycle.spans] == [ALICE, BOB]


def test_m04_contact_only_organisations_work_the_same() -> None:
    desk = Desk().record(CONTACT, status="Assigned", owner_id=ALICE).call(10, record=CONTACT)

    assert (desk.person().person_id, desk.person().stage) == (CONTACT, Stage.WORKING)


def merged() -> Desk:
    """LEAD assigned at 0 and OTHER at 30, each with an open cycle; OTHER merged into LEAD at 100."""
    desk = assigned(0).record(
        OTHER, 10, status="Assigned", owner_id=BOB, deleted_at=at(100), merged_into=LEAD, source="Web"
    )
    desk.status(30, "New", "Assigned", ROUTER, OTHER)
    return desk.owner(30, QUEUE, BOB, ROUTER, OTHER)


def test_k06_two_people_before_the_merge() -> None:
    assert [person.person_id for person in merged().persons(as_of=99)] == [LEAD, OTHER]


def test_k06_cycle_assigned_first_runs_on_and_the_other_ends_as_merged() -> None:
    person = merged().person()

    first, second = person.cycles
    assert (minutes(first.assigned_at), first.outcome) == (0, Outcome.OPEN)
    assert (minutes(second.assigned_at), second.outcome, second.ending) == (
        30,
        Outcome.WITHDRAWN,
        Ending.MERGED,
    )
    assert minutes(second.closed_at) == 100


def test_k06_losers_earlier_cycle_runs_on_under_the_winners_holder() -> None:
    desk = Desk().record(LEAD, 0, status="Assigned", owner_id=ALICE).status(50, "New", "Assigned", ROUTER)
    desk.owner(50, QUEUE, ALICE)
    desk.record(OTHER, 0, status="Assigned", owner_id=BOB, deleted_at=at(100), merged_into=LEAD)
    desk.status(20, "New", "Assigned", ROUTER, OTHER).owner(20, QUEUE, BOB, ROUTER, OTHER)

    first, second = desk.person().cycles

    assert (minutes(first.assigned_at), first.outcome, second.ending) == (20, Outcome.OPEN, Ending.MERGED)
    assert [span.holder for span in first.spans] == [BOB, ALICE]


def test_k06_winner_has_both_pasts() -> None:
    desk = merged().status(40, "Assigned", "Nurture", BOB, OTHER)

    assert [cycle.outcome for cycle in desk.person().cycles] == [Outcome.OPEN, Outcome.NURTURE]


def test_k06_losers_calls_moved_to_the_winner_find_their_cycle() -> None:
    """Only OTHER had a cycle open at 40; Salesforce now says the call was on LEAD."""
    desk = Desk().record(LEAD, 0)
    desk.record(OTHER, 10, status="Assigned", owner_id=BOB, deleted_at=at(100), merged_into=LEAD)
    desk.status(30, "New", "Assigned", ROUTER, OTHER).call(40, BOB, record=LEAD)

    assert [cycle.touch_count for cycle in desk.person().cycles] == [1]


def test_k06_a_call_moved_through_two_merges_finds_its_cycle() -> None:
    """OTHER, which alone was worked, went into THIRD, and THIRD into LEAD, which has the call now."""
    third = "00Q000000000003AAA"
    desk = Desk().record(LEAD, 0).record(third, 0, deleted_at=at(200), merged_into=LEAD)
    desk.record(OTHER, 10, status="Assigned", owner_id=BOB, deleted_at=at(100), merged_into=third)
    desk.status(30, "New", "Assigned", ROUTER, OTHER).call(40, BOB, record=LEAD)

    assert [cycle.touch_count for cycle in desk.person().cycles] == [1]
    owners = {one.person_id: [len(one.cycles), len(one.loose_touches)] for one in desk.persons(as_of=50)}
    assert owners == {LEAD: [0, 0], third: [0, 0], OTHER: [1, 0]}


def test_k06_a_call_that_no_cycle_was_open_for_is_of_the_record_that_has_it() -> None:
    """Also at the instant that record was made, or before it; of one made later, of the one that was there."""
    desk = Desk().record(LEAD, 20).record(OTHER, 10, deleted_at=at(100), merged_into=LEAD)
    desk.call(5).call(15).call(20).call(30)

    told = {one.person_id: [minutes(t.at) for t in one.loose_touches] for one in desk.persons(as_of=50)}

    assert told == {LEAD: [5, 20, 30], OTHER: [15]}


def test_m03_before_a_conversion_a_contact_that_was_there_is_somebody_else() -> None:
    desk = assigned(0, converted_to=CONTACT, converted_at=at(90), converted_by=ALICE)
    desk.record(CONTACT, 10, status=None, owner_id=BOB)

    assert [one.person_id for one in desk.persons(as_of=89)] == [CONTACT, LEAD]
    assert [one.person_id for one in desk.persons(as_of=90)] == [CONTACT]


def test_m04_a_join_needs_both_records_and_when_it_happened() -> None:
    gone, third = "00Q000000000008AAA", "00Q000000000003AAA"
    desk = Desk().record(CONTACT, 0).record(LEAD, 0, converted_to=CONTACT, converted_at=at(90))
    desk.record(OTHER, 0, merged_into=LEAD, deleted_at=at(50))
    desk.record(third, 0, merged_into=gone, deleted_at=at(40), converted_to=gone, converted_at=at(30))
    desk.record("00Q000000000004AAA", 0, merged_into=LEAD, converted_to=CONTACT)
    desk.record("00Q000000000005AAA", 0, deleted_at=at(20), converted_at=at(20))

    assert [(minutes(one.at), one.loser, one.winner, one.is_merge) for one in joins_of(desk.records)] == [
        (50, OTHER, LEAD, True),
        (90, LEAD, CONTACT, False),
    ]


@pytest.mark.parametrize(
    ("made", "is_its"), [(88.9, False), (89, True), (90, True), (91, True), (91.1, False)]
)
def test_m04_a_contact_made_within_a_minute_of_a_conversion_was_made_by_it(made: float, is_its: bool) -> None:
    desk = Desk().record(CONTACT, made).record(LEAD, 0, converted_to=CONTACT, converted_at=at(90))
    desk.record(OTHER, 90, merged_into=LEAD, deleted_at=at(90))
    contact, lead, _ = desk.records
    joins = joins_of(desk.records)

    assert created_by_conversion(contact, joins) == (at(90) if is_its else None)
    assert created_by_conversion(lead._replace(created_at=at(90)), joins) is None, "a merge makes nothing"


def test_k07_deleted_person_keeps_past_figures() -> None:
    person = assigned(0, deleted_at=at(200)).call(10).person()

    assert person.is_deleted
    assert not assigned(0, deleted_at=at(200)).person(as_of=150).is_deleted
    assert person.cycles[0].touch_count == 1


def test_m04_a_person_is_as_old_as_the_first_of_their_records() -> None:
    assert minutes(converted().person().created_at) == 0


def test_m04_a_touch_at_the_conversion_s_instant_is_the_next_holder_s() -> None:
    spans = converted(contact_owner=BOB).call(90).person().cycles[0].spans

    assert [(span.holder, span.is_touched) for span in spans] == [(ALICE, False), (BOB, True)]


def test_m04_a_touch_before_the_conversion_stays_with_who_held_then() -> None:
    spans = converted(contact_owner=BOB).call(60).person().cycles[0].spans

    assert [(span.holder, span.is_touched) for span in spans] == [(ALICE, True), (BOB, False)]


def test_m04_holding_for_no_time_leaves_the_touch_to_who_comes_next() -> None:
    """Assigned, called and converted at one instant: Alice held nobody for any time."""
    desk = assigned(
        90, settings=BY_OPPORTUNITY, converted_to=CONTACT, converted_at=at(90), converted_by=ALICE
    )
    spans = desk.record(CONTACT, 90, owner_id=BOB, status=None).call(90).person().cycles[0].spans

    assert [(span.holder, span.is_touched) for span in spans] == [(BOB, True)]


def test_k03_the_contact_that_a_qualifying_conversion_made_is_handed_to_nobody_before_it() -> None:
    desk = assigned(0, converted_to=CONTACT, converted_at=at(90), converted_by=ALICE)
    person = desk.record(CONTACT, 90, owner_id=BOB, status=None).person()

    assert [span.holder for span in person.cycles[0].spans] == [ALICE]
    assert person.holder == BOB


def test_k03_a_conversion_that_qualifies_assigns_nobody() -> None:
    """Also where a rep who gets somebody out of a queue is an assignment: it would be worked anew at once."""

    def cycles(**sections: Any) -> int:
        settings = model(assignment={"status": True, "owner": True}, **sections)
        desk = Desk(settings=settings).record(converted_to=CONTACT, converted_at=at(90), converted_by=ALICE)
        return len(desk.record(CONTACT, 90, owner_id=ALICE, status=None).person().cycles)

    assert cycles() == 0
    assert cycles(qualified=BY_PIPELINE) == 1


def test_k03_the_contact_copies_its_leads_status_and_tells_nothing_by_it() -> None:
    desk = assigned(0, settings=BY_OPPORTUNITY, converted_to=CONTACT, converted_at=at(90), converted_by=ALICE)

    assert desk.record(CONTACT, 90, owner_id=ALICE, status="Nurture").person().stage is Stage.ASSIGNED


def test_k04_being_created_in_raw_takes_nobody_back_to_it() -> None:
    """A Contact that was there already joins: it came as New while the Lead was being worked."""
    desk = assigned(0, settings=BY_OPPORTUNITY, converted_to=CONTACT, converted_at=at(90), converted_by=ALICE)
    person = desk.record(CONTACT, 60, owner_id=ALICE, status="New").person()

    assert [cycle.outcome for cycle in person.cycles] == [Outcome.OPEN]


def test_m04_where_either_record_came_from_is_where_the_person_came_from() -> None:
    desk = assigned(60, source=None, converted_to=CONTACT, converted_at=at(90), converted_by=ALICE)

    assert desk.record(CONTACT, 0, source="List", status=None).person().cycles[0].source == "List"
