"""M8 to M11: how cycles end, and what then still counts."""

from __future__ import annotations

import pytest

from leadmodel.lifecycle.facts import OpportunityStep, Tracked
from leadmodel.lifecycle.stages import Ending, Handling, Outcome, Stage
from tests.lifecycle.desk import (
    ALICE,
    BOB,
    BY_PIPELINE,
    CONTACT,
    DAY,
    LEAD,
    QUEUE,
    ROUTER,
    Desk,
    assigned,
    at,
    minutes,
    model,
)

OWNERS_ASSIGN = model(assignment={"status": True, "owner": True})


@pytest.mark.parametrize("status", ["Qualified", "Nurture", "Unqualified"])
def test_m08_disposition_closes(status: str) -> None:
    person = assigned(0).call(5).status(60, "Assigned", status).person()

    (cycle,) = person.cycles
    assert (cycle.outcome.value, person.stage.value) == (status.lower(), status.lower())
    assert (minutes(cycle.closed_at), cycle.closed_by, cycle.ending) == (60, ALICE, Ending.STATUS)


def test_m08_touch_at_the_very_instant_still_belongs() -> None:
    assert assigned(0).status(60, "Assigned", "Nurture").call(60, BOB).cycle().handling is Handling.TOUCHED


def test_m08_later_disposition_amends_kind_and_reason() -> None:
    desk = assigned(0).call(5).status(60, "Assigned", "Nurture")
    desk.change(90, Tracked.UNQUALIFIED_REASON, None, "Student", ALICE, LEAD).status(
        90, "Nurture", "Unqualified"
    )

    cycle = desk.cycle()

    assert (cycle.outcome, cycle.reason) == (Outcome.UNQUALIFIED, "Student")
    assert minutes(cycle.closed_at) == 60


def test_m08_once_qualified_stays_counted_as_qualified() -> None:
    person = (
        assigned(0).call(5).status(60, "Assigned", "Qualified").status(90, "Qualified", "Nurture").person()
    )

    assert person.cycles[0].outcome is Outcome.QUALIFIED
    assert person.stage is Stage.NURTURE


def test_m08_amended_to_qualified_is_qualified() -> None:
    desk = assigned(0).call(5).status(60, "Assigned", "Nurture").status(90, "Nurture", "Qualified")

    assert (desk.cycle().outcome, minutes(desk.cycle().qualified_at)) == (Outcome.QUALIFIED, 90)


def test_m08_reason_as_it_stood_then() -> None:
    desk = assigned(0, nurture_reason="No budget").change(
        50, Tracked.NURTURE_REASON, None, "Timing", ALICE, LEAD
    )
    desk.status(60, "Assigned", "Nurture").change(
        70, Tracked.NURTURE_REASON, "Timing", "No budget", ALICE, LEAD
    )

    assert desk.cycle().reason == "Timing"


def test_m08_opportunity_at_the_qualified_stage_closes() -> None:
    settings = model(qualified=BY_PIPELINE)
    desk = assigned(0, settings=settings).call(5)
    desk.steps.append(OpportunityStep(LEAD, "006A", at(80), ALICE, "Pipeline"))

    assert (desk.cycle().outcome, desk.cycle().ending) == (Outcome.QUALIFIED, Ending.OPPORTUNITY)


def test_k12_opportunity_with_no_cycle_open_ends_nothing() -> None:
    settings = model(qualified=BY_PIPELINE)
    desk = assigned(0, settings=settings).call(5).status(60, "Assigned", "Unqualified")
    desk.steps.append(OpportunityStep(LEAD, "006A", at(80), ALICE, "Pipeline"))

    assert desk.cycle().outcome is Outcome.UNQUALIFIED


def test_k03_conversion_is_a_qualified_disposition() -> None:
    desk = assigned(0, converted_to=CONTACT, converted_at=at(90), converted_by=BOB).call(5)
    desk.record(CONTACT, 90, owner_id=ALICE, status=None)

    cycle = desk.cycle()

    assert (cycle.outcome, cycle.ending, cycle.closed_by) == (Outcome.QUALIFIED, Ending.CONVERSION, BOB)


def test_k03_conversion_only_joins_where_the_opportunity_decides() -> None:
    settings = model(qualified=BY_PIPELINE)
    desk = assigned(0, settings=settings, converted_to=CONTACT, converted_at=at(90), converted_by=BOB).call(5)
    desk.record(CONTACT, 90, owner_id=ALICE, status=None)

    person = desk.person()

    assert (person.person_id, person.stage) == (CONTACT, Stage.WORKING)


