"""M5: which signals open a cycle."""

from __future__ import annotations

from leadmodel.lifecycle.facts import DealEnd, Response, Tracked
from leadmodel.lifecycle.stages import Outcome, Path, Stage, Trigger
from tests.lifecycle.desk import (
    ALICE,
    BOB,
    CONTACT,
    DAY,
    DIRECTORY,
    LEAD,
    OLGA,
    QUEUE,
    ROUTER,
    TOOL,
    Desk,
    assigned,
    at,
    minutes,
    model,
)

BY_OWNER = model(assignment={"status": False, "owner": True})
BY_DATE = model(assignment={"status": False, "assigned_date_field": "Assigned_Date__c"})
BY_PULL = model(
    assignment={"status": True, "outbound_pull": True},
    paths={"inbound_sources": ["Web"], "outbound_sources": ["List"], "outbound_teams": ["Outbound"]},
)


def test_status_into_assigned_opens_a_cycle_with_what_caused_it() -> None:
    cycle = assigned(10).cycle()

    assert minutes(cycle.assigned_at) == 10
    assert (cycle.trigger, cycle.assigned_by, cycle.source, cycle.path) == (
        Trigger.STATUS,
        ROUTER,
        "Web",
        Path.INBOUND,
    )
    assert (cycle.first_rep, cycle.team) == (ALICE, "West")


def test_being_created_in_an_assigned_status_counts() -> None:
    assert minutes(Desk().record(minute=3, status="Assigned").cycle().assigned_at) == 3


def test_status_signal_switched_off_opens_nothing() -> None:
    assert assigned(10, settings=BY_DATE).person().cycles == []


def test_second_signal_while_open_is_a_hand_over() -> None:
    desk = assigned(0).owner(30, ALICE, BOB).status(31, "Working", "Assigned")

    assert [span.holder for span in desk.cycle().spans] == [ALICE, BOB]


def test_assigned_date_is_the_time_and_not_when_it_was_entered() -> None:
    desk = (
        Desk(settings=BY_DATE)
        .record()
        .change(600, Tracked.ASSIGNED_DATE, None, at(30).isoformat(), ROUTER, LEAD)
    )

    assert minutes(desk.cycle().assigned_at) == 30
    assert desk.cycle().trigger is Trigger.ASSIGNED_DATE


def test_a_contact_has_its_leads_date_and_whoever_converted_it_assigned_nothing() -> None:
    desk = Desk(settings=BY_DATE).record(
        assigned_date=at(30), converted_to=CONTACT, converted_at=at(90), converted_by=BOB
    )
    desk.change(30, Tracked.ASSIGNED_DATE, None, at(30).isoformat(), ROUTER, LEAD)
    desk.record(CONTACT, minute=90, created_by=BOB, status=None, assigned_date=at(30))

    (cycle,) = desk.person().cycles
    assert (cycle.assigned_by, minutes(cycle.assigned_at)) == (ROUTER, 30)


def test_assigned_date_entered_later_was_not_known_before() -> None:
    desk = (
        Desk(settings=BY_DATE)
        .record()
        .change(600, Tracked.ASSIGNED_DATE, None, at(30).isoformat(), ROUTER, LEAD)
    )

    assert desk.person(as_of=700, known_by=500).cycles == []


def test_assigned_date_before_the_record_was_created_is_not_taken_back_by_its_creation() -> None:
    """A list was worked before it was imported: the record is created in New with last week's Assigned Date."""
    desk = Desk(settings=BY_DATE).record(minute=7 * DAY, assigned_date=at(30))

    assert (desk.cycle().assigned_at, desk.cycle().outcome) == (at(30), Outcome.OPEN)


def test_rep_who_takes_over_from_a_queue_is_assigned() -> None:
    desk = Desk(settings=BY_OWNER).record(owner_id=ALICE).owner(20, QUEUE, ALICE, ALICE)

    assert (minutes(desk.cycle().assigned_at), desk.cycle().trigger) == (20, Trigger.OWNER)


def test_rep_who_takes_over_from_a_rep_is_not() -> None:
    desk = Desk(settings=BY_OWNER).record(owner_id=BOB).owner(20, ALICE, BOB)

    assert desk.person().cycles == []


def test_owner_alone_is_no_signal_unless_switched_on() -> None:
    assert Desk().record(owner_id=ALICE).owner(20, QUEUE, ALICE).person().cycles == []


def test_outbound_touch_pulls_a_raw_person() -> None:
    cycle = Desk(settings=BY_PULL).record(source="List").call(45, OLGA).cycle()

    assert (cycle.trigger, cycle.path, cycle.touch_count) == (Trigger.OUTBOUND_PULL, Path.OUTBOUND, 1)
    assert cycle.assigned_at == cycle.first_touch_at == at(45)


def test_the_pull_is_of_whoever_touched_also_while_a_queue_holds() -> None:
    cycle = Desk(settings=BY_PULL).record(owner_id=QUEUE).call(45, OLGA).cycle()

    assert (cycle.pulled_by, cycle.first_rep) == (OLGA, None)


