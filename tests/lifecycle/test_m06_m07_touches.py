"""M6 and M7: only a touch makes Working, and what a touch is."""

from __future__ import annotations

from typing import Any

import pytest

from leadmodel.lifecycle.cycles import Why
from leadmodel.lifecycle.derive import derive
from leadmodel.lifecycle.stages import Stage
from tests.lifecycle.desk import ALICE, BOB, DAY, LEAD, OTHER, TOOL, Desk, assigned, at, minutes, model


def test_working_starts_at_the_first_touch() -> None:
    person = assigned(0).call(25).call(40).person()

    assert (person.stage, minutes(person.stage_since)) == (Stage.WORKING, 25)
    assert person.cycles[0].touch_count == 2


def test_touch_at_the_assignment_counts() -> None:
    assert assigned(10).call(10).person().stage is Stage.WORKING


def test_touch_before_the_assignment_does_not() -> None:
    person = assigned(10).call(9).person()

    assert person.stage is Stage.ASSIGNED
    assert [touch.why for touch in person.loose_touches] == [Why.NO_CYCLE]


def test_m07_an_activity_without_a_subject_is_a_touch_also_where_no_patterns_are_set() -> None:
    desk = assigned(0, settings=model(touches={})).call(10, subject="")
    assert [touch.why for touch in desk.cycle().touches] == [Why.COUNTED]


def test_m07_a_meeting_counts_whether_or_not_anybody_closed_it() -> None:
    desk = assigned(0).call(10, is_event=True, is_done=False, completed_at=None)
    assert [touch.why for touch in desk.cycle().touches] == [Why.COUNTED]


def test_k11_a_task_reopened_later_is_told_when_it_was_logged() -> None:
    (touch,) = assigned(0).call(30, completed_at=at(25), is_done=False).person().loose_touches
    assert (minutes(touch.at), touch.why) == (30, Why.NOT_DONE)


@pytest.mark.parametrize("with_loose", [True, False])
def test_m07_the_first_of_the_persons_answers_tells_whether_it_came_at_once(with_loose: bool) -> None:
    """Told in whatever order; a rebuild, which keeps no story, counts the same."""
    desk = assigned(0).call(10, subject="[Tool] Hello").call(90, subject="[In] Again")
    desk.call(12, subject="[In] Yes").call(50, subject="[Tool] Hello?")
    (person,) = derive(desk.family(), settings=desk.settings, directory=desk.directory, with_loose=with_loose)
    assert [(minutes(one.at), one.why) for one in person.cycles[0].touches] == [(10, Why.ANSWERED_AT_ONCE)]
    loose = [minutes(one.at) for one in person.loose_touches]
    assert loose == ([12, 50, 90] if with_loose else [])


@pytest.mark.parametrize(
    "values", [{"is_done": False, "completed_at": None}, {"subject": "[In] Hello"}], ids=["open", "inbound"]
)
def test_m07_only_automatic_activities_are_made_touches_by_an_answer(values: dict[str, Any]) -> None:
    desk = assigned(0).call(10, **values).call(12, subject="[In] Yes")
    for with_loose in (True, False):
        (person,) = derive(
            desk.family(), settings=desk.settings, directory=desk.directory, with_loose=with_loose
        )
        assert person.cycles[0].touches == []


def test_status_working_without_a_touch_is_a_claim() -> None:
    person = assigned(0).status(30, "Assigned", "Working").person()

    assert person.stage is Stage.ASSIGNED
    assert minutes(person.cycles[0].claimed_at) == 30


def test_status_working_after_a_touch_claims_nothing() -> None:
    assert assigned(0).call(5).status(30, "Assigned", "Working").cycle().claimed_at is None


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"owner_id": TOOL}, Why.AUTOMATIC_USER),
        ({"owner_id": None}, Why.AUTOMATIC_USER),
        ({"subtype": "ListEmail"}, Why.AUTOMATIC_SUBTYPE),
        ({"subject": "[tool] Step 1"}, Why.AUTOMATIC_SUBJECT),
        ({"subject": "[In] Re: your offer"}, Why.INBOUND),
        ({"is_done": False, "completed_at": None}, Why.NOT_DONE),
    ],
)
def test_what_is_not_a_touch_is_shown_with_why(values: dict[str, Any], why: Why) -> None:
    person = assigned(0).call(10, **values).person()

    assert person.stage is Stage.ASSIGNED
    assert [touch.why for touch in person.loose_touches] == [why]


