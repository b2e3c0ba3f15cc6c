"""Mode 13: rows that somebody else holds are written later, each for itself, and none twice."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
import requests

from base.models import Effect
from base.outbox import MOST_ATTEMPTS
from sync.models import WriteSwitch
from sync.salesforce.client import connect
from sync.writeback.deliver import CHANGE, deliver
from tests.sync.world import World
from tests.writeback.writing import OWNER, TASK_KEY, called, meant, overhear, state, tasks, work_off

PEOPLE = 30


def lock(world: World, share: float, *, seed: int = 13) -> None:
    """From now on this share of writes finds its row held by somebody else."""
    told = {"lock_share": share, "seed": seed, "path": "/sobjects/", "times": None}
    world.control("POST", "faults", told)


def next_due(world: World) -> None:
    """Time passes until the next write that was put back is due."""
    put_back = Effect.objects.filter(state="ready", due_at__gt=world.now).order_by("due_at")
    world.pass_time(seconds=(put_back[0].due_at - world.now).total_seconds())


@pytest.mark.parametrize("has_key", [True, False])
def test_three_of_ten_rows_locked_each_is_written_once_and_none_again(world: World, *, has_key: bool) -> None:
    if has_key:
        world.control("POST", "fields", TASK_KEY)
    leads = [world.lead(f"Lead {number}", Status="Working") for number in range(PEOPLE)]
    world.sync_some()
    for number, lead in enumerate(leads):
        meant(world, lead, "Nurture", expected="Working")
        called(world, lead, key=f"call:{number}")
    world.organisation, heard = overhear()
    lock(world, 0.3)

    work_off(world)
    while Effect.objects.exclude(state="done").exists():
        next_due(world)
        work_off(world)

    answers = [heard.writes(lead) for lead in leads]
    assert all(told == [400] * (len(told) - 1) + [204] for told in answers), "none after the one that did it"
    refused = sum(len(told) - 1 for told in answers)
    assert 0.1 < refused / sum(map(len, answers)) < 0.5
    assert {world.org.live_row("Lead", lead)["Status"] for lead in leads} == {"Nurture"}
    changes = world.org.store.rows("LeadHistory", '"Field" = ?', ("Status",))
    assert sorted(str(change["LeadId"]) for change in changes) == sorted(leads)
    assert sorted(task["WhoId"] for task in tasks(world)) == sorted(leads)


def test_rows_put_back_together_do_not_come_back_together(world: World) -> None:
    for number in range(PEOPLE):
        meant(world, world.lead(f"Lead {number}", Status="Working"), "Nurture", expected="Working")
    lock(world, 1)
    work_off(world)

    pauses = sorted(due - world.now for due in Effect.objects.values_list("due_at", flat=True))

    assert pauses[0] >= timedelta(seconds=5)
    assert pauses[-1] <= timedelta(seconds=10)
    assert len({pause // timedelta(seconds=1) for pause in pauses}) == 5, "in each of the five seconds some"
    assert all(early < late for early, late in pairwise(pauses))


def test_pauses_grow_and_not_for_ever(world: World) -> None:
    effect = meant(world, world.lead(Status="Working"), "Nurture", expected="Working")
    lock(world, 1)
    for attempt in range(1, MOST_ATTEMPTS):
        work_off(world)
        assert state(effect) == "ready"
        pause = (effect.due_at - world.now).total_seconds()
        assert 5 * 2 ** (attempt - 1) <= pause <= 10 * 2 ** (attempt - 1)
        next_due(world)
    work_off(world)
    assert state(effect) == "refused"
    assert effect.said.startswith("Given up after 8 attempts. ")


def test_what_alice_does_to_one_person_is_done_in_her_order(world: World) -> None:
    lead, other = world.lead(Status="Working"), world.lead("Other", Status="Working")
    meant(world, lead, "Nurture", expected="Working")
    meant(world, lead, "Qualified", expected="Nurture")
    meant(world, lead, world.user("Bob"), expected=world.user("Alice"), fields=OWNER)
    called(world, other)
    told = {"code": "UNABLE_TO_LOCK_ROW", "path": f"/sobjects/Lead/{lead}", "method": "PATCH"}
    world.control("POST", "faults", told)

    work_off(world)

    states = list(Effect.objects.order_by("pk").values_list("state", "attempts"))
    assert states == [("ready", 1), ("ready", 0), ("ready", 0), ("done", 1)], (
        "the others wait, a stranger does not"
    )
    next_due(world)
    work_off(world)
    assert set(Effect.objects.values_list("state", flat=True)) == {"done"}
    row = world.org.live_row("Lead", lead)
    assert (row["Status"], row["OwnerId"]) == ("Qualified", world.user("Bob"))


def test_two_deliverers_are_never_at_one_person_together(world: World) -> None:
    lead = world.lead(Status="Working")
    meant(world, lead, "Nurture", expected="Working")
    meant(world, lead, "Qualified", expected="Nurture")
    second = connect()
    found: list[int] = []

    def meanwhile(request: requests.PreparedRequest) -> None:
        """Another deliverer looks for work while the first is about to write."""
        if request.method == "PATCH":
            found.append(deliver(second, clock=lambda: world.now))

    world.organisation, heard = overhear(meanwhile)
    work_off(world)

    assert found == [0, 0]
    assert heard.writes(lead) == [204, 204]
    assert world.org.live_row("Lead", lead)["Status"] == "Qualified"


def test_a_kind_that_is_switched_off_holds_nobody_up(world: World) -> None:
    lead = world.lead(Status="Working")
    world.sync_some()
    WriteSwitch.objects.create(kind=CHANGE, mode="off")
    change, call = meant(world, lead, "Nurture", expected="Working"), called(world, lead)

    work_off(world)

    assert (state(change), state(call)) == ("ready", "done")
