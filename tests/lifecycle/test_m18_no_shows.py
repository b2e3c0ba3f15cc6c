"""M18, R064: who did not come to a meeting is tried five times in seven days, unless they are to meet again before."""

from __future__ import annotations

from typing import Any

import pytest

from leadmodel.lifecycle.cited import Fact
from leadmodel.lifecycle.clocks import ClockKind
from leadmodel.lifecycle.due import clocks_of, rungs_of
from leadmodel.lifecycle.facts import DealEnd
from leadmodel.lifecycle.policies import Act, Policies
from leadmodel.lifecycle.told_meetings import tell_meetings
from tests.lifecycle.desk import (
    ALICE,
    BOB,
    DAY,
    DIRECTORY,
    QUEUE,
    ROUTER,
    TOOL,
    Desk,
    assigned,
    at,
    minutes,
    model,
)

ENDS = 3 * DAY
MEETING = "00U000000000000AAA"


def policies(**after: Any) -> list[Policies]:
    """These for all time."""
    told = {"outcome_field": "Outcome__c", "no_show": ["No-show"], "after_no_show": after}
    return [model(meetings=told).policies_since(None)]


def missed(**values: Any) -> Desk:
    """Alice qualified the person, who did not come to the meeting with Bob."""
    return (
        assigned(0).call(30).status(60, "Assigned", "Qualified").meeting(ENDS, BOB, is_no_show=True, **values)
    )


def owed(desk: Desk, ever: list[Policies] | None = None, **horizon: float) -> list[tuple[int, float | None]]:
    """The clocks of no-shows: their places, and until when they run."""
    found = clocks_of(desk.person(**horizon), ever or policies(), DIRECTORY)
    return [(one.ordinal, minutes(one.due_at)) for one in found if one.kind is ClockKind.NO_SHOW]


def calls(desk: Desk, number: int, first: float = ENDS + 60, **more: Any) -> Desk:
    for place in range(number):
        desk.call(first + place, **more)
    return desk


def test_r064_five_touches_are_owed_within_seven_days_by_whoever_holds_them() -> None:
    desk = missed()
    assert owed(desk) == [(-1, ENDS + 7 * DAY)]
    assert owed(desk, policies(within_days=2)) == [(-1, ENDS + 2 * DAY)]
    rungs = rungs_of(desk.owner(ENDS + 1, ALICE, BOB).person(), policies(), DIRECTORY)
    found = [
        (one.step, one.act, one.holder, one.activity_id, minutes(one.due_at))
        for one in rungs
        if one.clock is ClockKind.NO_SHOW
    ]
    assert found == [
        (3, Act.REMIND_REP, BOB, MEETING, ENDS + 6 * DAY),
        (4, Act.TELL_MANAGER, BOB, MEETING, ENDS + 7 * DAY),
    ]
    at_once = rungs_of(missed().person(), policies(within_days=0.5), DIRECTORY)
    assert minutes(at_once[0].due_at) == ENDS, "not before the meeting was over"


def test_r064_five_counted_ones_since_whoever_made_them_end_it() -> None:
    assert owed(calls(missed(), 4)) == [(-1, ENDS + 7 * DAY)]
    assert owed(calls(missed(), 5)) == []
    assert owed(calls(calls(missed(), 2), 3, ENDS + 90, by=BOB)) == []
    assert owed(calls(missed(), 2), policies(touches=2)) == []
    assert owed(calls(calls(missed(), 4), 3, 100)), "those before it count for nothing"
    assert owed(calls(calls(missed(), 4), 3, ENDS + 90, by=TOOL)), "a machine's do not count"
    assert owed(calls(calls(missed(), 4), 3, ENDS + 90, is_done=False)), "what is planned does not count"
    assert owed(calls(missed(), 5), as_of=ENDS + 63) == [(-1, ENDS + 7 * DAY)]


def test_r064_a_missed_meeting_entered_when_it_was_over_is_no_touch_after_it() -> None:
    desk = calls(missed(created_at=at(ENDS + 60)), 4)
    entered: dict[str, Any] = {"is_event": True, "is_done": False, "completed_at": None}
    assert owed(desk.call(ENDS + 60, BOB, activity_id=MEETING, **entered)) == [(-1, ENDS + 7 * DAY)]
    assert owed(desk.call(ENDS + 90, BOB, activity_id="00U000000000009AAA", **entered)) == []


def test_r064_touches_of_a_cycle_that_is_open_count_too() -> None:
    working = assigned(0).call(30).meeting(ENDS, is_no_show=True)
    assert owed(calls(working, 4)) == [(-1, ENDS + 7 * DAY)]
    assert owed(calls(working, 1, ENDS + 90)) == []


def test_r063_a_later_meeting_ends_it_from_when_it_was_made() -> None:
    desk = missed(rebooked_at=at(ENDS + DAY))
    assert owed(desk) == []
    assert owed(desk, as_of=ENDS + DAY - 1) == [(-1, ENDS + 7 * DAY)]


@pytest.mark.parametrize(
    "change",
    [
        lambda desk: desk.status(ENDS + 60, "Qualified", "Nurture"),
        lambda desk: desk.status(ENDS + 60, "Qualified", "Unqualified"),
        lambda desk: desk.reached(ENDS + 60, "Won", DealEnd.WON),
        lambda desk: desk.owner(ENDS + 60, ALICE, QUEUE),
        lambda desk: desk.owner(ENDS + 60, ALICE, ROUTER),
    ],
    ids=["nurture", "unqualified", "customer", "queue", "machine"],
)
def test_r064_whoever_is_disposed_of_won_or_held_by_nobody_is_not_tried(change: Any) -> None:
    desk = change(missed())
    assert owed(desk) == []
    assert owed(desk, as_of=ENDS + 59) == [(-1, ENDS + 7 * DAY)]


