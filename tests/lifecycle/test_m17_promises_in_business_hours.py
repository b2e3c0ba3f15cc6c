"""M17: a promise may run in business hours: of whoever owes the answer, over nights, weekends and absences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadmodel.lifecycle.business_time import Openings
from leadmodel.lifecycle.calendars import Calendar
from leadmodel.lifecycle.clocks import ClockKind, ladder, running
from leadmodel.lifecycle.facts import Users
from leadmodel.lifecycle.policies import Act, Response
from leadmodel.lifecycle.replay import Deed, Wait, of_wait
from tests.lifecycle.desk import ALICE, BOB, DAY, QUEUE, Desk, assigned, at, minutes, model
from tests.lifecycle.test_m17_business_time import CHANGES, MINUTE, ZONES, weeks

HOUR = 60
UTC_ZONE = ZoneInfo("UTC")
NINE_TO_FIVE = Openings(Calendar().week, UTC_ZONE)
WHOLE_DAY = Openings({day: [(0, 86_400)] for day in range(7)}, UTC_ZONE)
NEVER = Openings({}, UTC_ZONE)
FRIDAY = datetime(2026, 3, 6, 15, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
BUSINESS = {"response": {"hours": "business", "priorities": {}}}
WORKING_ALONE = Users(
    humans=frozenset({ALICE, BOB}),
    teams={},
    by_name={},
    openings={None: NINE_TO_FIVE, ALICE: NINE_TO_FIVE, BOB: WHOLE_DAY},
)


@pytest.mark.parametrize(
    ("hours", "reached", "used_up"),
    [
        (1, FRIDAY + timedelta(hours=1), FRIDAY + timedelta(hours=1)),
        # after closing time no business hour passes before the next opening
        (2, FRIDAY + timedelta(hours=2), MONDAY + timedelta(hours=9)),
        (3, MONDAY + timedelta(hours=10), MONDAY + timedelta(hours=10)),
        (10, MONDAY + timedelta(hours=17), MONDAY + timedelta(hours=33)),
    ],
)
def test_hours_are_reached_at_closing_and_used_up_at_the_next_opening(
    hours: int, reached: datetime, used_up: datetime
) -> None:
    assert NINE_TO_FIVE.reached(FRIDAY, hours * 3600) == reached
    assert NINE_TO_FIVE.used_up(FRIDAY, hours * 3600) == used_up


def test_it_goes_on_in_the_next_year_and_never_where_nobody_works() -> None:
    new_years_eve = datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert NINE_TO_FIVE.reached(new_years_eve, 2 * 3600) == datetime(2027, 1, 1, 10, tzinfo=UTC)
    assert NEVER.reached(FRIDAY, 60) is None
    assert NEVER.used_up(FRIDAY, 60) is None


@given(weeks(), ZONES, st.sampled_from(CHANGES), st.integers(-2000, 2000), st.integers(1, 900))
def test_they_are_the_first_and_the_last_minute_of_so_much_time(
    week: dict[int, list[tuple[int, int]]], name: str, near: datetime, offset: int, length: int
) -> None:
    openings, start, owed = Openings(week, ZoneInfo(name)), near + offset * MINUTE, length * 60
    reached, used_up = openings.reached(start, owed), openings.used_up(start, owed)
    if reached is None or used_up is None:
        assert not any(week.values())
        return
    second = timedelta(seconds=1)
    assert openings.seconds(start, reached) == owed
    assert openings.seconds(start, reached - second) < owed
    assert openings.seconds(start, used_up) == owed
    assert openings.seconds(start, used_up + second) > owed


def desk(*hands: tuple[float, str]) -> Desk:
    """Alice got somebody on Monday at nine, and then others; answers are promised in business hours."""
    found = assigned(0, owner=hands[-1][1] if hands else ALICE, settings=model(**BUSINESS))
    found.directory = WORKING_ALONE
    del found.changes[-1]
    found.owner(0, QUEUE, ALICE)
    before = ALICE
    for minute, holder in hands:
        found.owner(minute, before, holder)
        before = holder
    return found


def clocks(found: Desk) -> list[tuple[ClockKind, int, float | None]]:
    """Each clock that runs: what is owed, by which span, until when in minutes."""
    policies = [found.settings.policies_since(None)]
    return [
        (kind, ordinal, minutes(due))
        for _, kind, ordinal, _, due, _ in running(found.person(), policies, WORKING_ALONE)
    ]


def test_m18_each_clock_runs_in_the_hours_of_who_owes_the_answer() -> None:
    # two hours from Monday nine o'clock; 24 business hours are three days of eight, until Thursday opens
    assert clocks(desk())[:2] == [
        (ClockKind.RESPONSE_TARGET, 0, 2 * HOUR),
        (ClockKind.RESPONSE_MAXIMUM, 0, 3 * DAY),
    ]
    # Bob, who works day and night, got the person at half past four
    at_half_past_four = 7.5 * HOUR
    assert clocks(desk((at_half_past_four, BOB)))[2:] == [
        (ClockKind.RESPONSE_TARGET, 2, at_half_past_four + 2 * HOUR),
        (ClockKind.RESPONSE_MAXIMUM, 2, at_half_past_four + DAY),
    ]


def test_m18_a_reminder_comes_before_the_due_moment_in_the_same_hours() -> None:
    late = assigned(7 * HOUR, settings=model(**BUSINESS))
    late.directory = WORKING_ALONE
    policies = [late.settings.policies_since(None)]
    told = {rung.act: minutes(rung.due_at) for rung in ladder(late.person(), policies, WORKING_ALONE)}
    # got at four; half an hour of two is left on Tuesday at half past nine
    assert told[Act.REMIND_REP] == DAY + 0.5 * HOUR
    assert told[Act.TELL_MANAGER] == told[Act.REASSIGN] == 3 * DAY + 7 * HOUR
    assert told[Act.TELL_THEIR_MANAGER] == 4 * DAY + 7 * HOUR


def rungs(found: Desk) -> dict[Act, float | None]:
    """When each step of the ladder comes, in minutes."""
    policies = [found.settings.policies_since(None)]
    return {rung.act: minutes(rung.due_at) for rung in ladder(found.person(), policies, WORKING_ALONE)}


def test_m18_a_reminder_may_come_the_evening_before_and_others_are_told_when_the_last_hour_is_used_up() -> (
    None
):
    evening = assigned(6 * HOUR + 20, settings=model(**BUSINESS))
    evening.directory = WORKING_ALONE
    # got at 15:20 and due at 9:20; half an hour before that in business hours, somebody is still at work
    assert rungs(evening)[Act.REMIND_REP] == 7 * HOUR + 50
    # 24 business hours from nine o'clock are over when the third day closes, and used up when the fourth one opens
    assert rungs(desk())[Act.TELL_MANAGER] == 3 * DAY


def test_m18_the_ladder_goes_by_the_hours_of_who_holds_the_person_and_in_a_queue_by_those_of_the_first_rep() -> (
    None
):
    half_past_four = 7.5 * HOUR
    assert rungs(desk((half_past_four, BOB)))[Act.TELL_MANAGER] == half_past_four + DAY
    assert rungs(desk((half_past_four, QUEUE)))[Act.TELL_MANAGER] == 3 * DAY
    bobs = assigned(0, owner=QUEUE, settings=model(**BUSINESS))
    del bobs.changes[-1]
    bobs.owner(0, QUEUE, BOB).owner(half_past_four, BOB, QUEUE)
    bobs.directory = WORKING_ALONE
    assert rungs(bobs)[Act.TELL_MANAGER] == DAY


def test_m17_calendar_hours_count_where_the_promise_says_nothing_else_whatever_hours_are_known() -> None:
    late = assigned(7 * HOUR + 30)
    late.directory = WORKING_ALONE
    assert [due for _, _, due in clocks(late)] == [9.5 * HOUR, 7.5 * HOUR + DAY] * 2
    assert rungs(late)[Act.REMIND_REP] == 9 * HOUR


def test_until_when_an_answer_is_in_time_stands_with_the_cycle_and_its_spans() -> None:
    found = desk((7.5 * HOUR, BOB)).cycle()
    assert minutes(found.target_due_at) == 2 * HOUR
    assert [minutes(span.target_due_at) for span in found.spans] == [2 * HOUR, 9.5 * HOUR]
    by_the_calendar = assigned(0).cycle()
    assert by_the_calendar.target_due_at is None
    assert by_the_calendar.spans[0].target_due_at is None


def test_where_nobody_ever_works_the_calendar_counts() -> None:
    response = Response.model_validate(BUSINESS["response"])
    for openings in (NEVER, None):
        wait = Wait(at(0), at(0), None, None, is_reps=True, openings=openings)
        told: dict[Any, float | None] = {
            deed: minutes(when) for deed, when in of_wait(wait, response, at(0), at(9 * DAY))
        }
        assert (told[Deed.MISSED_TARGET], told[Deed.MISSED_MAXIMUM]) == (2 * HOUR, DAY)


def test_the_replay_plays_them_in_those_hours() -> None:
    response = Response.model_validate(BUSINESS["response"])
    wait = Wait(at(0), at(0), None, None, is_reps=True, openings=NINE_TO_FIVE)
    told: dict[Any, float | None] = {
        deed: minutes(when) for deed, when in of_wait(wait, response, at(0), at(9 * DAY))
    }
    assert (told[Deed.REMIND_REP], told[Deed.MISSED_TARGET]) == (1.5 * HOUR, 2 * HOUR)
    assert told[Deed.MISSED_MAXIMUM] == 3 * DAY