def test_k01_task_an_integration_made_for_a_rep_is_the_reps() -> None:
    """The owner decides, not the creator: facts do not even carry the creator."""
    assert assigned(0).call(10, ALICE).cycle().first_touch_by == ALICE


def test_colleagues_touch_counts_and_is_hers() -> None:
    assert assigned(0).call(10, BOB).cycle().first_touch_by == BOB


def test_task_without_a_completion_time_counts_when_logged() -> None:
    assert minutes(assigned(0).call(10, completed_at=None).cycle().first_touch_at) == 10


def test_planned_task_counts_when_completed() -> None:
    desk = assigned(0).call(10, completed_at=at(300))

    assert minutes(desk.cycle().first_touch_at) == 300
    assert desk.cycle(as_of=400, known_by=200).touch_count == 0


def test_future_event_counts_when_logged() -> None:
    desk = assigned(0).call(10, is_event=True, completed_at=None, subject="Demo")

    assert minutes(desk.cycle().first_touch_at) == 10


def test_automatic_touch_counts_when_the_person_answers_at_once() -> None:
    desk = assigned(0).call(10, TOOL).call(15, TOOL, subject="[In] Yes please")

    assert (minutes(desk.cycle().first_touch_at), desk.cycle().touch_count) == (10, 1)


def test_automatic_touch_counts_when_the_person_books_at_once() -> None:
    desk = assigned(0).call(10, TOOL).call(12, TOOL, is_event=True, subject="Booked")

    assert minutes(desk.cycle().first_touch_at) == 10


def test_a_booking_a_tool_logs_is_an_answer_and_waits_for_none() -> None:
    desk = assigned(0).call(10, TOOL, is_event=True, subject="Booked").call(12, BOB, is_event=True)

    assert [touch.by for touch in desk.cycle().touches] == [BOB]


def test_answer_after_the_window_makes_no_touch() -> None:
    assert assigned(0).call(10, TOOL).call(15.1, TOOL, subject="[In] Hm").cycle().touch_count == 0


def test_k11_call_dated_more_than_a_day_back_counts_when_logged() -> None:
    desk = assigned(0).call(3 * DAY, completed_at=at(10))

    assert minutes(desk.cycle().first_touch_at) == 3 * DAY
    assert desk.cycle().touches[0].is_backdated


def test_k11_call_dated_a_day_back_counts_when_it_was() -> None:
    desk = assigned(0).call(DAY + 10, completed_at=at(10))

    assert minutes(desk.cycle().first_touch_at) == 10
    assert not desk.cycle().touches[0].is_backdated


def shared(**joins: Any) -> Desk:
    """LEAD and OTHER, assigned both, and one call with the two."""
    desk = assigned(0).record(OTHER, 0, status="Assigned", owner_id=BOB, source="Web", **joins)
    desk.status(1, "New", "Assigned", BOB, OTHER).call(10)
    return desk.call(10, record=OTHER, activity_id=desk.activities[-1].activity_id)


def test_k10_a_call_with_two_people_is_a_touch_on_each() -> None:
    persons = shared().persons()

    assert [minutes(person.cycles[0].first_touch_at) for person in persons] == [10, 10]
    assert [person.cycles[0].touch_count for person in persons] == [1, 1]


def test_k10_a_call_with_two_records_of_one_person_is_one_touch() -> None:
    person = shared(deleted_at=at(5), merged_into=LEAD).person()

    assert sum(cycle.touch_count for cycle in person.cycles) == 1


def test_m06_a_claim_stands_since_it_was_first_made() -> None:
    desk = assigned(0).status(10, "Assigned", "Working").status(20, "Working", "Assigned")

    assert minutes(desk.status(30, "Assigned", "Working").cycle().claimed_at) == 10


def test_m06_nobody_claims_who_was_never_assigned() -> None:
    person = Desk().record(status="Working").status(10, "New", "Working").person()

    assert (person.cycles, person.stage) == ([], Stage.RAW)
