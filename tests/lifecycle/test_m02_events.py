"""M2: what was told twice counts once, what stood at the start is known, and the order at one instant is fixed."""

from __future__ import annotations

import pytest

from leadmodel.lifecycle.facts import Change, Tracked
from leadmodel.lifecycle.history import straighten
from leadmodel.lifecycle.stages import Stage
from tests.lifecycle.desk import (
    ALICE,
    BOB,
    DAY,
    DIRECTORY,
    LEAD,
    OLGA,
    QUEUE,
    ROUTER,
    Desk,
    assigned,
    at,
    minutes,
)


def test_owners_two_history_rows_are_one_change() -> None:
    desk = assigned(0).owner(30, ALICE, BOB)
    desk.change(30, Tracked.OWNER, "Alice", "Bob", ROUTER, LEAD)

    assert [span.holder for span in desk.cycle().spans] == [ALICE, BOB]


def test_owner_change_known_by_names_alone_is_resolved() -> None:
    desk = assigned(0).change(30, Tracked.OWNER, "Alice", "Bob", ROUTER, LEAD)

    assert [span.holder for span in desk.cycle().spans] == [ALICE, BOB]


def test_owner_name_that_two_users_share_is_nobody_we_know() -> None:
    desk = assigned(0).change(30, Tracked.OWNER, "Alice", "Twin", ROUTER, LEAD)

    assert [span.holder for span in desk.cycle().spans] == [ALICE, None]


def test_row_told_twice_counts_once() -> None:
    desk = assigned(0).call(10)
    desk.changes += desk.changes
    desk.activities += desk.activities
    desk.records += desk.records

    assert desk.cycle().touch_count == 1
    assert len(desk.cycle().spans) == 1


def test_change_seen_between_two_reads_is_history_where_no_row_tells_it() -> None:
    desk = Desk().record(status="Assigned")
    desk.changes.append(
        Change(LEAD, Tracked.STATUS, at(50), BOB, "New", "Assigned", "Seen", "1", since=at(40))
    )

    assert minutes(desk.cycle().assigned_at) == 50


def test_history_row_wins_over_what_was_seen_between_the_reads_around_it() -> None:
    desk = Desk().record(status="Assigned").status(45, "New", "Assigned", ROUTER)
    desk.changes.append(
        Change(LEAD, Tracked.STATUS, at(50), BOB, "New", "Assigned", "Seen", "1", since=at(40))
    )

    assert minutes(desk.cycle().assigned_at) == 45
    assert desk.cycle().assigned_by == ROUTER


@pytest.mark.parametrize("minute", [40, 50])
def test_a_row_at_the_instant_of_either_read_tells_exactly_what_was_seen_between(minute: float) -> None:
    desk = Desk().record(status="Assigned").status(minute, "New", "Assigned", ROUTER)
    desk.changes.append(
        Change(LEAD, Tracked.STATUS, at(50), BOB, "New", "Assigned", "Seen", "1", since=at(40))
    )

    (told,) = straighten(desk.changes, DIRECTORY)[LEAD, Tracked.STATUS]
    assert (minutes(told.at), told.actor) == (minute, ROUTER)


@pytest.mark.parametrize(
    ("told", "holder"),
    [
        (BOB, BOB),
        (BOB[:15], BOB[:15]),
        ("005 Avenue", OLGA),
        ("005Avenue", OLGA),
        ("Avenue 005 Group", OLGA),
        ("AlicesOwnQueue1", OLGA),
        ("005ÄÖÜäöüßÄÖÜäö", OLGA),
    ],
)
def test_what_only_looks_like_an_id_is_a_name(told: str, holder: str) -> None:
    directory = DIRECTORY._replace(by_name={told: OLGA})
    desk = assigned(0).change(30, Tracked.OWNER, "Alice", told, ROUTER, LEAD)
    desk.directory = directory

    assert desk.cycle().spans[-1].holder == holder


def test_first_old_value_is_what_a_record_began_with() -> None:
    desk = Desk().record(status="Qualified", owner_id=BOB).status(30, "Assigned", "Qualified")

    cycle = desk.cycle()

    assert minutes(cycle.assigned_at) == 0
    assert minutes(cycle.closed_at) == 30


def test_current_value_is_what_a_record_without_history_began_with() -> None:
    assert Desk().record(status="Assigned").person().stage is Stage.ASSIGNED


def test_at_one_instant_assignment_owner_touch_disposition() -> None:
    """All four in one second, told in the worst order."""
    desk = Desk().record(status="Qualified", owner_id=ALICE)
    desk.status(5, "Assigned", "Qualified").call(5).owner(5, QUEUE, ALICE).status(
        5, "New", "Assigned", ROUTER
    )

    cycle = desk.cycle()

    assert (minutes(cycle.assigned_at), minutes(cycle.closed_at)) == (5, 5)
    assert cycle.touch_count == 1
    assert [span.holder for span in cycle.spans] == [ALICE]


@pytest.mark.parametrize(
    ("row_at", "entered", "since"),
    [(39, "Nurture", 50), (40, "Nurture", 40), (45, "Nurture", 45), (45, "Qualified", 50)],
    ids=["before the reads", "at the first", "between", "another value"],
)
def test_m02_a_row_tells_an_observation_only_between_its_reads_and_with_its_value(
    row_at: float, entered: str, since: float
) -> None:
    """What a row does not tell happened at the second read: told twice, it would count twice."""
    desk = assigned(0).status(row_at, "Assigned", entered)
    desk.changes.append(
        Change(LEAD, Tracked.STATUS, at(50), BOB, "Assigned", "Nurture", "Seen", "1", since=at(40))
    )

    assert minutes(desk.person().stage_since) == since


def test_m02_the_first_second_s_changes_start_with_what_none_of_them_made() -> None:
    """Told in the worst order; that the status comes back later says nothing of the first second."""
    desk = Desk().record(status="New").status(5, "Assigned", "Qualified").status(5, "New", "Assigned", ROUTER)
    desk.status(5 + DAY, "Qualified", "New")

    assert minutes(desk.cycle().assigned_at) == 5


def test_m02_a_name_as_long_as_an_id_is_a_name() -> None:
    name = "005 West Team 0001"
    directory = DIRECTORY._replace(by_name={name: BOB})
    desk = Desk(directory=directory).record(status="Assigned", owner_id=BOB)
    desk.status(0, "New", "Assigned", ROUTER).change(30, Tracked.OWNER, "Nobody known", name, ROUTER, LEAD)

    assert [span.holder for span in desk.cycle().spans] == [None, BOB]
