"""Where the facts of sentences come from: the row, the field and the value that decided, and no other (M2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from leadmodel.lifecycle.cited import Fact, Facts
from leadmodel.lifecycle.explain import Topic
from leadmodel.lifecycle.facts import Tracked
from tests.lifecycle.desk import (
    ALICE,
    BOB,
    BY_PIPELINE,
    CONTACT,
    DAY,
    LEAD,
    OTHER,
    ROUTER,
    Desk,
    assigned,
    at,
    minutes,
    model,
)

DATED = model(assignment={"status": False, "assigned_date_field": "Assigned__c"})


@dataclass(frozen=True)
class Cited:
    """What a fact is told by."""

    object_name: str
    field: str
    minute: float | None
    value: str | None


def cited(desk: Desk, topic: Topic, place: int = 0) -> list[Cited]:
    """The facts of a sentence about a topic of the first cycle; the first of them, or at another place."""
    sentences = [one for one in desk.explained()[0] if one.topic is topic]
    return [Cited(one.object_name, one.field, minutes(one.at), one.value) for one in sentences[place].facts]


def facts(desk: Desk) -> Facts:
    return Facts(desk.family(), desk.settings)


def test_values_that_are_users_and_queues_are_shown_by_name() -> None:
    fields = ("Owner", "OwnerId", "Status")
    told = [Fact("Lead", LEAD, LEAD, field, at(0), at(0)).holds_users for field in fields]
    assert told == [True, True, False]


def test_m08_of_several_stages_only_the_one_that_qualified_is_cited() -> None:
    desk = assigned(5, settings=model(qualified=BY_PIPELINE)).call(20)
    desk.reached(40, "Meeting").reached(50, "Pipeline").reached(50, "Pipeline II").reached(60, "Won")
    desk.reached(50, "Other deal's", opportunity_id="006B")
    assert cited(desk, Topic.ENDING) == [Cited("Opportunity", "StageName", 50, "Pipeline")]


@pytest.mark.parametrize(
    ("values", "name", "field", "minute"),
    [
        ({"is_event": True, "completed_at": None}, "Event", "CreatedDate", 30),
        ({"completed_at": at(25)}, "Task", "CompletedDateTime", 25),
        ({"completed_at": at(25), "is_done": False}, "Task", "CreatedDate", 30),
        ({"completed_at": None, "is_done": False}, "Task", "CreatedDate", 30),
        ({"completed_at": None, "is_done": True}, "Task", "CreatedDate", 30),
    ],
)
def test_m07_an_activity_is_cited_by_what_dates_it(
    values: dict[str, Any], name: str, field: str, minute: float
) -> None:
    desk = assigned(5).call(30, **values)
    told = facts(desk).of_activity(desk.activities[0].activity_id)
    assert (told.object_name, told.field, minutes(told.at), minutes(told.learned_at)) == (
        name,
        field,
        minute,
        30,
    )


def test_m05_the_source_is_the_latest_record_s_that_has_it_when_the_cycle_begins() -> None:
    desk = assigned(90, converted_to=CONTACT, converted_at=at(200)).record(CONTACT, 60, status=None)
    desk.record(OTHER, 100, merged_into=LEAD, deleted_at=at(110))
    assert cited(desk, Topic.PATH)[0] == Cited("Contact", "LeadSource", 60, "Web")

    elsewhere = assigned(90, converted_to=CONTACT, converted_at=at(200))
    elsewhere.record(CONTACT, 60, status=None, source="List")
    assert [one.record_id for one in facts(elsewhere).source(at(90), "Web")] == [LEAD]

    at_once = Desk().record(minute=5, status="Assigned", owner_id=ALICE)
    assert set(cited(at_once, Topic.PATH)) == {
        Cited("Lead", "LeadSource", 5, "Web"),
        Cited("Lead", "Status", 5, "Assigned"),
    }
    assert facts(Desk().record(source=None)).source(at(9), None) == []


def test_m05_opportunities_are_cited_that_there_were_when_the_cycle_began() -> None:
    desk = assigned(60).deal(60, tie=LEAD).deal(61, tie=LEAD)
    assert [minutes(one.at) for one in facts(desk).deals(at(60))] == [60]


def test_m05_a_field_is_cited_by_the_last_change_until_then() -> None:
    desk = assigned(60).holds(Rating="Cold")
    for minute, old, new in ((20, "Cold", "Warm"), (60, "Warm", "Hot"), (90, "Hot", "Cold")):
        desk.change(minute, "Rating", old, new, ALICE, LEAD)
    (told,) = facts(desk).fields(["Rating", "Nowhere__c"], [LEAD], at(60))
    assert (minutes(told.at), told.value) == (60, "Hot")


def test_m05_an_assigned_date_is_cited_by_the_first_row_that_set_it_on_the_record() -> None:
    desk = Desk(settings=DATED).record(owner_id=ALICE, assigned_date=at(30))
    desk.record(OTHER, 1, owner_id=BOB, assigned_date=at(30), merged_into=LEAD, deleted_at=at(2 * DAY))
    told = at(30).isoformat()
    desk.change(35, Tracked.ASSIGNED_DATE, None, told, BOB, OTHER)
    desk.change(36, Tracked.NURTURE_REASON, None, told, BOB, LEAD)
    desk.change(37, Tracked.ASSIGNED_DATE, at(1).isoformat(), None, BOB, LEAD)
    desk.change(40, Tracked.ASSIGNED_DATE, None, told, BOB, LEAD)
    desk.change(50, Tracked.ASSIGNED_DATE, told, at(DAY).isoformat(), BOB, LEAD)
    desk.change(60, Tracked.ASSIGNED_DATE, at(DAY).isoformat(), told, BOB, LEAD)
    found = facts(desk)._assigned_date(LEAD, at(30))
    assert (found.record_id, minutes(found.at), minutes(found.learned_at)) == (LEAD, 30, 40)
    assert minutes(facts(desk)._assigned_date(LEAD, at(DAY)).learned_at) == 50


def test_m05_an_assigned_date_that_no_row_tells_is_the_record_s() -> None:
    desk = Desk(settings=DATED).record(owner_id=ALICE, assigned_date=at(30))
    assert cited(desk, Topic.ASSIGNMENT) == [Cited("Lead", "Assigned__c", 30, at(30).isoformat())]


def test_m02_what_a_field_held_at_first_is_what_its_first_change_says() -> None:
    desk = Desk().record(status="Qualified", owner_id=ALICE).status(60, "Working", "Qualified")
    desk.status(30, "Assigned", "Working").owner(10, BOB, ALICE)
    assert cited(desk, Topic.ASSIGNMENT) == [Cited("Lead", "Status", 0, "Assigned")]


def test_m04_a_contact_s_status_is_the_field_the_settings_name() -> None:
    settings = model(stages={"raw": ["New"], "assigned": ["Assigned"], "contact_status_field": "Status__c"})
    desk = Desk(settings=settings).record(CONTACT, status="Assigned", owner_id=ALICE)
    desk.status(20, "New", "Assigned", ROUTER, CONTACT)
    assert [(one.object_name, one.field) for one in cited(desk, Topic.ASSIGNMENT)] == [
        ("LeadHistory", "Status__c")
    ]


def test_what_the_settings_name_no_field_for_is_called_by_what_it_is() -> None:
    desk = assigned(5).change(20, Tracked.NURTURE_REASON, None, "Late", ALICE, LEAD)
    assert facts(desk)._of_change(desk.changes[-1]).field == "nurture_reason"
