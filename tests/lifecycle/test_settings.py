"""The settings: what contradicts itself is refused in a sentence, what they say holds from its instant on."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from leadmodel.lifecycle.settings import Paths, Qualified, Stages, Touches, WriteBack
from leadmodel.lifecycle.stages import Path, Stage
from tests.lifecycle.desk import PLAIN, START, at, model

SINCE = START.isoformat()
STAGES: dict[str, Any] = PLAIN["stages"]
UNASSIGNED = STAGES | {"assigned": []}
SECOND = timedelta(seconds=1)


def test_a_copy_with_another_value_works_out_anew_what_follows_from_it() -> None:
    touches = Touches(late_logging_minutes=15)
    assert touches.late_logging == timedelta(minutes=15)
    assert touches.model_copy(update={"late_logging_minutes": 60}).late_logging == timedelta(hours=1)
    assert touches.late_logging == timedelta(minutes=15)


def change(stage: str, status: str = "Open") -> dict[str, str]:
    """From the start on the status means this stage."""
    return {"status": status, "stage": stage, "since": SINCE}


def roles(*fields_and_teams: tuple[str, list[str]]) -> dict[str, Any]:
    """Sales development's and the opportunity's owner, each with its field and teams."""
    told = zip(("sales_development", "opportunity"), fields_and_teams, strict=True)
    return {"role_owners": {role: {"field": field, "teams": teams} for role, (field, teams) in told}}


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({"organisation": {"time_zone": "Berlin"}}, "“Berlin” is no time zone; write one like Europe/Berlin"),
        (
            {"stages": STAGES | {"raw": ["New"], "nurture": ["Later", "NEW"]}},
            "status “NEW” stands under raw and under nurture; keep it under one of them",
        ),
        (
            {"qualified": {"by": "opportunity", "definition": "pipeline", "stages": {"meeting_scheduled": ["Met"]}}},
            "no opportunity stage stands under stages.pipeline or past it",
        ),
        (
            {"qualified": {"changes": [{"since": SINCE, "by": "opportunity"}]}},
            "no opportunity stage stands under stages.meeting_scheduled or past it",
        ),
        (
            {"paths": {"inbound_sources": ["Web", "Chat", "Ad"], "outbound_sources": ["Chat", "List", "Ad"]}},
            "source “Ad” stands under inbound and outbound; keep one",
        ),
        (
            {"write_back": {"statuses": {"nurture": "Qualified"}}},
            "write_back.statuses writes “Qualified” for nurture, but it does not stand under stages.nurture",
        ),
        (
            roles(("Owner__c", ["West"]), ("Owner__c", ["Closers"])),
            "“Owner__c” stands under role_owners.sales_development and role_owners.opportunity; keep one",
        ),
        (
            roles(("SDR__c", ["West", "East"]), ("AE__c", ["Closers", "East"])),
            "“East” stands under role_owners.sales_development and role_owners.opportunity; keep one",
        ),
        ({"assignment": {"status": False}}, "assignment switches every signal off; switch at least one on"),
        ({"stages": UNASSIGNED}, "assignment.status is on but no status stands under stages.assigned"),
        (
            {"stages": UNASSIGNED | {"changes": [change("working")]}},
            "assignment.status is on but no status stands under stages.assigned",
        ),
        ({"telling": {"quiet_until": "7:00"}}, "“7:00” is no time of day; write one like"),
        ({"telling": {"collect_minutes": 1441}}, "less than or equal to 1440"),
        ({"telling": {"repeat_after_hours": 0.5}}, "greater than or equal to 1"),
        ({"telling": {"repeat_after_hours": 8761}}, "less than or equal to 8760"),
        ({"targets": {"pick_up_rate": {"value": 0.9, "up_to": 0.9}}}, "up_to ends a band that begins at value"),
        ({"targets": {"pick_up_rate": {"value": 0.8, "up_to": 0.9, "better": "lower"}}}, "up_to ends a band that"),
        ({"clean_your_room": {"at": "7:30"}}, "“7:30” is no time of day; write one like"),
        ({"clean_your_room": {"rows_per_rep": 0}}, "greater than or equal to 1"),
        ({"clean_your_room": {"rows_per_rep": 101}}, "less than or equal to 100"),
        ({"response": {"target_minutes": 1500}}, "maximum_minutes is less than target_minutes; write the larger"),
    ],
)  # fmt: skip
def test_a_contradiction_is_refused_in_a_sentence(sections: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match="1 validation error") as refused:
        model(**sections)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "sections",
    [
        {"organisation": {"time_zone": "Europe/Berlin"}},
        {"stages": STAGES | {"raw": ["New", "NEW"]}},
        {"qualified": {"by": "opportunity", "stages": {"pipeline": ["Pipeline"]}}},
        {"qualified": {"stages": {}, "changes": [{"since": SINCE, "by": "status"}]}},
        {"write_back": {"statuses": {"nurture": "Nurture"}}},
        roles(("SDR__c", ["West", "West"]), ("AE__c", ["Closers"])),
        {"assignment": {"status": False, "owner": True}, "stages": UNASSIGNED},
        {"assignment": {"status": False, "assigned_date_field": "Assigned__c"}},
        {"assignment": {"status": False, "outbound_pull": True}},
        {"stages": UNASSIGNED | {"changes": [change("working", "Busy"), change("assigned")]}},
        {"reassignment": {"capacity": 3}},
        {"targets": {"pick_up_rate": {"value": 0.8, "up_to": 0.9}}},
        {"targets": {"response_median_s": {"value": 7200, "better": "lower"}}},
        {"clean_your_room": {"at": "23:59", "rows_per_rep": 100}},
        {"clean_your_room": {"at": "00:00", "rows_per_rep": 1}},
        {"pulls": {"at_least": 3, "at_most": 3}},
        {"reasons": {"nurture": ["Late"]}},
        {"aliases": {"show": ["MAL", "AQL"]}},
        {
            "telling": {
                "quiet_from": "23:59",
                "quiet_until": "00:00",
                "collect_minutes": 1440,
                "repeat_after_hours": 1,
            }
        },
        {"telling": {"repeat_after_hours": 8760}},
        {"response": {"target_minutes": 60, "maximum_minutes": 60, "priorities": {"P1": 60}}},
    ],
)
def test_what_only_looks_like_a_contradiction_is_taken(sections: dict[str, Any]) -> None:
    told = model(**sections)
    assert all(getattr(told, name) is not None for name in sections)


@pytest.mark.parametrize(
    "place",
    [
        ("response", "target_minutes"),
        ("response", "maximum_minutes"),
        ("response", "priorities", "P1"),
        ("response", "stale_after_hours"),
        ("auto_abandon", "working_days"),
        ("auto_abandon", "untouched_days"),
    ],
    ids=".".join,
)
def test_a_promise_of_no_time_is_refused_and_one_of_little_is_not(place: tuple[str, ...]) -> None:
    short = {"target_minutes": 0.25, "maximum_minutes": 0.25, "priorities": {}}

    def sections(value: float) -> dict[str, Any]:
        section, *path = place
        inner: Any = value
        for name in reversed(path):
            inner = {name: inner}
        return {section: (short if section == "response" else {}) | inner}

    model(**sections(0.25))
    with pytest.raises(ValidationError, match="greater than 0"):
        model(**sections(0))


@pytest.mark.parametrize(
    "place",
    [
        ("touches", "answer_window_minutes"),
        ("touches", "late_logging_minutes"),
        ("touches", "backdated_after_hours"),
        ("slip_minutes",),
        ("recycling", "nurture_hold_days"),
        ("auto_abandon", "most_a_day"),
        ("reassignment", "most_a_day"),
        ("hand_off", "remind_before_hours"),
        ("telling", "collect_minutes"),
        ("telling", "most_a_day"),
    ],
    ids=".".join,
)
def test_none_at_all_may_be_meant_and_less_than_none_may_not(place: tuple[str, ...]) -> None:
    def sections(value: int) -> dict[str, Any]:
        return {place[0]: value if len(place) == 1 else {place[1]: value}}

    model(**sections(0))
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        model(**sections(-1))


def test_few_begins_at_one_and_a_roles_teams_at_one() -> None:
    assert model(few=1).few == 1
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        model(few=0)
    with pytest.raises(ValidationError, match="at least 1 item"):
        model(role_owners={"opportunity": {"field": "AE__c", "teams": []}})


def test_as_shipped_only_the_status_assigns_and_what_settings_leave_out_is_as_documented() -> None:
    told = model()
    signals = told.assignment
    assert (signals.status, signals.assigned_date_field, signals.owner, signals.outbound_pull) == (
        True, None, False, False,
    )  # fmt: skip
    assert not told.qualified.primary_role_only
    assert told.touches.backdated_after_hours == 24, "K11: more than a day"
    assert told.response.stale_after_hours == 48
    assert (told.auto_abandon.most_a_day, told.reassignment.most_a_day, told.telling.most_a_day) == (
        1000, 1000, 2000,
    )  # fmt: skip
    assert told.few == 10


def test_as_shipped_the_targets_are_the_seeds() -> None:
    told = {name: (one.value, one.up_to, one.better, one.near) for name, one in model().targets.items()}
    assert told == {
        "acceptance_rate": (0.85, 0.9, "higher", 0.1),
        "pick_up_rate": (0.95, None, "higher", 0.1),
        "pipeline_rate": (0.7, 0.75, "higher", 0.1),
        "response_median_s": (2 * 3600, None, "lower", 0.25),
        "response_p90_s": (24 * 3600, None, "lower", 0.25),
        "sla_attainment": (0.9, None, "higher", 0.1),
        "touchless_rate": (0.05, None, "lower", 0.25),
    }


def test_days_are_those_of_the_organisations_time_zone() -> None:
    assert model(organisation={"time_zone": "Europe/Berlin"}).organisation.zone == ZoneInfo("Europe/Berlin")


def test_the_mail_of_the_morning_goes_at_the_time_of_day_that_is_written() -> None:
    assert model(clean_your_room={"at": "06:45"}).clean_your_room.time == time(6, 45)


def test_k08_a_status_means_another_stage_from_the_instant_of_its_change_on() -> None:
    stages = Stages.model_validate({"raw": ["Open"], "changes": [change("nurture")]})
    assert stages.stage_of("open", at(0) - SECOND) is Stage.RAW
    assert stages.stage_of("OPEN", at(0)) is Stage.NURTURE
    assert (stages.stage_of("Other", at(0)), stages.stage_of(None, at(0))) == (None, None)


def test_m08_qualified_is_told_by_something_else_from_the_instant_of_its_change_on() -> None:
    changes = [{"since": SINCE, "by": "opportunity", "definition": "pipeline"}]
    told = Qualified.model_validate({"stages": {"pipeline": ["Pipeline"]}, "changes": changes})
    before = at(0) - SECOND
    assert (told.by_status_at(before), told.counts("Pipeline", before)) == (True, False)
    assert (told.by_status_at(at(0)), told.counts("Pipeline", at(0))) == (False, True)


@pytest.mark.parametrize("otherwise", list(Path))
def test_the_source_tells_the_path_and_where_none_does_the_settings_do(otherwise: Path) -> None:
    paths = Paths(inbound_sources=("Web",), outbound_sources=("List",), otherwise=otherwise)
    assert [paths.path_of(source) for source in ("Web", "List", "Fair", None)] == [
        Path.INBOUND, Path.OUTBOUND, otherwise, otherwise,
    ]  # fmt: skip


def test_the_status_written_for_a_disposition_is_the_named_one_else_the_first_that_means_it() -> None:
    stages = Stages(nurture=("Nurture", "Later"), qualified=("Qualified",))
    written = WriteBack(statuses={Stage.NURTURE: "Later"})
    assert written.status_of(Stage.NURTURE, stages) == "Later"
    assert written.status_of(Stage.QUALIFIED, stages) == "Qualified"
    assert written.status_of(Stage.UNQUALIFIED, stages) is None


@pytest.mark.parametrize(
    ("status", "by_status", "by_owner"),
    [("Nurture", True, True), ("Qualified", True, True), ("Unqualified", True, True), ("New", True, False),
     ("Assigned", False, False), ("Working", False, False), ("Other", False, False), (None, False, False)],
)  # fmt: skip
def test_m20_a_status_says_that_nobody_is_at_work_and_raw_only_where_statuses_assign(
    status: str | None, by_status: bool, by_owner: bool
) -> None:
    owners_assign = model(assignment={"status": False, "owner": True})
    assert model().is_elsewhere(status, at(0)) is by_status
    assert owners_assign.is_elsewhere(status, at(0)) is by_owner