def test_outbound_rep_who_assigns_a_person_to_herself_pulls_by_status() -> None:
    desk = Desk(settings=BY_PULL).record(owner_id=OLGA)

    cycle = desk.status(30, "New", "Assigned", OLGA).call(45, OLGA).cycle()

    assert (cycle.trigger, cycle.pulled_by) == (Trigger.STATUS, OLGA)


def test_what_others_assign_is_no_pull_and_neither_is_an_inbound_reps() -> None:
    given = Desk(settings=BY_PULL).record(owner_id=OLGA).status(30, "New", "Assigned", ROUTER)
    for_a_colleague = Desk(settings=BY_PULL).record(owner_id=ALICE).status(30, "New", "Assigned", OLGA)
    inbound = Desk(settings=BY_PULL).record(owner_id=ALICE).status(30, "New", "Assigned", ALICE)

    assert [desk.cycle().pulled_by for desk in (given, for_a_colleague, inbound)] == [None, None, None]


def test_a_tool_that_acts_for_an_outbound_rep_pulls_in_her_name() -> None:
    directory = DIRECTORY._replace(acting_for={TOOL: OLGA})
    desk = Desk(settings=BY_PULL, directory=directory).record(owner_id=OLGA)

    assert desk.status(30, "New", "Assigned", TOOL).cycle().pulled_by == OLGA


def test_who_was_in_an_outbound_team_then_pulled() -> None:
    directory = DIRECTORY._replace(teams={OLGA: [(None, "Outbound"), (at(40), "West")]})
    desks = [
        Desk(settings=BY_PULL, directory=directory)
        .record(owner_id=OLGA)
        .status(minute, "New", "Assigned", OLGA)
        for minute in (39, 40)
    ]

    assert [desk.cycle().pulled_by for desk in desks] == [OLGA, None]


def test_inbound_reps_touch_pulls_nobody() -> None:
    assert Desk(settings=BY_PULL).record().call(45, ALICE).person().cycles == []


def test_pull_waits_for_the_hold_of_nurture() -> None:
    desk = assigned(0, settings=BY_PULL).status(10, "Assigned", "Nurture")

    assert len(desk.call(10 + 89 * DAY, OLGA).person().cycles) == 1
    assert len(desk.call(10 + 90 * DAY, OLGA).person().cycles) == 2


def test_nobody_is_pulled_out_of_unqualified_or_qualified() -> None:
    for status in ("Unqualified", "Qualified"):
        desk = assigned(0, settings=BY_PULL).status(10, "Assigned", status).call(200 * DAY, OLGA)
        assert len(desk.person().cycles) == 1


def test_touch_right_after_a_disposition_pulls_nobody() -> None:
    """Olga logs within the late-logging window of a withdrawal-free disposition that was Alice's."""
    settings = model(
        assignment={"status": True, "outbound_pull": True},
        paths={"outbound_teams": ["Outbound"]},
        recycling={"nurture_hold_days": 0},
    )
    desk = assigned(0, settings=settings).status(10, "Assigned", "Nurture").call(20, OLGA)

    assert len(desk.person().cycles) == 1


def test_latest_campaign_before_the_assignment_is_kept() -> None:
    desk = assigned(60)
    desk.responses += [
        Response(LEAD, "701A", at(1)),
        Response(LEAD, "701B", at(50)),
        Response(LEAD, "701C", at(70)),
    ]

    assert desk.cycle().campaign_id == "701B"


def test_no_signal_no_cycle() -> None:
    person = Desk().record().person()

    assert (person.stage, person.cycles) == (Stage.RAW, [])


def test_m05_status_signal_switched_off_also_where_the_record_begins_so() -> None:
    settings = model(assignment={"status": False, "owner": True})

    assert Desk(settings=settings).record(status="Assigned").person().cycles == []
    assert Desk(settings=settings).record(status="Nurture").person().stage is Stage.NURTURE


def test_m05_from_a_queue_to_a_machine_or_another_queue_is_no_assignment() -> None:
    desk = Desk(settings=BY_OWNER).record(owner_id=ROUTER).owner(10, QUEUE, ROUTER)

    assert desk.person().cycles == []


def test_m05_pulls_may_be_switched_off() -> None:
    settings = model(assignment={"status": True, "outbound_pull": False}, paths=BY_PULL.paths.model_dump())

    assert Desk(settings=settings).record().call(10, OLGA).person().cycles == []


def test_m05_a_customer_is_not_pulled() -> None:
    desk = Desk(settings=BY_PULL).record().reached(5, "Closed Won", DealEnd.WON).call(10, OLGA)

    assert desk.person().cycles == []


def test_m05_the_latest_campaign_counts_in_whatever_order_it_is_told() -> None:
    desk = assigned(60)
    desk.responses += [Response(LEAD, "701C", at(70)), Response(LEAD, "701B", at(50))]
    desk.responses.append(Response(LEAD, "701A", at(30)))

    assert desk.cycle().campaign_id == "701B"
