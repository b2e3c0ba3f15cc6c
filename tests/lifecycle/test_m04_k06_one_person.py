"""M4 and K6: Lead and Contact are one person; merged people are two until they are one."""

from __future__ import annotations

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


def test_k07_deleted_person_keeps_past_figures() -> None:
    person = assigned(0, deleted_at=at(200)).call(10).person()

    assert person.is_deleted
    assert not assigned(0, deleted_at=at(200)).person(as_of=150).is_deleted
    assert person.cycles[0].touch_count == 1
