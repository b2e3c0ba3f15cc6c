"""M18, R060, R061: whoever had a meeting says within a day what became of it; they are reminded, then their manager."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from leadmodel.lifecycle.cited import Fact
from leadmodel.lifecycle.clocks import ClockKind, Rung
from leadmodel.lifecycle.due import clocks_of, rungs_of
from leadmodel.lifecycle.explain import Topic
from leadmodel.lifecycle.policies import Act, Policies
from leadmodel.lifecycle.told_meetings import tell_meetings
from tests.lifecycle.desk import (
    ALICE,
    BOB,
    CONTACT,
    DAY,
    DIRECTORY,
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

FIELD = "Outcome__c"
ENDS = 3 * DAY
FIRST, SECOND = "00U000000000000AAA", "00U000000000001AAA"


def policies(**meetings: Any) -> list[Policies]:
    """These for all time."""
    return [model(meetings={"outcome_field": FIELD} | meetings).policies_since(None)]


def since(minute: float, **meetings: Any) -> Policies:
    """What is entered at that minute."""
    return model(meetings=meetings).policies_since(at(minute))


def owed(
    desk: Desk, ever: list[Policies] | None = None, **horizon: float
) -> list[tuple[str | None, Any, Any]]:
    """Of each meeting that is to be marked its Id, when it ended and until when it is to be."""
    found = clocks_of(desk.person(**horizon), ever or policies(), DIRECTORY)
    return [
        (one.activity_id, minutes(one.started_at), minutes(one.due_at))
        for one in found
        if one.kind is ClockKind.MEETING
    ]


def steps(desk: Desk, ever: list[Policies] | None = None) -> list[Rung]:
    found = rungs_of(desk.person(), ever or policies(), DIRECTORY)
    return [one for one in found if one.clock is ClockKind.MEETING]


def qualified() -> Desk:
    """Alice called the person, and qualified them."""
    return assigned(0).call(30).status(60, "Assigned", "Qualified")


def test_m18_a_meeting_is_to_be_marked_a_day_after_it_ended() -> None:
    desk = qualified().meeting(ENDS)
    (clock,) = clocks_of(desk.person(), policies(), DIRECTORY)
    assert (clock.number, clock.kind, clock.ordinal, clock.activity_id) == (1, ClockKind.MEETING, -1, FIRST)
    assert (minutes(clock.started_at), minutes(clock.due_at)) == (ENDS, ENDS + DAY)
    assert owed(desk, policies(mark_within_hours=48)) == [(FIRST, ENDS, ENDS + 2 * DAY)]


def test_m18_then_whoever_had_it_is_reminded_once_and_a_day_later_their_manager_told() -> None:
    desk = qualified().meeting(ENDS, BOB)
    told = [(one.step, one.act, one.holder, one.activity_id, minutes(one.due_at)) for one in steps(desk)]
    assert told == [
        (1, Act.REMIND_REP, BOB, FIRST, ENDS + DAY),
        (2, Act.TELL_MANAGER, BOB, FIRST, ENDS + 2 * DAY),
    ]
    assert {minutes(one.clock_due_at) for one in steps(desk)} == {ENDS + DAY}
    sooner = steps(desk, policies(tell_manager_after_hours=0))
    assert [minutes(one.due_at) for one in sooner] == [ENDS + DAY, ENDS + DAY]
    assert [one.act for one in steps(desk, policies(tell_manager_after_hours=None))] == [Act.REMIND_REP]


def test_m18_two_meetings_are_two_clocks_also_where_they_end_at_once() -> None:
    desk = qualified().meeting(ENDS).meeting(ENDS, BOB)
    assert owed(desk) == [(FIRST, ENDS, ENDS + DAY), (SECOND, ENDS, ENDS + DAY)]
    assert len({(one.number, one.ordinal, one.step) for one in steps(desk)}) == 4
    twice = qualified().meeting(ENDS).meeting(ENDS, event_id=FIRST)
    assert len(owed(twice)) == 1


def test_m18_whoever_never_was_in_a_cycle_has_meetings_too() -> None:
    (clock,) = clocks_of(Desk().record().meeting(ENDS).person(), policies(), DIRECTORY)
    assert clock.number == 0
    later = Desk().record().status(ENDS + 1, "New", "Assigned", ROUTER).meeting(ENDS).meeting(2 * ENDS)
    numbers = [one.number for one in clocks_of(later.person(), policies(), DIRECTORY) if one.activity_id]
    assert numbers == [0, 1], "that of the cycle that began last before it ended"


def test_m18_it_goes_beside_what_else_is_owed_and_takes_no_place_of_it() -> None:
    desk = assigned(0).meeting(ENDS).meeting(2 * ENDS)
    found = rungs_of(desk.person(), policies(), DIRECTORY)
    assert len({(one.number, one.ordinal, one.step) for one in found}) == len(found)
    assert {one.clock for one in found} >= {ClockKind.RESPONSE_TARGET, ClockKind.MEETING}
    resting = assigned(0).call(30).status(60, "Assigned", "Nurture").meeting(ENDS)
    kinds = {one.kind for one in clocks_of(resting.person(), policies(), DIRECTORY)}
    assert kinds == {ClockKind.RETURN, ClockKind.MEETING}


@pytest.mark.parametrize("owner", [QUEUE, ROUTER, None])
def test_m18_a_machine_owes_no_outcome(owner: str | None) -> None:
    assert owed(qualified().meeting(ENDS, owner)) == []


def test_m18_without_a_field_that_tells_outcomes_nobody_owes_any() -> None:
    desk = qualified().meeting(ENDS)
    assert owed(desk, [model().policies_since(None)]) == []
    assert steps(desk, [model().policies_since(None)]) == []


def test_m18_what_ended_before_anybody_was_asked_owes_nothing() -> None:
    """Switched on, it reminds nobody of years."""
    desk = qualified().meeting(ENDS - 1).meeting(ENDS)
    assert owed(desk, [since(0), since(ENDS, outcome_field=FIELD)]) == [(SECOND, ENDS, ENDS + DAY)]
    # the first version of all holds for the past too, but for outcomes
    assert owed(desk, [since(ENDS, outcome_field=FIELD)]) == [(SECOND, ENDS, ENDS + DAY)]


def test_m18_the_policy_of_when_it_ended_stays() -> None:
    desk = qualified().meeting(ENDS).meeting(2 * ENDS)
    ever = [
        since(0, outcome_field=FIELD),
        since(ENDS + 1, outcome_field=FIELD, mark_within_hours=1, tell_manager_after_hours=1),
    ]
    assert owed(desk, ever) == [(FIRST, ENDS, ENDS + DAY), (SECOND, 2 * ENDS, 2 * ENDS + 60)]
    dues = [minutes(one.due_at) for one in steps(desk, ever)]
    assert dues == [ENDS + DAY, ENDS + 2 * DAY, 2 * ENDS + 60, 2 * ENDS + 120]


def test_m18_what_ended_while_it_was_off_or_another_field_told_it_owes_nothing() -> None:
    desk = qualified().meeting(ENDS).meeting(2 * ENDS).meeting(3 * ENDS)
    on, off = since(0, outcome_field=FIELD), since(ENDS + 1)
    again = since(2 * ENDS + 1, outcome_field=FIELD)
    assert [one for one, *_ in owed(desk, [on, off, again])] == [FIRST, "00U000000000002AAA"]
    assert owed(desk, [on, off]) == []
    other = since(2 * ENDS + 1, outcome_field="Result__c")
    assert [one for one, *_ in owed(desk, [on, other])] == ["00U000000000002AAA"]


def test_m18_one_that_is_made_only_later_is_not_there_before() -> None:
    desk = qualified().meeting(ENDS, created_at=at(100))
    assert owed(desk, as_of=99) == []
    assert owed(desk, known_by=99) == []
    assert owed(desk, as_of=100) == [(FIRST, ENDS, ENDS + DAY)]


def test_k07_whom_salesforce_deleted_owes_nothing() -> None:
    gone = assigned(0, deleted_at=at(200)).meeting(ENDS)
    assert owed(gone) == []
    assert owed(gone, as_of=199)


def test_m04_a_meeting_with_either_record_is_with_the_person() -> None:
    desk = assigned(0, converted_to=CONTACT, converted_at=at(50), converted_by=ALICE)
    desk.record(CONTACT, 50).meeting(ENDS).meeting(2 * ENDS, record_id=CONTACT)
    assert [one for one, *_ in owed(desk)] == [FIRST, SECOND]
    merged = assigned(0).record(OTHER, 0, deleted_at=at(300), merged_into=LEAD).meeting(ENDS, record_id=OTHER)
    before = {one.person_id: len(one.meetings) for one in merged.persons(as_of=200)}
    assert before == {LEAD: 0, OTHER: 1}


def test_m18_the_sentence_says_whose_meeting_it_was_and_stands_on_it() -> None:
    desk = qualified().meeting(ENDS, BOB)
    person, teller = desk.traced()
    assert list(tell_meetings(person, teller, policies(), DIRECTORY, at(ENDS) - timedelta(seconds=1))) == []
    (told,) = tell_meetings(person, teller, policies(), DIRECTORY, at(ENDS))
    assert told.text == (
        f"Nobody marked what became of the meeting that ended on minute {ENDS}:"
        f" Bob is to by minute {ENDS + DAY}."
    )
    assert (told.rule, told.topic) == ("M18", Topic.MEETING)
    assert told.facts == (Fact("Event", FIRST, FIRST, "EndDateTime", at(ENDS), at(0)),)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"mark_within_hours": 0}, "greater than 0"),
        ({"tell_manager_after_hours": -1}, "greater than or equal to 0"),
    ],
)
def test_what_is_written_wrong_is_told(written: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        model(meetings=written)
