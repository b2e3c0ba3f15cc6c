"""What Otto is proposed for an organisation nobody told us about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leadmodel.lifecycle.settings import Assignment, Stages, Teams
from leadmodel.lifecycle.stages import Stage
from leadmodel.mapping.evidence import Actor, Counted, Evidence
from leadmodel.mapping.propose import Proposal, propose
from leadmodel.settings_file import parse
from leadmodel.settings_store import SHIPPED
from sandbox.company.statuses import BY_STAGE, UNMAPPED

COMPANY = parse(Path("sandbox/company/model.yaml").read_text(encoding="utf-8"))
OFFICE = tuple(20 if 9 <= hour < 18 else 0 for hour in range(24))
ROUND_THE_CLOCK = (20,) * 24


def evidence(**told: object) -> Evidence:
    nothing: dict[str, Any] = {
        "statuses": (), "sources": (), "fields": {}, "actors": (), "subjects": (),
        "with_manager": 1.0, "with_role": 0.5,
    }  # fmt: skip
    return Evidence(**(nothing | told))


def actor(
    name: str, *, by_hour: tuple[int, ...] = OFFICE, username: str = "", is_standard: bool = True
) -> Actor:
    return Actor("005", name, username, "Sales", is_standard, sum(by_hour), 10, 0, by_hour)


def proposed(**told: object) -> Proposal:
    return propose(evidence(**told), SHIPPED, is_first=True)


def meaning(stages: Stages, status: str) -> str:
    return next((stage.value for stage in Stage if status in getattr(stages, stage.value)), "")


def test_the_example_companys_25_statuses_are_read_as_its_own_model_has_them() -> None:
    names = [name for names in BY_STAGE.values() for name in names] + list(UNMAPPED)
    found = proposed(statuses=tuple(Counted(name, 1) for name in names)).settings.stages
    assert {name: meaning(found, name) for name in names} == {
        name: meaning(COMPANY.stages, name) for name in names
    }


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        ("Open - Not Contacted", "raw"),
        ("Working - Contacted", "working"),
        ("Closed - Converted", "qualified"),
        ("Closed - Not Converted", "unqualified"),
        ("Disqualified", "unqualified"),
        ("Not Qualified", "unqualified"),
        ("MQL", "raw"),
        ("SAL", "qualified"),
        ("Recycle to marketing", "nurture"),
        ("Недозвон", ""),
    ],
)
def test_common_statuses_mean_what_people_mean_by_them(status: str, stage: str) -> None:
    (one,) = proposed(statuses=(Counted(status, 3),)).statuses
    assert one.value == stage


def test_programs_are_told_by_name_or_by_never_sleeping_and_people_are_not() -> None:
    actors = (
        actor("Lead Router"), actor("Marisol Vega", by_hour=ROUND_THE_CLOCK), actor("Alice Moreau"),
        actor("Guest", is_standard=False), actor("Bo Lin", username="pardot.sync@desk.example"),
    )  # fmt: skip
    settings = proposed(actors=actors).settings
    assert settings.touches.automated_users == ("Lead Router", "Marisol Vega", "Guest", "Bo Lin")


def test_fields_are_found_by_name_and_type() -> None:
    fields = {
        "Lead": {
            "Nurture_Reason__c": "picklist", "Disqualified_Reason__c": "picklist", "Assigned_Date__c": "datetime",
            "Assigned_To_Team__c": "string", "Reasonable_Offer__c": "currency",
        },
        "Contact": {"Lead_Status__c": "picklist", "Status_Changed__c": "datetime"},
    }  # fmt: skip
    settings = proposed(fields=fields).settings
    assert settings.reasons.nurture_field == "Nurture_Reason__c"
    assert settings.reasons.unqualified_field == "Disqualified_Reason__c"
    assert settings.assignment.assigned_date_field == "Assigned_Date__c"
    assert settings.stages.contact_status_field == "Lead_Status__c"


def test_without_a_status_for_it_a_rep_becoming_owner_is_the_assignment() -> None:
    settings = proposed(statuses=(Counted("New", 1), Counted("Working", 1))).settings
    assert (settings.assignment.status, settings.assignment.owner) == (False, True)


def test_what_nothing_speaks_for_stays_as_ops_had_it() -> None:
    assert proposed().settings.response == SHIPPED.response
    assert proposed().settings.targets == SHIPPED.targets


def test_what_ops_said_before_is_kept_also_of_what_nobody_meets_yet() -> None:
    told = SHIPPED.model_copy(
        update={
            "stages": SHIPPED.stages.model_copy(update={"nurture": ("Working", "Someday"), "working": ()})
        }
    )
    found = propose(evidence(statuses=(Counted("Working", 5),)), told, is_first=False)
    assert found.statuses[0].value == "nurture"
    assert found.settings.stages.nurture == ("Someday", "Working")


@pytest.mark.parametrize("other", ["owner", "outbound_pull"])
def test_teams_and_assignment_are_proposed_once_and_kept_from_then_on(other: str) -> None:
    said = SHIPPED.model_copy(
        update={
            "teams": Teams(source="app"),
            "assignment": Assignment.model_validate({"status": False, other: True}),
        }
    )
    met = evidence(statuses=(Counted("Assigned", 5),))

    first = propose(met, said, is_first=True).settings
    assert (first.teams.source, first.assignment.status) == ("manager", True)
    later = propose(met, said, is_first=False).settings
    assert (later.teams, later.assignment) == (said.teams, said.assignment)
