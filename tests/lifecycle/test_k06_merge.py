"""K6: after a merge the winner has both pasts, whole: cycles, touches, sources, where they stood and who they were."""

from __future__ import annotations

from typing import Any

import pytest

from leadmodel.lifecycle.cycles import Why
from leadmodel.lifecycle.facts import DealEnd, Response
from leadmodel.lifecycle.stages import Ending, Entry, Outcome, Path, Stage
from tests.lifecycle.desk import (
    ALICE,
    BOB,
    BY_PIPELINE,
    DAY,
    LEAD,
    OLGA,
    OTHER,
    QUEUE,
    ROUTER,
    Desk,
    at,
    minutes,
    model,
    written,
)


def both(*, merged_at: float = 100, desk: Desk | None = None, **others: Any) -> Desk:
    """LEAD and OTHER, in the queue since 0; OTHER is merged into LEAD at 100."""
    told = (desk or Desk()).record(LEAD)
    return told.record(OTHER, deleted_at=at(merged_at), merged_into=LEAD, **others)


def give(desk: Desk, minute: float, owner: str, record: str = LEAD) -> Desk:
    """Assigned to somebody."""
    return desk.status(minute, "New", "Assigned", ROUTER, record).owner(minute, QUEUE, owner, ROUTER, record)


def test_k06_the_losers_open_cycle_runs_on_as_the_only_one() -> None:
    desk = give(both(status="Assigned", owner_id=BOB), 30, BOB, OTHER)

    (cycle,) = desk.person().cycles

    assert (minutes(cycle.assigned_at), cycle.outcome) == (30, Outcome.OPEN)
    assert [(span.holder, minutes(span.started_at)) for span in cycle.spans] == [(BOB, 30), (QUEUE, 100)]


def test_k06_who_holds_the_winner_already_gets_no_second_span() -> None:
    desk = give(both(status="Assigned", owner_id=ALICE), 30, ALICE, OTHER).owner(50, QUEUE, ALICE)
    desk.records[0] = desk.records[0]._replace(owner_id=ALICE)

    assert [span.holder for span in desk.cycle().spans] == [ALICE]


def test_k06_the_merged_cycles_last_span_ends_with_it() -> None:
    desk = give(give(both(status="Assigned", owner_id=BOB), 0, ALICE), 30, BOB, OTHER)

    first, second = desk.person().cycles

    assert [minutes(span.ended_at) for span in second.spans] == [100]
    assert [minutes(span.ended_at) for span in first.spans] == [None]
    assert second.ending is Ending.MERGED


def test_k06_of_several_spans_only_the_last_ends_with_the_merge() -> None:
    desk = give(give(both(status="Assigned", owner_id=ALICE), 30, BOB), 10, BOB, OTHER)
    desk.owner(50, BOB, ALICE).owner(60, BOB, OLGA, record=OTHER).owner(70, OLGA, ALICE, record=OTHER)
    desk.records[0] = desk.records[0]._replace(owner_id=ALICE)

    first, second = desk.person().cycles

    assert [(span.holder, minutes(span.ended_at)) for span in second.spans] == [(BOB, 50), (ALICE, 100)]
    assert [(span.holder, minutes(span.ended_at)) for span in first.spans] == [
        (BOB, 60),
        (OLGA, 70),
        (ALICE, None),
    ], "the winner's holder had it already"


@pytest.mark.parametrize(
    ("own", "others", "holders", "endings"),
    [
        (10, 30, [ALICE, BOB], [None, Ending.MERGED]),
        (30, 10, [BOB, ALICE], [None, Ending.MERGED]),
        (20, 20, [BOB, ALICE], [Ending.MERGED, None]),
    ],
)
def test_k06_of_two_open_cycles_the_one_assigned_first_runs_on(
    own: float, others: float, holders: list[str], endings: list[Ending | None]
) -> None:
    """At one instant the winner's; it comes after the one that ended."""
    desk = give(give(both(status="Assigned", owner_id=BOB), own, ALICE), others, BOB, OTHER)

    cycles = desk.person().cycles

    assert [cycle.ending for cycle in cycles] == endings
    assert [cycle.spans[0].holder for cycle in cycles] == holders


def test_k06_cycles_of_both_are_numbered_by_assignment() -> None:
    desk = give(both(status="Nurture", owner_id=BOB), 40, ALICE)
    give(desk, 10, BOB, OTHER).status(20, "Assigned", "Nurture", BOB, OTHER)

    assert [(cycle.number, minutes(cycle.assigned_at)) for cycle in desk.person().cycles] == [
        (1, 10),
        (2, 40),
    ]


def test_k06_of_two_assigned_at_once_the_one_that_ended_first_is_the_first() -> None:
    desk = give(both(status="Nurture", owner_id=BOB), 10, ALICE).status(40, "Assigned", "Nurture")
    give(desk, 10, BOB, OTHER).status(20, "Assigned", "Nurture", BOB, OTHER)

    assert [minutes(cycle.closed_at) for cycle in desk.person().cycles] == [20, 40]


def test_k06_activities_that_counted_for_nothing_stay_in_the_story() -> None:
    desk = both().call(10, BOB, record=OTHER)

    assert [touch.why for touch in desk.person().loose_touches] == [Why.NO_CYCLE]


def test_k06_one_activity_of_both_is_one_after_the_merge() -> None:
    """K10: it names OTHER, who had no cycle, and LEAD only since the merge."""
    desk = give(both(), 0, ALICE)
    desk.call(110, ALICE, record=LEAD, activity_id="00T1").call(110, ALICE, record=OTHER, activity_id="00T1")

    assert desk.cycle().touch_count == 1


