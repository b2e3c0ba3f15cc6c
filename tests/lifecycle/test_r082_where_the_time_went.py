"""R081, R082: who came off hours, and where the time to the first touch went."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from leadmodel.lifecycle.business_time import Openings
from leadmodel.lifecycle.calendars import Calendar
from leadmodel.lifecycle.cycles import TimeWent
from tests.lifecycle.desk import ALICE, BOB, DIRECTORY, QUEUE, ROUTER, Desk

HOUR = 3600
HOURS = 60
UTC = ZoneInfo("UTC")
OFFICE = Openings(Calendar().week, UTC)
AFTERNOONS = Openings({day: [(13 * HOUR, 17 * HOUR)] for day in range(5)}, UTC)
THEIRS = DIRECTORY._replace(openings={None: OFFICE, ALICE: OFFICE, BOB: AFTERNOONS})


def assigned(minute: float, holder: str) -> Desk:
    """Assigned at a minute after Monday 9:00, to somebody who has had the person since it was created."""
    desk = Desk(directory=THEIRS).record(status="Assigned", owner_id=holder, minute=min(minute, 0))
    return desk.status(minute, "New", "Assigned", ROUTER)


def test_every_hour_is_with_whoever_had_the_person() -> None:
    desk = assigned(0, BOB).owner(1 * HOURS, ROUTER, QUEUE).owner(3 * HOURS, QUEUE, ALICE)
    desk.owner(9 * HOURS, ALICE, BOB).call((24 + 5) * HOURS, BOB)

    # the router an hour, the queue two; Alice 12 to 17 and an hour more; Bob from 18 on, at work from 13 to 14
    assert desk.cycle().went == TimeWent(1 * HOUR, 2 * HOUR, (5 + 1) * HOUR, (1 + 19) * HOUR)


def test_nothing_is_said_before_the_answer() -> None:
    assert assigned(0, ALICE).cycle().went is None


def test_an_answer_at_once_took_no_time() -> None:
    assert assigned(0, ALICE).call(0).cycle().went == TimeWent(0, 0, 0, 0)


@pytest.mark.parametrize(
    ("holder", "minute", "is_off_hours"),
    [
        (ALICE, 60, False),
        (BOB, 60, True),
        (BOB, 4 * HOURS, False),
        (QUEUE, 60, False),  # everybody's hours
        (QUEUE, 9 * HOURS, True),
        (ALICE, 8 * HOURS, True),  # at five sharp
    ],
)
def test_off_hours_are_those_of_whom_they_come_to(holder: str, minute: float, *, is_off_hours: bool) -> None:
    cycle = assigned(minute, holder).cycle()

    assert (cycle.is_off_hours, cycle.spans[0].is_off_hours) == (is_off_hours, is_off_hours)
