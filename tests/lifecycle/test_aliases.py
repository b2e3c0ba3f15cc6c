"""The stages under other models' names (R141, R152): what dates each, cycle by cycle."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from leadmodel.lifecycle.aliases import MEANINGS, Around, dates_of
from leadmodel.lifecycle.display import Alias
from tests.lifecycle.desk import DAY, LEAD, OTHER, ROUTER, Desk, assigned, at, minutes, model

STAGES: dict[str, Any] = {
    "qualified": {"stages": {"meeting_scheduled": ["Meeting"], "pipeline": ["Pipeline"]}}
}
P2 = {"priorities": {"P2": {"all": [{"field": "Score__c", "operator": "is at least", "value": 50}]}}}


def dated(
    desk: Desk, *, mailed: float | None = None, responses: tuple[float, ...] = ()
) -> list[dict[str, float | None]]:
    """Each cycle's aliases in minutes after the desk opened."""
    around = Around(None if mailed is None else at(mailed), [at(one) for one in responses])
    told = dates_of(desk.person().cycles, around, desk.settings)
    return [{alias.value: minutes(when) for alias, when in dates.items()} for dates in told]


def test_every_alias_says_what_it_means() -> None:
    assert set(MEANINGS) == set(Alias)


def test_assigned_and_touched_date_aql_mql_and_mal() -> None:
    (untouched,) = dated(assigned(10))
    (touched,) = dated(assigned(10).call(40))

    assert untouched == {"AQL": 10, "MQL": 10}
    assert touched == {"AQL": 10, "MQL": 10, "MAL": 40}


def test_a_meeting_makes_an_mqo_and_pipeline_an_sqo_also_after_the_cycle_ended() -> None:
    desk = assigned(0).call(30).status(60, "Assigned", "Qualified")
    desk.settings = model(**STAGES)
    desk.reached(90, "Meeting").reached(2 * DAY, "Pipeline")

    (cycle,) = dated(desk)

    assert (cycle["MQO"], cycle["SQO"], cycle["SQL"], cycle["SAL"]) == (60, 2 * DAY, 2 * DAY, 60)


def test_what_an_opportunity_reached_belongs_to_the_cycle_before_the_next_assignment() -> None:
    desk = assigned(0).status(60, "Assigned", "Nurture").status(200 * DAY, "Nurture", "Assigned")
    desk.settings = model(**STAGES)
    desk.reached(100, "Meeting").reached(201 * DAY, "Pipeline")

    first, second = dated(desk)

    assert (first["MQO"], first.get("SQO")) == (100, None)
    assert (second["MQO"], second["SQO"]) == (201 * DAY, 201 * DAY)


def test_sal_asks_for_contact_a_meeting_and_where_rules_say_so_a_fit() -> None:
    """Nobody touched it, or the score is too low: no sales accepted lead."""
    untouched = assigned(0).status(60, "Assigned", "Qualified")
    assert "SAL" not in dated(untouched)[0]

    def scored(score: str) -> dict[str, float | None]:
        desk = assigned(0).call(30).status(60, "Assigned", "Qualified").holds(Score__c=score)
        desk.settings = model(lead_types=P2)
        return dated(desk)[0]

    assert scored("80")["SAL"] == 60
    assert "SAL" not in scored("20")


def test_a_meeting_agreed_before_the_first_touch_waits_for_it() -> None:
    desk = assigned(0).call(90)
    desk.settings = model(**STAGES)
    desk.reached(60, "Meeting")

    assert dated(desk)[0]["SAL"] == 90


def test_mcl_and_mel_rest_on_the_address_and_on_campaigns() -> None:
    desk = assigned(10).status(60, "Assigned", "Nurture").status(200 * DAY, "Nurture", "Assigned")

    first, second = dated(desk, mailed=0, responses=(5, 150 * DAY))

    assert (first["MCL"], first["MEL"]) == (0, 5)
    assert (second["MCL"], second["MEL"]) == (0, 150 * DAY)
    alone = dated(assigned(10).status(60, "Assigned", "Nurture"), responses=(90,))
    assert "MEL" not in alone[0]  # answered after it had ended
    assert "MCL" not in alone[0]  # no address


def test_what_the_person_answered_in_the_instant_a_cycle_ended_is_that_cycles() -> None:
    desk = assigned(10).status(60, "Assigned", "Nurture").status(200 * DAY, "Nurture", "Assigned")
    desk.status(300 * DAY, "Assigned", "Nurture")

    first, second = dated(desk, responses=(60, 300 * DAY))
    assert (first["MEL"], second["MEL"]) == (60, 300 * DAY)
    first, second = dated(desk, responses=(60, 300 * DAY + 1))
    assert (first["MEL"], second.get("MEL")) == (60, None)
    assert dated(desk, responses=(5, 50))[0]["MEL"] == 5, "the first of several"


def test_k06_what_the_person_answers_while_a_cycle_runs_on_is_its_also_after_a_merge() -> None:
    """OTHER was assigned later; that cycle ended with the merge, and the first one runs on."""
    desk = assigned(10).record(OTHER, 20, status="Assigned", deleted_at=at(90), merged_into=LEAD)
    desk.status(40, "New", "Assigned", ROUTER, OTHER)

    running, merged = dated(desk, responses=(200,))
    assert (running["MEL"], merged.get("MEL")) == (200, None)


def test_k06_what_a_cycle_that_ended_was_answered_by_is_no_later_ones_of_a_merge() -> None:
    """The first cycle ended, the second runs on, and that of OTHER, assigned last, ended with the merge."""
    desk = assigned(10).status(60, "Assigned", "Nurture").status(70, "Nurture", "Assigned", ROUTER)
    desk.record(OTHER, 75, status="Assigned", deleted_at=at(90), merged_into=LEAD)
    desk.status(80, "New", "Assigned", ROUTER, OTHER)

    first, running, merged = dated(desk, responses=(50,))
    assert (first["MEL"], running.get("MEL"), merged.get("MEL")) == (50, None, None)


def test_an_alias_stands_once() -> None:
    with pytest.raises(ValidationError, match="MAL stands twice under show; keep one"):
        model(aliases={"show": ["MAL", "MAL"]})