def test_k06_an_activity_read_on_the_loser_before_is_not_read_again_on_the_winner() -> None:
    """The call at 50 names both; on OTHER it was loose, and LEAD had its own open cycle then."""
    desk = give(both(), 0, ALICE)
    desk.call(50, ALICE, record=OTHER, activity_id="00T1").call(120, ALICE, record=LEAD, activity_id="00T1")

    person = desk.person()

    assert [touch.activity_id for touch in person.loose_touches] + [
        touch.activity_id for touch in person.cycles[0].touches
    ] == ["00T1"]


def test_k06_the_losers_source_tells_the_path_of_what_comes_after() -> None:
    """The winner came from a list at 0, the loser by the web at 10: the later is where the person comes from."""
    desk = Desk().record(LEAD, source="List")
    desk.record(OTHER, 10, source="Web", deleted_at=at(100), merged_into=LEAD)
    give(desk, 120, ALICE)

    assert (desk.cycle().source, desk.cycle().path) == ("Web", Path.INBOUND)


def test_k06_the_losers_campaign_answers_are_the_persons() -> None:
    desk = both(status="New")
    desk.responses.append(Response(OTHER, "701A", at(50)))
    give(desk, 10, ALICE).status(20, "Assigned", "Nurture").status(120, "Nurture", "Assigned", ROUTER)

    _, again = desk.person().cycles

    assert (again.campaign_id, again.entry) == ("701A", Entry.INBOUND_ACTION)


def test_k06_a_customer_merged_into_somebody_makes_a_customer() -> None:
    desk = both(desk=Desk(settings=model(qualified=BY_PIPELINE)))
    desk.reached(50, "Closed Won", DealEnd.WON, record_id=OTHER)

    assert not any(person.is_customer for person in desk.persons(as_of=49))
    assert [person.is_customer for person in desk.persons(as_of=60)] == [False, True]
    assert desk.person().is_customer


def test_k06_a_customer_stays_one_who_takes_somebody_in() -> None:
    desk = both(desk=Desk(settings=model(qualified=BY_PIPELINE))).reached(50, "Closed Won", DealEnd.WON)

    assert desk.person().is_customer


@pytest.mark.parametrize(
    ("own", "others", "stage"),
    [
        (20, 40, Stage.UNQUALIFIED),
        (40, 20, Stage.NURTURE),
        (None, 40, Stage.UNQUALIFIED),
        (30, 30, Stage.NURTURE),
    ],
)
def test_k06_the_person_stands_where_the_later_disposition_put_either(
    own: float | None, others: float, stage: Stage
) -> None:
    desk = both(status="Unqualified").status(others, "New", "Unqualified", BOB, OTHER)
    if own is not None:
        desk.status(own, "New", "Nurture", ALICE)

    person = desk.person()

    assert (person.stage, minutes(person.stage_since)) == (stage, max(own or 0, others))


def test_k06_somebody_merged_who_never_stood_anywhere_changes_nothing() -> None:
    desk = both().status(20, "New", "Nurture", ALICE)

    assert desk.person().stage is Stage.NURTURE


def test_k06_a_disposition_after_the_merge_amends_what_ended_by_itself() -> None:
    """Not the cycle that only ended because two records became one."""
    desk = give(give(both(status="Assigned", owner_id=BOB), 0, ALICE), 30, BOB, OTHER)
    desk.status(60, "Assigned", "Nurture", ALICE).status(80, "Nurture", "Assigned", ROUTER)
    # OTHER's, of 30, runs on; LEAD's second, of 80, ends as merged
    desk.status(110, "Assigned", "Qualified", BOB).status(130, "Qualified", "Unqualified", BOB)

    told = {minutes(cycle.assigned_at): (cycle.outcome, cycle.latest_kind) for cycle in desk.person().cycles}

    assert told == {
        0: (Outcome.NURTURE, Stage.NURTURE),
        30: (Outcome.QUALIFIED, Stage.UNQUALIFIED),
        80: (Outcome.WITHDRAWN, None),
    }


def test_k06_late_logging_finds_the_cycle_that_ended_last() -> None:
    """M9: Bob ended both within the window; his call belongs to the later."""
    desk = both(merged_at=32, status="Nurture", owner_id=BOB)
    give(desk, 0, BOB).status(20, "Assigned", "Nurture", BOB)
    give(desk, 5, BOB, OTHER).status(25, "Assigned", "Nurture", BOB, OTHER)
    desk.call(34, BOB)

    assert {minutes(c.assigned_at): c.touch_count for c in desk.person().cycles} == {0: 0, 5: 1}


def side_by_side() -> Desk:
    """LEAD's from 20 to 80, in Nurture; OTHER's from 40 until it is merged at 60, while LEAD's runs on."""
    desk = give(give(both(merged_at=60), 20, ALICE), 40, BOB, OTHER)
    return desk.status(80, "Assigned", "Nurture")


def test_k06_what_ran_beside_another_came_back_from_nothing() -> None:
    """M13: the other's first cycle is no return from the one that was still open."""
    first, beside = side_by_side().person().cycles

    assert [cycle.outcome for cycle in (first, beside)] == [Outcome.NURTURE, Outcome.WITHDRAWN]
    assert (beside.entry, beside.broke_hold) == (Entry.FIRST, False)


@pytest.mark.parametrize(("days", "broke"), [(89, True), (91, False)])
def test_m13_a_hold_is_of_the_cycle_that_ended_last(days: int, broke: bool) -> None:
    desk = side_by_side().status(80 + days * DAY, "Nurture", "Assigned", ROUTER)
    again = desk.person().cycles[-1]

    assert (again.number, again.entry, again.broke_hold) == (3, Entry.TIMED_RETURN, broke)
    sentences = [one.text for one in desk.explained()[-1]]
    assert any("broke a hold" in text and written(at(80)) in text for text in sentences) is broke