def test_k07_nor_is_whom_salesforce_deleted() -> None:
    gone = assigned(0, deleted_at=at(ENDS + 60)).meeting(ENDS, is_no_show=True)
    assert owed(gone) == []
    assert owed(gone, as_of=ENDS + 59)


def test_m18_a_no_show_is_marked_and_owes_no_outcome_while_another_meeting_may() -> None:
    desk = missed().meeting(2 * ENDS)
    kinds = {(one.kind, one.ordinal) for one in clocks_of(desk.person(), policies(), DIRECTORY)}
    assert kinds == {(ClockKind.NO_SHOW, -1), (ClockKind.MEETING, -2)}


def test_r064_without_touches_owed_no_value_means_it() -> None:
    (told,) = policies(touches=0, give_up_after=None)
    assert told.meetings.no_shows == frozenset()
    assert policies(touches=0)[0].meetings.no_shows == {"no-show"}, "too many may still be missed"
    assert policies()[0].meetings.no_shows == {"no-show"}


def test_m18_the_sentence_counts_what_was_done_since_and_stands_on_the_meeting() -> None:
    desk = calls(missed(), 2)
    person, teller = desk.traced()
    assert not list(tell_meetings(person, teller, policies(), DIRECTORY, at(ENDS - 1))), "it is to come"
    (told,) = tell_meetings(person, teller, policies(), DIRECTORY, at(ENDS + DAY))
    assert told.text == (
        f"They did not come to the meeting that ended on minute {ENDS}: of 5 touches that Alice owes by minute"
        f" {ENDS + 7 * DAY} there were 2, and no new meeting."
    )
    assert told.facts == (Fact("Event", MEETING, MEETING, "EndDateTime", at(ENDS), at(0)),)


def missed_often(times: int, **last: Any) -> Desk:
    """Alice qualified the person, who came to none of so many meetings, each made when the last was missed."""
    desk = assigned(0).call(30).status(60, "Assigned", "Qualified")
    for number in range(1, times + 1):
        after = last if number == times else {"rebooked_at": at(number * ENDS + 30)}
        desk.meeting(number * ENDS, BOB, is_no_show=True, **after)
    return desk


def too_many(
    desk: Desk, ever: list[Policies] | None = None, **horizon: float
) -> list[tuple[int, float | None]]:
    """The clock that gives up whom nobody came to meet: whose place it has, and when it is due."""
    found = clocks_of(desk.person(**horizon), ever or policies(), DIRECTORY)
    return [(one.ordinal, minutes(one.due_at)) for one in found if one.kind is ClockKind.NO_SHOWS]


def test_r063_after_two_more_no_shows_nobody_is_tried_any_more() -> None:
    assert too_many(missed_often(2)) == []
    assert owed(missed_often(2)) == [(-2, 2 * ENDS + 7 * DAY)]

    assert too_many(missed_often(3)) == [(-3, 3 * ENDS)]
    assert owed(missed_often(3)) == [], "nor are touches owed"
    assert [one.clock for one in rungs_of(missed_often(3).person(), policies(), DIRECTORY)] == []
    assert too_many(missed_often(4)) == [(-4, 4 * ENDS)]
    assert too_many(missed_often(2), policies(give_up_after=2)) == [(-2, 2 * ENDS)]
    assert too_many(missed_often(9), policies(give_up_after=None)) == []
    assert owed(missed_often(9), policies(give_up_after=None)) == [(-9, 9 * ENDS + 7 * DAY)]


def test_r063_whom_somebody_is_to_meet_again_is_not_given_up() -> None:
    again = missed_often(3, rebooked_at=at(3 * ENDS + 60))
    assert too_many(again) == []
    assert too_many(again, as_of=3 * ENDS + 59) == [(-3, 3 * ENDS)]


def test_r063_meetings_that_are_missed_at_once_are_one_end() -> None:
    desk = missed_often(2).meeting(2 * ENDS, BOB, is_no_show=True)
    assert too_many(desk) == [(-3, 2 * ENDS)]


def test_r063_whoever_is_assigned_anew_is_tried_anew() -> None:
    desk = missed_often(3, rebooked_at=at(3 * ENDS + 120))
    desk.status(3 * ENDS + 60, "Qualified", "Assigned").meeting(4 * ENDS, BOB, is_no_show=True)
    assert too_many(desk) == []
    assert owed(desk) == [(-4, 4 * ENDS + 7 * DAY)]


@pytest.mark.parametrize(
    "change",
    [
        lambda desk: desk.status(3 * ENDS + 60, "Qualified", "Nurture"),
        lambda desk: desk.reached(3 * ENDS + 60, "Won", DealEnd.WON),
        lambda desk: desk.owner(3 * ENDS + 60, ALICE, QUEUE),
    ],
    ids=["nurture", "customer", "queue"],
)
def test_r063_whoever_is_disposed_of_won_or_held_by_nobody_is_not_given_up(change: Any) -> None:
    assert too_many(change(missed_often(3))) == []


def test_r063_the_sentence_counts_them_and_stands_on_each() -> None:
    person, teller = missed_often(3).traced()
    (told,) = tell_meetings(person, teller, policies(), DIRECTORY, at(3 * ENDS))
    assert told.text == (
        f"They did not come to 3 meetings, the last of which ended on minute {3 * ENDS}: no more are tried."
    )
    assert [fact.at for fact in told.facts] == [at(ENDS), at(2 * ENDS), at(3 * ENDS)]