def test_m09_reps_own_call_logged_late_counts_at_the_disposition() -> None:
    cycle = assigned(0).status(60, "Assigned", "Nurture").call(75).cycle()

    assert (cycle.handling, minutes(cycle.first_touch_at)) == (Handling.TOUCHED, 60)


def test_m09_later_than_the_window_belongs_to_no_cycle() -> None:
    assert assigned(0).status(60, "Assigned", "Nurture").call(75.1).cycle().handling is Handling.BYPASSED


def test_m09_somebody_elses_call_belongs_to_no_cycle() -> None:
    assert assigned(0).status(60, "Assigned", "Nurture").call(61, BOB).cycle().handling is Handling.BYPASSED


def test_m09_counts_whether_or_not_touched_before() -> None:
    assert assigned(0).call(5).status(60, "Assigned", "Nurture").call(61).cycle().touch_count == 2


def test_m10_human_closing_untouched_is_a_bypass_whoever_it_was() -> None:
    cycle = assigned(0).status(60, "Assigned", "Unqualified", BOB).cycle()

    assert cycle.handling is Handling.BYPASSED
    assert [(span.holder, span.is_bypassed) for span in cycle.spans] == [(ALICE, True)]


def test_m11_machine_closing_untouched_is_not_picked_up() -> None:
    assert assigned(0).status(60, "Assigned", "Nurture", ROUTER).cycle().handling is Handling.BY_AUTOMATION


def test_k02_machine_named_for_a_rep_closes_as_that_rep() -> None:
    desk = assigned(0).status(60, "Assigned", "Nurture", ROUTER)
    desk.directory = desk.directory._replace(acting_for={ROUTER: BOB})

    assert (desk.cycle().handling, desk.cycle().closed_by) == (Handling.BYPASSED, BOB)


def test_k04_back_to_raw_withdraws() -> None:
    person = assigned(0).call(5).status(60, "Assigned", "New").person()

    assert (person.cycles[0].outcome, person.stage) == (Outcome.WITHDRAWN, Stage.RAW)
    assert person.cycles[0].ending is Ending.BACK_TO_RAW


def test_k05_slip_is_as_if_it_had_not_been() -> None:
    desk = (
        assigned(0)
        .call(5)
        .status(60, "Assigned", "Unqualified")
        .status(69, "Unqualified", "Assigned")
        .call(90)
    )

    assert (desk.cycle().outcome, desk.cycle().touch_count) == (Outcome.OPEN, 2)


@pytest.mark.parametrize(
    ("back_at", "by", "touch_at"),
    [(70.1, ALICE, None), (65, BOB, None), (65, ALICE, 62)],
    ids=["too late", "another user", "a touch between"],
)
def test_k05_what_is_no_slip_ends_and_begins_again(back_at: float, by: str, touch_at: float | None) -> None:
    desk = (
        assigned(0)
        .call(5)
        .status(60, "Assigned", "Unqualified")
        .status(back_at, "Unqualified", "Assigned", by)
    )
    if touch_at is not None:
        desk.call(touch_at)

    assert len(desk.person().cycles) == 2


def test_k05_disposition_counts_until_it_is_taken_back() -> None:
    desk = assigned(0).status(60, "Assigned", "Unqualified").status(65, "Unqualified", "Assigned")

    assert desk.cycle(as_of=62).outcome is Outcome.UNQUALIFIED
    assert desk.cycle(as_of=66).outcome is Outcome.OPEN


def test_k05_coming_back_from_an_old_nurture_is_no_slip() -> None:
    """The click through Unqualified on the way from Nurture to Assigned takes back nothing that was open."""
    desk = assigned(0).call(5).status(60, "Assigned", "Nurture")
    desk.status(100 * DAY, "Nurture", "Unqualified").status(100 * DAY + 2, "Unqualified", "Assigned")

    assert len(desk.person().cycles) == 2


def test_k08_unmapped_status_changes_nothing() -> None:
    desk = assigned(0).call(5).status(60, "Assigned", "Parked by marketing")

    assert desk.person().stage is Stage.WORKING


def test_k08_mapping_from_a_date_on() -> None:
    settings = model()
    stages = settings.stages.model_copy(update={"changes": ()})
    changed = ModelWithChange(stages.model_dump() | {"changes": [CHANGE]})
    for minute, outcome in ((60, Outcome.OPEN), (200, Outcome.NURTURE)):
        desk = assigned(0, settings=model(stages=changed)).call(5).status(minute, "Assigned", "Parked")
        assert desk.cycle().outcome is outcome


