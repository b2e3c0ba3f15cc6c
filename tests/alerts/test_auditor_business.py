"""The auditor counts promises in business hours off minute by minute: it tells what was left out, and else agrees."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.auditor.business import opened, without, worked
from alerts.auditor.comparing import compare
from alerts.models import AuditRun
from base.models import Role, User
from leadmodel.lifecycle.business_time import Openings
from leadmodel.lifecycle.calendars import Calendar, Weekday
from leadmodel.models import Absence, Clock, Rung
from leadmodel.rebuild import mark_everybody
from leadmodel.settings_store import enter
from tests.alerts.overdue import MODEL, hire, later, lead, look, new_world, world
from tests.alerts.test_auditor import found
from tests.alerts.test_ladder import State
from tests.lifecycle.test_m17_business_time import CHANGES, MINUTE, ZONES, weeks
from tests.sync.world import World

__all__ = ["new_world", "world"]
DAY = timedelta(days=1)


@pytest.fixture
def office(world: World, transactional_db: None) -> World:
    """Mona's team of two, who promise an answer in their hours, nine to five; Alice has a lead since Monday noon."""
    enter(f"{MODEL}response: {{hours: business}}\n")
    hire(world, "Alice", "Bob")
    for name, role in (("Alice", Role.REP), ("Mona", Role.MANAGER)):
        User.objects.create_user(name.lower(), role=role, salesforce_id=world.user(name))
    User.objects.create_user("otto", role=Role.OPS)
    User.objects.update(date_joined=world.now - 30 * DAY)
    lead(world)
    world.catch_up()
    assert world.now.strftime("%A %H:%M") == "Monday 12:00"
    return world


def what(world: World) -> list[str]:
    """Each step that differs; what they wait for in the outbox is another matter."""
    return [told.split("”")[0][1:] for check, told in found(world) if check == "steps"]


def forget() -> None:
    Clock.objects.all().delete()
    Rung.objects.all().delete()


def test_each_step_is_expected_when_the_hours_of_who_owes_the_answer_are_used_up(office: World) -> None:
    later(office, minutes=90)
    assert look(office) == {State.DONE: 1}
    assert what(office) == []
    assert AuditRun.objects.latest("pk").expected["steps"] == 1
    # Alice is away on Wednesday: five of 24 hours are Monday's, eight Tuesday's, eight Thursday's, and three Friday's
    gone = office.now.replace(hour=0) + 2 * DAY
    Absence.objects.create(user_id=office.user("Alice"), starts_at=gone, ends_at=gone + DAY)
    mark_everybody()
    office.pass_time(days=3, hours=9)
    office.catch_up()
    assert what(office) == []
    assert AuditRun.objects.latest("pk").expected["steps"] == 0
    later(office, hours=14)
    forget()
    assert look(office) == {}
    assert what(office) == ["Tell the manager", "Re-assign"]
    mark_everybody()
    office.catch_up()
    assert look(office) == {State.DONE: 2}
    assert compare(now=office.now).agrees
    # the manager's manager is told a day of the calendar later, a Saturday
    later(office, days=1)
    forget()
    assert what(office) == ["Tell the manager's manager"]


def test_a_look_reads_in_whole_sets(office: World) -> None:
    """As many statements for many people as for one."""
    later(office, minutes=90)
    with CaptureQueriesContext(connection) as few:
        compare(now=office.now)
    for number in range(10):
        lead(office, f"More {number}")
    later(office, minutes=90)
    with CaptureQueriesContext(connection) as many:
        compare(now=office.now)
    assert AuditRun.objects.latest("pk").expected["steps"] == 11
    assert len(many) <= len(few)


@given(
    weeks(),
    ZONES,
    st.sampled_from(CHANGES),
    st.integers(-2000, 2000),
    st.integers(1, 900),
    st.integers(0, 3000),
)
@settings(max_examples=40, deadline=None)
def test_m17_minutes_counted_one_by_one_are_what_the_arithmetic_of_clocks_tells(
    week: dict[int, list[tuple[int, int]]], name: str, near: datetime, offset: int, length: int, away: int
) -> None:
    """Also in nights in which the wall clock jumps, and of who is away for a while."""
    zone, start, owed = ZoneInfo(name), near + offset * MINUTE, length * MINUTE
    gone = [(start + away * MINUTE, start + 2 * away * MINUTE)]
    openings = Openings(week, zone, absences=gone)
    until = start + 5 * DAY
    hours = list(without(opened(calendar(week), zone, start, until), gone))
    for and_on, told in (
        (False, openings.reached(start, owed.total_seconds())),
        (True, openings.used_up(start, owed.total_seconds())),
    ):
        counted = worked(owed, start, hours, and_on=and_on)
        assert counted == (told if told is not None and told <= until else None)


def calendar(week: dict[int, list[tuple[int, int]]]) -> Calendar:
    """As the settings write it."""
    days = list(Weekday)
    return Calendar(hours={days[day]: tuple(map(hours, stretches)) for day, stretches in week.items()})


def hours(stretch: tuple[int, int]) -> str:
    opens, closes = (f"{seconds // 3600:02}:{seconds // 60 % 60:02}" for seconds in stretch)
    return f"{opens}-{closes}"
