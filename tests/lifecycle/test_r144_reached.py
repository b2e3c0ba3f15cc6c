"""How far opportunities got belongs to the cycle they came from: a meeting, and pipeline (R144)."""

from __future__ import annotations

from typing import Any

from leadmodel.lifecycle.cycles import Cycle
from tests.lifecycle.desk import DAY, LEAD, OTHER, Desk, assigned, at, minutes, model

STAGES: dict[str, Any] = {
    "qualified": {"stages": {"meeting_scheduled": ["Meeting"], "pipeline": ["Pipeline", "Won"]}}
}


def opened(*reached: tuple[float, str]) -> Desk:
    """Somebody qualified in a first cycle and assigned again after 200 days; what their opportunities reached."""
    desk = assigned(0).call(30).status(60, "Assigned", "Qualified").status(200 * DAY, "Qualified", "Assigned")
    desk.settings = model(**STAGES)
    for after, stage in reached:
        desk.reached(after, stage)
    return desk


def told(cycle: Cycle) -> tuple[float | None, float | None]:
    """Minutes after the desk opened."""
    return minutes(cycle.meeting_at), minutes(cycle.pipeline_at)


def test_the_first_of_each_counts_and_pipeline_is_a_meeting_too() -> None:
    first, second = (
        opened((90, "Meeting"), (100, "Meeting"), (DAY, "Won"), (2 * DAY, "Pipeline")).person().cycles
    )
    assert told(first) == (90, DAY)
    assert told(second) == (None, None)

    straight, _ = opened((DAY, "Pipeline")).person().cycles
    assert told(straight) == (DAY, DAY)


def test_what_comes_in_the_instant_of_the_next_assignment_is_the_next_cycles() -> None:
    first, second = opened((90, "Meeting"), (200 * DAY, "Pipeline")).person().cycles
    assert (told(first), told(second)) == ((90, None), (200 * DAY, 200 * DAY))


def test_before_any_assignment_and_unknown_stages_reach_nothing() -> None:
    desk = Desk().record().reached(5, "Pipeline")
    desk.settings = model(**STAGES)
    assert desk.person().cycles == []

    desk = opened((90, "Proposal"))
    assert [told(cycle) for cycle in desk.person().cycles] == [(None, None), (None, None)]


def test_k06_what_another_person_reached_is_theirs_until_the_two_are_merged() -> None:
    desk = opened().record(OTHER, 5, deleted_at=at(2 * DAY), merged_into=LEAD)
    desk.reached(90, "Meeting", record_id=OTHER)
    (person,) = (one for one in desk.persons(as_of=DAY) if one.person_id == LEAD)
    assert told(person.cycles[0]) == (None, None)
    assert told(desk.person().cycles[0]) == (90, None)


def test_it_had_not_been_reached_yet_as_of_then() -> None:
    desk = opened((90, "Meeting"), (DAY, "Pipeline"))
    first = desk.person(as_of=DAY - 1).cycles[0]
    assert told(first) == (90, None)
