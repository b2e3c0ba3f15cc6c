"""The demo in a hurry: promises that come sooner in a version of the settings, and as they were once it is over."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from base.models import Role, User
from config.demo.database import Note
from config.demo.hurry import LEAST_MINUTES, SECTIONS, hurried, let_reassign, settle
from config.demo.organisation import COMPANY_MODEL
from leadmodel.lifecycle.policies import in_force
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.models import SettingsVersion
from leadmodel.settings_file import parse
from leadmodel.settings_store import SHIPPED, enter, latest_version, policies_ever, settings_in_force
from sync.models import WriteSwitch
from sync.writeback.modes import Mode, own_mode, switch, switches

COMPANY = COMPANY_MODEL.read_text()
NOW = datetime(2026, 3, 2, 21, tzinfo=UTC)
OWN = """\
stages: {assigned: [Assigned]}

# ours
response:
  hours: business
  target_minutes: 0.5
  maximum_minutes: 90
  priorities: {P1: 30, P2: 60}
  ladder:
    - {do: remind_rep, of: target, minutes: -2}
    - {do: tell_manager, of: maximum, minutes: 1}
    - {do: tell_manager, of: maximum, minutes: 1.5}
hand_off:
  accept_hours: null
  types: [{priority: P1, accept_hours: 12}]
reassignment:
  rules: [{name: Hot, priority: P1, in_hours_only: true, capacity: 3}]
telling: {quiet_from: "19:00", quiet_until: "08:00", collect_minutes: 15, most_a_day: 7}
few: 3 # kept
"""


def others(settings: ModelSettings) -> dict[str, object]:
    return {name: value for name, value in settings if name not in SECTIONS}


def test_promises_and_steps_come_so_many_times_sooner() -> None:
    settings = parse(hurried(COMPANY, 60))

    response = settings.response
    assert (response.target_minutes, response.maximum_minutes) == (2, 24)
    assert list(response.priorities.values()) == [1]
    assert [step.minutes for step in response.ladder] == [-0.5, 0, 0, 24]
    assert (settings.hand_off.accept_hours, settings.hand_off.remind_before_hours) == (1.2, 0.4)
    meetings = settings.meetings
    assert (meetings.mark_within_hours, meetings.tell_manager_after_hours) == (0.4, 0.4)
    assert meetings.outcome_field == "Outcome__c"
    assert not settings.reassignment.in_hours_only
    assert others(settings) == others(parse(COMPANY))


def test_nothing_waits_for_the_morning_and_what_is_none_of_it_stays() -> None:
    text = hurried(OWN, 4)

    settings, before = parse(text), parse(OWN)
    assert settings.response.hours == "calendar"
    assert settings.telling.quiet[0] == settings.telling.quiet[1]
    assert (settings.telling.collect_minutes, settings.telling.most_a_day) == (0, 7)
    (rule,) = settings.reassignment.rules
    assert (rule.in_hours_only, rule.capacity) == (False, 3)
    assert settings.hand_off.accept_hours is None
    assert [one.accept_hours for one in settings.hand_off.types] == [3]
    assert others(settings) == others(before)
    assert "# ours" in text
    assert "few: 3 # kept" in text


def test_no_promise_is_shorter_than_salesforce_is_read_and_none_gets_longer() -> None:
    response = parse(hurried(OWN, 1440)).response

    assert response.target_minutes == 0.5  # shorter before
    assert {response.maximum_minutes, *response.priorities.values()} == {LEAST_MINUTES}
    assert [step.minutes for step in response.ladder] == [0, 0]  # two steps of one moment are one


@pytest.mark.django_db
def test_a_hurry_is_one_version_that_holds_from_now_on() -> None:
    enter(COMPANY)
    (calm,) = policies_ever()

    note = settle(60, Note("company"))

    assert (note.hurry, note.calm) == (60, COMPANY)
    before, since = policies_ever()
    assert before.response == calm.response
    assert since.response.maximum_minutes == 24
    assert settle(60, note) == note
    assert SettingsVersion.objects.count() == 2
    latest = latest_version()
    assert latest
    assert latest.why == "The demo is in a hurry: promises 60 times shorter."


@pytest.mark.django_db
def test_another_hurry_counts_from_the_promises_as_they_were() -> None:
    enter(COMPANY)

    note = settle(240, settle(60, Note("company")))

    assert settings_in_force().response.maximum_minutes == 6
    assert note.calm == COMPANY


@pytest.mark.django_db
def test_without_a_hurry_everything_is_as_it_was() -> None:
    enter(COMPANY)
    note = settle(60, Note("company"))

    note = settle(0, note)

    latest = latest_version()
    assert latest
    assert latest.text == COMPANY
    assert note == Note("company")
    assert settle(0, note) == note
    assert SettingsVersion.objects.count() == 3


@pytest.mark.django_db
def test_what_people_changed_meanwhile_stays() -> None:
    enter(OWN)
    note = settle(60, Note("company"))
    latest = latest_version()
    assert latest
    enter(latest.text.replace("few: 3", "few: 4").replace("most_a_day: 7", "most_a_day: 9"))

    again = settle(30, note)
    assert settings_in_force().telling.most_a_day == 9, "theirs, and not hurried anew"
    assert settings_in_force().response == parse(hurried(OWN, 30)).response
    settle(0, again)

    settings = settings_in_force()
    assert settings.few == 4
    assert settings.telling.most_a_day == 9
    assert settings.response == parse(OWN).response
    assert settings.reassignment == parse(OWN).reassignment


@pytest.mark.django_db
def test_the_past_of_an_organisation_without_a_model_keeps_its_promises() -> None:
    settle(60, Note("export"))

    policies = policies_ever()
    assert in_force(policies, datetime(2020, 1, 1, tzinfo=UTC)).response == SHIPPED.response
    assert in_force(policies, datetime(2100, 1, 1, tzinfo=UTC)).response.target_minutes == 2


@pytest.mark.django_db
def test_nothing_is_entered_where_nothing_is_hurried() -> None:
    assert settle(0, Note("company")) == Note("company")

    assert not SettingsVersion.objects.exists()


@pytest.mark.django_db
def test_re_assignments_are_written_in_a_hurry_and_only_then() -> None:
    let_reassign(is_hurried=False, now=NOW)  # nobody has looked at this demo
    operations = User.objects.create_user(Role.OPS, role=Role.OPS)
    kind = "salesforce.change.auto-reassign"

    let_reassign(is_hurried=True, now=NOW)
    let_reassign(is_hurried=True, now=NOW)
    assert own_mode(switches(), kind) == Mode.ON
    assert WriteSwitch.objects.get().moved_by == operations

    let_reassign(is_hurried=False, now=NOW)
    assert own_mode(switches(), kind) == Mode.DRY

    switch(kind, Mode.ON, by=operations, why="Looked at it", now=NOW)
    let_reassign(is_hurried=False, now=NOW)
    assert own_mode(switches(), kind) == Mode.ON

    switch(kind, Mode.OFF, by=operations, why="Enough", now=NOW)
    let_reassign(is_hurried=True, now=NOW)
    assert own_mode(switches(), kind) == Mode.OFF, "operations' own choice stays"
