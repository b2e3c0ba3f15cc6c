"""M13: coming back opens the next cycle with fresh clocks."""

from __future__ import annotations

import pytest

from leadmodel.lifecycle.facts import Response
from leadmodel.lifecycle.stages import Entry, Outcome, Stage
from tests.lifecycle.desk import ALICE, DAY, LEAD, ROUTER, assigned, at, minutes


def test_assignment_after_a_disposition_opens_the_next_cycle() -> None:
    desk = assigned(0).call(5).status(60, "Assigned", "Nurture").status(100 * DAY, "Nurture", "Assigned")
    first, second = desk.call(100 * DAY + 30).person().cycles

    assert (first.number, minutes(first.assigned_at), first.outcome) == (1, 0, Outcome.NURTURE)
    assert (second.number, minutes(second.assigned_at), second.touch_count) == (2, 100 * DAY, 1)
    assert desk.person().stage is Stage.WORKING


@pytest.mark.parametrize(("by", "entry"), [(ROUTER, Entry.TIMED_RETURN), (ALICE, Entry.MANUAL)])
def test_why_a_person_came_back(by: str, entry: Entry) -> None:
    desk = assigned(0).status(60, "Assigned", "Nurture").status(100 * DAY, "Nurture", "Assigned", by)

    assert [cycle.entry for cycle in desk.person().cycles] == [Entry.FIRST, entry]


def test_coming_back_by_an_action_of_their_own() -> None:
    desk = assigned(0).status(60, "Assigned", "Nurture").status(100 * DAY, "Nurture", "Assigned", ROUTER)
    desk.responses.append(Response(LEAD, "701A", at(99 * DAY)))

    assert desk.person().cycles[1].entry is Entry.INBOUND_ACTION


@pytest.mark.parametrize(
    ("status", "days", "broke"),
    [("Nurture", 89, True), ("Nurture", 91, False), ("Unqualified", 400, True), ("Qualified", 1, False)],
)
def test_assigned_against_the_hold_is_recorded(status: str, days: int, broke: bool) -> None:
    desk = assigned(0).status(60, "Assigned", status).status(days * DAY + 60, status, "Assigned", ROUTER)

    assert desk.person().cycles[1].broke_hold is broke


def test_m13_no_first_cycle_breaks_a_hold() -> None:
    assert not assigned(0).cycle().broke_hold


def test_m13_the_hold_has_passed_after_exactly_its_days() -> None:
    desk = assigned(0).status(60, "Assigned", "Nurture").status(90 * DAY + 60, "Nurture", "Assigned", ROUTER)

    assert not desk.person().cycles[1].broke_hold


def test_m13_withdrawn_holds_nobody_back() -> None:
    desk = assigned(0).status(60, "Assigned", "New").status(70, "New", "Assigned", ROUTER)

    assert not desk.person().cycles[1].broke_hold


@pytest.mark.parametrize(
    ("answered", "source", "entry"),
    [
        (50, "Web", Entry.TIMED_RETURN),
        (60, "Web", Entry.TIMED_RETURN),
        (61, "Web", Entry.INBOUND_ACTION),
        (100 * DAY, "Web", Entry.INBOUND_ACTION),
        (100 * DAY + 1, "Web", Entry.TIMED_RETURN),
        (61, "List", Entry.TIMED_RETURN),
    ],
    ids=["in the cycle", "at its end", "after it", "at the assignment", "later", "outbound"],
)
def test_m13_an_action_brings_back_that_came_between_the_cycles(
    answered: float, source: str, entry: Entry
) -> None:
    desk = assigned(0, source=source).status(60, "Assigned", "Nurture")
    desk.status(100 * DAY, "Nurture", "Assigned", ROUTER)
    desk.responses.append(Response(LEAD, "701A", at(answered)))

    assert desk.person().cycles[1].entry is entry
