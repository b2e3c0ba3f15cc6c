"""Modes 9 and 10: formulas are no facts; fields that vanish, come, change their name or kind stop nothing."""

from __future__ import annotations

from typing import Any

import pytest

from sync.fields import want
from tests.sync.likeness import assert_like, failing
from tests.sync.world import World, marks, row, state, values

SCORE = {"object": "Lead", "name": "Score__c", "type": "double", "precision": 10, "scale": 2}


def scored(world: World) -> str:
    """A lead of an organisation with a score, which is mirrored."""
    world.control("POST", "fields", SCORE)
    want([("Lead", "Score__c")])
    lead = world.lead(Score__c=12.5)
    world.sync_some()
    assert row("sync_lead", lead)["x_score__c"] == "12.5"
    return lead


def change(world: World, **to: object) -> None:
    world.control("PATCH", "fields", {"object": "Lead", "name": "Score__c", "to": to})


def test_a_formula_is_not_mirrored_and_said_so(world: World) -> None:
    world.control("POST", "fields", SCORE | {"calculated": True})
    want([("Lead", "Score__c")])
    lead = world.lead()
    world.sync_some()

    told = state("Lead").unreadable["Score__c"]
    assert told["why"] == "a formula: its value changes without any sign"
    assert told["since"] == world.now.isoformat()
    assert row("sync_lead", lead)["x_score__c"] is None
    assert_like(world)


def test_a_hidden_field_keeps_its_values_says_since_when_and_is_filled_when_it_returns(world: World) -> None:
    lead, other = scored(world), world.lead("Other", Score__c=1)
    world.pull_some()
    hidden = world.pass_time(minutes=1)
    world.org.update("Lead", lead, {"LastName": "New name", "Score__c": 99})
    world.hide(fields=["Lead.Score__c"])
    world.pull_some()
    world.pass_time(minutes=11)
    world.pull_some()
    kept = row("sync_lead", lead)
    assert (kept["last_name"], kept["x_score__c"]) == ("New name", "12.5")
    assert state("Lead").unreadable == {"Score__c": {"since": hidden.isoformat(), "why": "hidden or absent"}}

    world.hide()
    world.sync_some()
    world.pass_time(minutes=11)
    world.pull_some()
    assert row("sync_lead", lead)["x_score__c"] == "99.0"
    assert row("sync_lead", other)["x_score__c"] == "1.0"
    assert marks() == {lead}
    assert state("Lead").unreadable == {}
    assert state("Lead").backfill == []
    assert_like(world)


def test_a_field_hidden_in_the_middle_of_a_read(world: World, by_bulk: None) -> None:
    lead = scored(world)
    world.pass_time(minutes=1)
    world.org.update("Lead", lead, {"LastName": "New name"})
    world.hide(fields=["Lead.Score__c", "Lead.Rating"])

    assert world.pull_some()["Lead"].changed_count == 1

    assert row("sync_lead", lead)["x_score__c"] == "12.5"
    assert sorted(state("Lead").unreadable) == ["Rating", "Score__c"]


def test_a_renamed_field_is_one_that_went_and_one_that_came(world: World) -> None:
    lead = scored(world)
    change(world, name="Points__c")
    world.pass_time(minutes=1)
    world.pull_some()
    assert row("sync_lead", lead)["x_score__c"] == "12.5"
    assert list(state("Lead").unreadable) == ["Score__c"]

    want([("Lead", "Points__c")])
    world.pull_some()
    assert row("sync_lead", lead)["x_points__c"] == "12.5"
    assert failing() == {}


@pytest.mark.parametrize(
    ("to", "text"), [({"type": "string"}, "12.5"), ({"type": "int"}, "12"), ({"type": "boolean"}, "false")]
)
def test_a_retyped_field_is_read_again_though_no_stamp_moved(
    world: World, to: dict[str, object], text: str
) -> None:
    lead = scored(world)
    change(world, **to)
    world.pass_time(minutes=61)  # described once an hour

    world.pull_some()

    assert row("sync_lead", lead)["x_score__c"] == text
    assert failing() == {}


def test_a_widened_field_and_values_nobody_has_heard_of(world: World) -> None:
    lead = world.lead(Company="C" * 100)
    world.sync_some()
    told = {"object": "Lead", "name": "Company", "to": {"length": 4000}}
    world.control("PATCH", "fields", told)
    world.pass_time(minutes=1)
    world.org.update("Lead", lead, {"Company": "C" * 4000, "Status": "Never seen before"})
    world.sync_some()
    assert failing() == {}
    assert_like(world)


def test_a_new_field_is_filled_by_a_read_of_itself_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.control("POST", "fields", SCORE)
    leads = [world.lead(f"Lead {number}", Score__c=number) for number in range(5)]
    world.sync_some()
    world.pass_time(days=2)
    organisation = world.organisation
    assert organisation is not None
    ask, asked = organisation.json, []

    def listened(path: str, **told: Any) -> object:
        asked.append(str(told.get("params")))
        return ask(path, **told)

    monkeypatch.setattr(organisation, "json", listened)
    want([("Lead", "Score__c")])
    world.poll()

    assert values("SELECT x_score__c FROM sync_lead ORDER BY last_name") == [
        "0.0",
        "1.0",
        "2.0",
        "3.0",
        "4.0",
    ]
    whole = [soql for soql in asked if "FROM Lead" in soql and "WHERE" not in soql and "COUNT()" not in soql]
    assert [soql.split("FROM")[0].split("SELECT")[1].strip() for soql in whole] == [
        "Id, SystemModstamp, Score__c"
    ]
    assert marks() == set(leads)
    assert values("SELECT count(*) FROM sync_seen") == [0]
