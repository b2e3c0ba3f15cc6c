"""A change that is meant: only its fields, and never over somebody's newer one."""

from __future__ import annotations

from datetime import timedelta

from base.outbox import MOST_ATTEMPTS
from leadmodel.models import Cycle
from sync.models import Echo, WriteSwitch
from sync.salesforce.client import connect
from sync.writeback.deliver import CHANGE
from tests.sync.world import World
from tests.writeback.writing import OWNER, meant, state, work_off


def test_the_status_alice_chose_is_in_salesforce_and_nothing_else_moved(world: World) -> None:
    lead = world.lead(Company="Engines", Status="Working")
    before = world.org.live_row("Lead", lead)
    world.pass_time(minutes=5)
    effect = meant(world, lead, "Nurture", expected="Working")
    work_off(world)
    after = world.org.live_row("Lead", lead)
    assert state(effect) == "done"
    stamps = {"Status", "LastModifiedDate", "LastModifiedById", "SystemModstamp"}
    assert {name for name in after if after[name] != before.get(name)} == stamps
    assert after["Status"] == "Nurture"


def test_a_record_that_holds_the_value_already_is_left_alone(world: World) -> None:
    lead = world.lead(Status="Nurture")
    modified = world.org.live_row("Lead", lead)["LastModifiedDate"]
    world.pass_time(minutes=5)
    effect = meant(world, lead, "Nurture", expected="Working")
    work_off(world)
    assert state(effect) == "done"
    assert world.org.live_row("Lead", lead)["LastModifiedDate"] == modified


def test_the_same_value_set_by_bob_is_bobs_doing_and_not_hers_to_take_back(world: World) -> None:
    lead = world.lead(Status="Assigned")
    world.catch_up()
    world.pass_time(minutes=30)
    effect = meant(world, lead, "Nurture", expected="Assigned")
    world.org.update("Lead", lead, {"Status": "Nurture"}, user_id=world.user("Bob"))
    work_off(world)
    assert (state(effect), effect.result) == ("done", {})
    world.catch_up()
    assert Cycle.objects.get().closed_by == world.user("Bob")


def test_many_changes_cost_one_call_each_and_one_look_before_and_after(world: World) -> None:
    leads = [world.lead(str(number), Status="Working") for number in range(10)]
    world.pass_time(minutes=1)
    effects = [meant(world, lead, "Nurture", expected="Working") for lead in leads]
    world.organisation = connect()
    work_off(world)
    assert {state(effect) for effect in effects} == {"done"}
    assert world.organisation.call_count == 10 + 2


def test_an_outage_uses_up_no_attempt_however_long(world: World) -> None:
    lead = world.lead(Status="Working")
    effect = meant(world, lead, "Nurture", expected="Working")
    world.control("POST", "faults", {"status": 503, "html": True, "path": "/query", "times": None})
    for _ in range(MOST_ATTEMPTS + 1):
        work_off(world)
        assert state(effect) == "ready"
        world.pass_time(hours=1)
    assert effect.attempts == 0
    world.control("DELETE", "faults")
    work_off(world)
    assert state(effect) == "done"


def test_what_was_written_before_an_outage_is_still_told_as_ours(world: World) -> None:
    lead = world.lead(Status="Assigned")
    world.catch_up()
    world.pass_time(minutes=30)
    effect = meant(world, lead, "Nurture", expected="Assigned")
    world.control("POST", "faults", {"status": 503, "path": "/query", "from_call": 2, "times": None})
    work_off(world)
    assert (state(effect), world.org.live_row("Lead", lead)["Status"]) == ("ready", "Nurture")
    world.control("DELETE", "faults")
    world.pass_time(minutes=5)
    work_off(world)
    assert (state(effect), Echo.objects.get().actor_id) == ("done", world.user("Alice"))


def test_a_deleted_record_is_a_conflict(world: World) -> None:
    lead = world.lead(Status="Working")
    effect = meant(world, lead, "Nurture", expected="Working")
    world.org.delete("Lead", lead)
    work_off(world)
    assert (state(effect), effect.said) == ("conflict", "The record was deleted in Salesforce.")


def test_a_permanent_refusal_is_told_in_salesforces_own_words(world: World) -> None:
    lead = world.lead()
    effect = meant(world, lead, "005000000000999AAA", expected=world.user("Alice"), fields=OWNER)
    work_off(world)
    assert state(effect) == "refused"
    assert effect.said.startswith("Salesforce refused: ")


def test_switched_off_it_waits_and_in_a_dry_run_it_only_tells(world: World) -> None:
    first, second = world.lead(Status="Working"), world.lead(Status="Working")
    WriteSwitch.objects.create(kind="salesforce.", mode="off")
    effect = meant(world, first, "Nurture", expected="Working")
    work_off(world)
    assert (state(effect), effect.said) == ("ready", "Writing to Salesforce is switched off for now.")
    WriteSwitch.objects.create(kind="salesforce.", mode="on")
    WriteSwitch.objects.create(kind=CHANGE, mode="dry")
    world.pass_time(minutes=2)
    dry = meant(world, second, "Nurture", expected="Working")
    work_off(world)
    assert (state(effect), state(dry)) == ("dry", "dry")
    assert dry.said == "Would change Status from “Working” to “Nurture”."
    assert world.org.live_row("Lead", second)["Status"] == "Working"


def test_killed_after_the_write_and_before_the_note_it_is_found_done(world: World) -> None:
    lead = world.lead(Status="Working")
    effect = meant(world, lead, "Nurture", expected="Working")
    world.org.update("Lead", lead, {"Status": "Nurture"}, user_id=world.org.api_user_id())
    type(effect).objects.update(state="leased", attempts=1, lease_until=world.now - timedelta(seconds=1))
    modified = world.org.live_row("Lead", lead)["SystemModstamp"]
    world.pass_time(minutes=2)
    work_off(world)
    assert state(effect) == "done"
    assert world.org.live_row("Lead", lead)["SystemModstamp"] == modified
