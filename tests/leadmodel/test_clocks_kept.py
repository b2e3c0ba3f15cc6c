"""M18: a clock keeps the promise that held when it started, whatever is entered later, or can no longer be read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from leadmodel.models import Clock, SettingsVersion
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from tests.leadmodel.mirrored import NOON, add_call, add_lead, add_users

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
MODEL = """
stages: {assigned: [Assigned], nurture: [Nurture]}
auto_abandon: {working_days: %d}
"""


def entered(text: str, at: datetime) -> None:
    """A version entered at this instant."""
    enter(text)
    version = SettingsVersion.objects.latest("pk")
    SettingsVersion.objects.filter(pk=version.pk).update(entered_at=at)


def limits() -> list[timedelta]:
    """How long people may be worked, in the order of their first touch."""
    rebuild_all()
    return [clock.due_at - clock.started_at for clock in Clock.objects.order_by("started_at")]


def test_each_clock_runs_by_the_version_in_force_when_it_started() -> None:
    add_users()
    for number, start in enumerate((NOON, NOON + 2 * DAY, NOON + 4 * DAY)):
        add_call(number, add_lead(number, at=start), at=start + timedelta(hours=1))
    entered(MODEL % 30, NOON + DAY)
    assert limits() == [30 * DAY] * 3
    entered(MODEL % 50, NOON + 3 * DAY)
    assert limits() == [30 * DAY, 30 * DAY, 50 * DAY]


def test_a_version_that_can_no_longer_be_read_is_passed_over() -> None:
    add_users()
    for number, start in enumerate((NOON, NOON + 4 * DAY)):
        add_call(number, add_lead(number, at=start), at=start + timedelta(hours=1))
    SettingsVersion.objects.create(text="stages: {assigned: [Assigned]}\na_setting_of_long_ago: 3\n")
    SettingsVersion.objects.update(entered_at=NOON - DAY)
    entered(MODEL % 30, NOON)
    entered(MODEL % 50, NOON + 3 * DAY)
    assert limits() == [30 * DAY, 50 * DAY]
