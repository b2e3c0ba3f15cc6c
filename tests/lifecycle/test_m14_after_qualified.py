"""M14 and what *qualified* means: lost and won opportunities, the three definitions and their dates."""

from __future__ import annotations

from typing import Any

import pytest

from leadmodel.lifecycle.facts import DealEnd
from leadmodel.lifecycle.stages import Outcome, Stage
from tests.lifecycle.desk import DAY, LEAD, OTHER, Desk, assigned, at, minutes, model

LOST, WON = DealEnd.LOST, DealEnd.WON
STAGES = {
    "meeting_scheduled": ["Discovery"],
    "meeting_completed": ["Demo done"],
    "pipeline": ["Proposal", "Won"],
}


def qualified(**values: Any) -> Desk:
    return assigned(0, **values).call(10).status(60, "Assigned", "Qualified")


def test_m14_lost_opportunity_sends_its_people_to_nurture_with_the_reason() -> None:
    person = qualified().reached(5 * DAY, "Lost", LOST, reason="Chose a competitor").person()

    assert (person.stage, minutes(person.stage_since)) == (Stage.NURTURE, 5 * DAY)
    assert [(c.outcome, c.reason) for c in person.cycles] == [(Outcome.QUALIFIED, "Chose a competitor")]


def test_m14_lost_without_a_reason_keeps_what_the_field_says() -> None:
    desk = qualified(nurture_reason="No budget").reached(DAY, "Lost", LOST)

    assert desk.cycle().reason == "No budget"


def test_m14_whom_somebody_works_again_is_not_taken_away() -> None:
    desk = qualified().status(2 * DAY, "Qualified", "Assigned").reached(3 * DAY, "Lost", LOST)

    assert desk.person().stage is Stage.ASSIGNED
    assert [cycle.outcome for cycle in desk.person().cycles] == [Outcome.QUALIFIED, Outcome.OPEN]


def test_m14_who_is_elsewhere_by_then_stays_there() -> None:
    desk = qualified().status(2 * DAY, "Qualified", "Unqualified").reached(3 * DAY, "Lost", LOST)

    assert desk.person().stage is Stage.UNQUALIFIED


def test_m14_won_makes_a_customer_also_after_having_been_lost() -> None:
    desk = qualified().reached(5 * DAY, "Lost", LOST).reached(9 * DAY, "Won", WON)

    assert (desk.person(as_of=6 * DAY).is_customer, desk.person().is_customer) == (False, True)
    assert desk.cycle().outcome is Outcome.QUALIFIED


def test_m14_before_it_was_lost_the_person_was_qualified() -> None:
    desk = qualified().reached(5 * DAY, "Lost", LOST)

    assert desk.person(as_of=4 * DAY).stage is Stage.QUALIFIED


@pytest.mark.parametrize(
    ("definition", "closes_at"),
    [("meeting_scheduled", 100), ("meeting_completed", 200), ("pipeline", 300)],
)
def test_r108_to_r110_each_definition_qualifies_at_its_stage(definition: str, closes_at: float) -> None:
    settings = model(qualified={"by": "opportunity", "definition": definition, "stages": STAGES})
    desk = assigned(0, settings=settings).call(5)
    desk.reached(100, "Discovery").reached(200, "Demo done").reached(300, "Proposal")

    assert minutes(desk.cycle().qualified_at) == closes_at


def test_m08_a_stage_past_the_definition_counts_where_the_stage_itself_was_skipped() -> None:
    settings = model(qualified={"by": "opportunity", "definition": "meeting_completed", "stages": STAGES})

    assert assigned(0, settings=settings).reached(50, "Won", WON).cycle().outcome is Outcome.QUALIFIED


def test_m08_the_definition_in_force_when_a_stage_was_reached_decides() -> None:
    changes = [{"since": at(150).isoformat(), "by": "opportunity", "definition": "pipeline"}]
    settings = model(
        qualified={
            "by": "opportunity",
            "definition": "meeting_scheduled",
            "stages": STAGES,
            "changes": changes,
        }
    )
    early = assigned(0, settings=settings).reached(100, "Discovery")
    late = assigned(0, settings=settings).reached(160, "Discovery").reached(170, "Demo done")

    assert (early.cycle().outcome, late.cycle().outcome) == (Outcome.QUALIFIED, Outcome.OPEN)
    assert minutes(late.reached(400, "Proposal").cycle().qualified_at) == 400


def test_k03_conversion_qualifies_only_while_statuses_tell() -> None:
    changes = [{"since": at(100).isoformat(), "by": "opportunity", "definition": "pipeline"}]
    settings = model(qualified={"stages": STAGES, "changes": changes})

    def converted(minute: float) -> Outcome:
        desk = assigned(0, settings=settings, converted_to=OTHER, converted_at=at(minute))
        return desk.record(OTHER, minute, status=None).cycle().outcome

    assert (converted(90), converted(110)) == (Outcome.QUALIFIED, Outcome.OPEN)


def test_k12_one_opportunity_qualifies_a_person_once() -> None:
    settings = model(qualified={"by": "opportunity", "definition": "meeting_scheduled", "stages": STAGES})
    desk = assigned(0, settings=settings).reached(50, "Discovery").status(60, "Assigned", "Nurture")
    desk.status(DAY, "Nurture", "Assigned").reached(2 * DAY, "Proposal")

    assert [cycle.outcome for cycle in desk.person().cycles] == [Outcome.QUALIFIED, Outcome.OPEN]
    assert desk.steps[0].record_id == LEAD


def test_m14_lost_though_never_assigned() -> None:
    """Qualified by status and never assigned: Nurture, and no cycle whose reason it could tell."""
    desk = Desk().record(status="Qualified").reached(50, "Closed Lost", DealEnd.LOST, reason="Price")

    assert (desk.person().stage, desk.person().cycles) == (Stage.NURTURE, [])