ModelWithChange = dict[str, object]
CHANGE = {"status": "Parked", "stage": "nurture", "since": at(100)}


def test_disposition_of_a_person_never_assigned_opens_no_cycle() -> None:
    person = Desk().record(status="Unqualified").status(5, "New", "Unqualified", ROUTER).person()

    assert (person.cycles, person.stage) == ([], Stage.UNQUALIFIED)


def test_m08_qualified_is_when_it_first_was() -> None:
    desk = assigned(0).status(30, "Assigned", "Qualified").status(40, "Qualified", "Nurture")

    assert minutes(desk.status(50, "Nurture", "Qualified").cycle().qualified_at) == 30


def test_m09_a_call_logged_late_counts_at_the_disposition() -> None:
    cycle = assigned(0).status(60, "Assigned", "Nurture").call(65).cycle()

    assert [minutes(touch.counts_at) for touch in cycle.touches] == [60]
    assert minutes(cycle.last_touch_at) == 60


def test_m09_after_a_withdrawal_nothing_is_logged_late() -> None:
    """Back to Raw is no disposition (K4)."""
    assert assigned(0).status(60, "Assigned", "New").call(65).cycle().touch_count == 0


def test_k04_back_to_raw_between_cycles_withdraws_nothing() -> None:
    person = assigned(0).status(60, "Assigned", "Nurture").status(DAY, "Nurture", "New").person()

    assert ([cycle.outcome for cycle in person.cycles], person.stage) == ([Outcome.NURTURE], Stage.RAW)
    assert minutes(person.stage_since) == DAY


def test_k04_a_disposition_after_a_withdrawal_amends_nothing() -> None:
    desk = assigned(0).status(60, "Assigned", "New").status(80, "New", "Nurture")

    assert (desk.cycle().outcome, desk.cycle().latest_kind) == (Outcome.WITHDRAWN, None)
    assert desk.person().stage is Stage.NURTURE


def test_k05_within_ten_minutes_includes_exactly_ten() -> None:
    desk = assigned(0).status(60, "Assigned", "Unqualified").status(70, "Unqualified", "Assigned")

    assert desk.cycle().outcome is Outcome.OPEN


def test_k05_what_counts_for_nothing_is_no_touch_between() -> None:
    desk = assigned(0).call(5).status(60, "Assigned", "Unqualified").call(62, subject="[Tool] Mail")

    assert len(desk.status(65, "Unqualified", "Assigned").person().cycles) == 1


def test_k05_all_of_a_run_must_be_the_same_users() -> None:
    desk = assigned(0).status(60, "Assigned", "Nurture", BOB).status(62, "Nurture", "Unqualified", ALICE)

    assert len(desk.status(65, "Unqualified", "Assigned", ALICE).person().cycles) == 2


def test_k05_back_to_where_it_came_from_is_no_news() -> None:
    """Going back to Working claims nothing anew; going on to Working from Assigned does."""
    back = assigned(0).status(60, "Assigned", "Nurture").status(62, "Nurture", "Assigned")
    on = assigned(0).status(60, "Assigned", "Nurture").status(62, "Nurture", "Working")

    assert [minutes(desk.cycle().claimed_at) for desk in (back, on)] == [None, 62]
    worked = Desk(settings=OWNERS_ASSIGN).record(status="Working", owner_id=ALICE).owner(10, QUEUE, ALICE)
    worked.status(60, "Working", "Nurture").status(62, "Nurture", "Working")
    assert (minutes(worked.cycle().assigned_at), worked.cycle().claimed_at) == (10, None)


def test_k05_only_what_left_an_open_status_is_taken_back() -> None:
    """The owner assigned; the status stood at Raw when Alice disposed of it."""
    desk = Desk(settings=OWNERS_ASSIGN).record(status="Assigned", owner_id=ALICE).owner(10, QUEUE, ALICE)
    desk.status(60, "New", "Nurture").status(62, "Nurture", "Assigned")

    assert [cycle.outcome for cycle in desk.person().cycles] == [Outcome.NURTURE, Outcome.OPEN]


def test_k05_a_touch_when_it_is_taken_back_is_not_between() -> None:
    desk = assigned(0).status(60, "Assigned", "Unqualified").call(65).status(65, "Unqualified", "Assigned")

    assert (desk.cycle().outcome, desk.cycle().touch_count) == (Outcome.OPEN, 1)


def test_k05_back_to_raw_takes_no_disposition_back() -> None:
    desk = assigned(0).status(60, "Assigned", "Nurture").status(62, "Nurture", "New")

    assert desk.cycle().outcome is Outcome.NURTURE
