"""A call logged here is in Salesforce once, whoever is killed on the way."""

from __future__ import annotations

from datetime import datetime

from base.models import Effect
from sync.salesforce.client import connect
from sync.writeback.deliver import deliver
from tests.sync.world import World
from tests.writeback.writing import called, state, work_off

KEY = {"object": "Task", "name": "Lead_Ops_Key__c", "length": 80, "external_id": True, "unique": True}


def forget_the_answer(effect: Effect, world: World) -> None:
    """As if the deliverer had been killed before it could note what Salesforce said."""
    Effect.objects.filter(pk=effect.pk).update(
        state="leased", lease_until=world.now, result={}, ended_at=None
    )
    world.pass_time(minutes=1)


def subjects(world: World) -> list[object]:
    return [task["Subject"] for task in world.org.store.rows("Task")]


def test_with_a_field_for_our_key_a_repeat_updates_the_task_made_before(world: World) -> None:
    world.control("POST", "fields", KEY)
    lead = world.lead()
    world.sync()
    effect = called(world, lead)
    work_off(world)
    made = state(effect), effect.result
    forget_the_answer(effect, world)
    work_off(world)
    assert (state(effect), made[0]) == ("done", "done")
    assert subjects(world) == ["Call"]
    assert effect.result["task"] == made[1]["task"]


def test_without_one_it_is_looked_for_before_it_is_made_again(world: World) -> None:
    lead = world.lead()
    world.sync()
    effect = called(world, lead)
    work_off(world)
    forget_the_answer(effect, world)
    work_off(world)
    assert state(effect) == "done"
    assert subjects(world) == ["Call"]


def test_a_task_for_somebody_who_was_converted_meanwhile_is_on_the_contact(world: World) -> None:
    lead = world.lead()
    effect = called(world, lead)
    world.pass_time(minutes=1)
    world.control("POST", "convert", {"lead_id": lead, "status": "Qualified"})
    work_off(world)
    contact = world.org.live_row("Lead", lead)["ConvertedContactId"]
    assert [task["WhoId"] for task in world.org.store.rows("Task")] == [contact]
    assert state(effect) == "done"


def test_two_deliverers_share_and_neither_does_the_others(world: World) -> None:
    lead = world.lead()
    effects = [called(world, lead, key=f"call:{number}") for number in range(5)]
    work_off(world)
    assert [state(effect) for effect in effects] == ["done"] * 5
    assert world.organisation is not None
    assert deliver(world.organisation, clock=lambda: world.now) == 0
    assert len(subjects(world)) == 5


def test_a_slow_deliverer_leaves_to_the_next_what_its_lease_no_longer_covers(world: World) -> None:
    lead = world.lead()
    effects = [called(world, lead, key=f"call:{number}") for number in range(3)]
    slow, quick = connect(), connect()
    looks = 0

    def clock() -> datetime:
        """The second look at the clock is long after the first, and meanwhile another deliverer was at work."""
        nonlocal looks
        looks += 1
        if looks == 2:
            world.pass_time(minutes=6)
            assert deliver(quick, clock=lambda: world.now) == 3
        return world.now

    assert deliver(slow, clock=clock) == 3
    assert [state(effect) for effect in effects] == ["done"] * 3
    assert len(subjects(world)) == 3
