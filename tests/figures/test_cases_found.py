"""Cases in which the product and the independent SQL once differed; the rules decided for the SQL."""

from __future__ import annotations

from leadmodel.lifecycle.stages import Ending, Outcome
from tests.lifecycle.desk import (
    ALICE,
    BOB,
    CONTACT,
    LEAD,
    OLGA,
    OTHER,
    QUEUE,
    ROUTER,
    Desk,
    assigned,
    at,
    minutes,
    model,
)

PULLING = model(
    assignment={"status": True, "outbound_pull": True},
    paths={"inbound_sources": ["Web"], "outbound_teams": ["Outbound"]},
)


def test_k05_k08_unmapped_status_on_the_way_hides_no_slip() -> None:
    desk = assigned(0).call(5).status(50, "Assigned", "On Hold").status(60, "On Hold", "Unqualified")
    desk.status(62, "Unqualified", "On Hold").status(64, "On Hold", "Working").status(
        90, "Working", "Nurture"
    )

    assert (desk.cycle().outcome, minutes(desk.cycle().closed_at)) == (Outcome.NURTURE, 90)


def test_k05_going_on_to_assigned_after_a_slip_is_an_assignment() -> None:
    desk = Desk().record(status="Assigned").status(30, "Working", "Nurture").status(35, "Nurture", "Assigned")

    assert minutes(desk.cycle().assigned_at) == 35


def merged() -> Desk:
    """Assigned at 0; a double assigned at 20 is merged into it at 40; Alice disposes at 60."""
    desk = assigned(0)
    desk.record(OTHER, 10, merged_into=LEAD, deleted_at=at(40), status="Assigned")
    return desk.status(20, "New", "Assigned", ROUTER, OTHER).status(60, "Assigned", "Nurture")


def test_k06_m09_late_call_belongs_to_the_cycle_that_ran_on() -> None:
    ran_on, ended = merged().call(70).person().cycles

    assert ended.ending is Ending.MERGED
    assert (ran_on.touch_count, minutes(ran_on.first_touch_at)) == (1, 60)


def test_k06_m08_later_disposition_amends_the_cycle_that_ran_on() -> None:
    ran_on, _ = merged().status(80, "Nurture", "Qualified").person().cycles

    assert ran_on.outcome is Outcome.QUALIFIED


def test_k03_conversion_out_of_a_queue_opens_no_cycle_for_the_contacts_owner() -> None:
    desk = Desk(settings=model(assignment={"status": True, "owner": True}))
    desk.record(converted_to=CONTACT, converted_at=at(90), converted_by=ALICE, owner_id=QUEUE)
    desk.record(CONTACT, 90, owner_id=ALICE, status=None)

    assert desk.person().cycles == []


def test_m09_late_call_finds_its_cycle_behind_a_colleagues_short_one() -> None:
    desk = assigned(0).status(60, "Assigned", "Nurture").status(62, "Nurture", "Assigned", ROUTER)
    first, second = desk.status(65, "Assigned", "Unqualified", BOB).call(70, ALICE).person().cycles

    assert (first.touch_count, second.touch_count) == (1, 0)


def test_m05_m09_nothing_is_pulled_within_the_window_of_any_disposition() -> None:
    desk = (
        assigned(0, settings=PULLING)
        .status(60, "Assigned", "Nurture")
        .status(62, "Nurture", "Assigned", ROUTER)
    )
    desk.status(64, "Assigned", "New", BOB)

    assert len(desk.call(70, OLGA).person().cycles) == 2
    assert len(desk.call(76, OLGA).person().cycles) == 3


def test_k06_m12_first_touch_at_the_merge_falls_into_the_span_that_begins_there() -> None:
    desk = assigned(0, merged_into=OTHER, deleted_at=at(40)).record(OTHER, 10, owner_id=BOB)
    spans = desk.call(40, record=OTHER).person().cycles[0].spans

    assert [(span.holder, span.is_touched) for span in spans] == [(ALICE, False), (BOB, True)]
