"""Mode 15: a newer change of a human wins and is told; a person is followed; nothing comes twice, nothing echoes."""

from __future__ import annotations

import pytest
import requests

from base.models import Effect
from leadmodel.models import Cycle
from sync.models import Echo
from tests.sync.world import World, values
from tests.writeback.writing import (
    OWNER,
    TASK_KEY,
    called,
    meant,
    overhear,
    rep,
    state,
    tasks,
    work_off,
)


def forget_the_answer(effect: Effect, world: World) -> None:
    """As if the deliverer had been killed before it could note what Salesforce said."""
    told = {"state": "leased", "lease_until": world.now, "result": {}, "ended_at": None}
    Effect.objects.filter(pk=effect.pk).update(**told)
    world.pass_time(minutes=1)


def test_a_newer_change_by_a_human_wins_and_is_told(world: World) -> None:
    lead = world.lead(Status="Working")
    effect = meant(world, lead, "Nurture", expected="Working")
    world.pass_time(minutes=1)
    world.org.update("Lead", lead, {"Status": "Unqualified"}, user_id=world.user("Bob"))
    work_off(world)
    assert state(effect) == "conflict"
    assert effect.said.startswith("Status is “Unqualified” in Salesforce, no longer “Working”")
    assert world.org.live_row("Lead", lead)["Status"] == "Unqualified"


@pytest.mark.parametrize(("bobs", "ends", "status"), [
    ({"Status": "Unqualified"}, "conflict", "Unqualified"),
    ({"Rating": "Hot"}, "done", "Nurture"),
])  # fmt: skip
def test_bob_who_saves_between_our_look_and_our_write_is_looked_at_and_never_overwritten(
    world: World, bobs: dict[str, str], ends: str, status: str
) -> None:
    lead = world.lead(Status="Working")
    world.pass_time(minutes=1)
    effect = meant(world, lead, "Nurture", expected="Working")

    def meanwhile(request: requests.PreparedRequest) -> None:
        """Bob saves just before our first write arrives."""
        if request.method == "PATCH" and not heard.writes(lead):
            world.org.update("Lead", lead, bobs, user_id=world.user("Bob"))

    world.organisation, heard = overhear(meanwhile)
    work_off(world)
    assert (state(effect), heard.writes(lead)) == ("ready", [412])

    world.pass_time(minutes=1)
    work_off(world)
    assert state(effect) == ends
    assert world.org.live_row("Lead", lead) | bobs | {"Status": status} == world.org.live_row("Lead", lead)


def test_a_merged_person_is_followed_to_the_winner(world: World) -> None:
    loser, winner = world.lead("One", Status="Working"), world.lead("Two", Status="Working")
    effect = meant(world, loser, world.user("Bob"), expected=world.user("Alice"), fields=OWNER)
    world.pass_time(minutes=1)
    world.control("POST", "merge", {"winner_id": winner, "loser_ids": [loser]})
    work_off(world)
    assert state(effect) == "done"
    assert world.org.live_row("Lead", winner)["OwnerId"] == world.user("Bob")


def test_a_converted_person_is_followed_to_the_contact(world: World) -> None:
    lead = world.lead(Status="Working")
    owner = meant(world, lead, world.user("Bob"), expected=world.user("Alice"), fields=OWNER)
    call, status = called(world, lead), meant(world, lead, "Nurture", expected="Working")
    world.pass_time(minutes=1)
    world.control("POST", "convert", {"lead_id": lead, "status": "Qualified"})
    work_off(world)
    contact = str(world.org.live_row("Lead", lead)["ConvertedContactId"])
    assert (state(owner), world.org.live_row("Contact", contact)["OwnerId"]) == ("done", world.user("Bob"))
    assert (state(call), [task["WhoId"] for task in tasks(world)]) == ("done", [contact])
    assert state(status) == "conflict"
    assert status.said == "The person is a Contact now, which has no field for Status."


def test_no_assignment_rule_takes_away_whom_alice_keeps(world: World) -> None:
    lead = world.lead(Status="Working", LeadSource="Web")
    rule = {"object": "Lead", "when": {"LeadSource": "Web"}, "owner_id": world.user("Bob")}
    world.control("PUT", "rules", {"assignment": [rule]})
    effect = meant(world, lead, "Nurture", expected="Working")
    work_off(world)
    assert state(effect) == "done"
    assert world.org.live_row("Lead", lead)["OwnerId"] == world.user("Alice")


def test_what_alice_did_here_comes_back_as_hers_and_is_not_written_again(world: World) -> None:
    lead = world.lead(Status="Assigned")
    world.sync_some()
    world.pass_time(minutes=30)
    effect = meant(world, lead, "Nurture", expected="Assigned")
    world.organisation, heard = overhear()
    work_off(world)
    assert (state(effect), Echo.objects.get().actor_id) == ("done", rep(world).salesforce_id)
    for _ in range(3):
        world.sync_some()
        world.pass_time(minutes=5)
        work_off(world)

    assert (heard.writes(lead), Effect.objects.count()) == ([204], 1)
    told = values("SELECT created_by_id FROM sync_leadhistory WHERE field = 'Status'")
    assert told == [world.org.api_user_id()]
    cycle = Cycle.objects.get()
    assert (cycle.outcome, cycle.closed_by, cycle.handling) == ("nurture", world.user("Alice"), "bypassed")


@pytest.mark.parametrize("has_key", [True, False])
def test_a_call_whose_answer_was_lost_is_there_once(world: World, *, has_key: bool) -> None:
    if has_key:
        world.control("POST", "fields", TASK_KEY)
    lead = world.lead()
    world.sync_some()
    effect = called(world, lead)
    work_off(world)
    state(effect)
    made = effect.result["task"]
    forget_the_answer(effect, world)
    work_off(world)
    assert (state(effect), effect.result["task"]) == ("done", made)
    assert [task["Id"] for task in tasks(world)] == [made]
