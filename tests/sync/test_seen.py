"""Changes seen between two reads are history where none is tracked; told exactly, they count once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadmodel.models import Cycle, Span
from leadmodel.rebuild import mark_everybody, rebuild_all
from sync.fields import want
from tests.sync.conftest import NOON
from tests.sync.world import DERIVED, World, dump, values

SEEN = "SELECT field || ' ' || old_value || ' ' || new_value FROM sync_seen ORDER BY at, field"


@pytest.fixture
def lead(world: World) -> str:
    """A lead of Alice's, read once, in an organisation that hides its history."""
    made = world.lead(Status="New")
    world.user("Bob")
    world.hide(objects=["LeadHistory"])
    world.sync_some()
    return made


def test_status_and_owner_that_changed_between_two_reads_are_events(world: World, lead: str) -> None:
    assigned = world.pass_time(minutes=5)
    world.org.update("Lead", lead, {"Status": "Assigned"}, user_id=world.user("Mona"))
    world.pass_time(minutes=1)
    world.sync_some()
    handed = world.pass_time(minutes=5)
    world.org.update("Lead", lead, {"OwnerId": world.user("Bob")})
    world.pass_time(minutes=1)
    world.sync_some()

    cycle = Cycle.objects.get()
    assert (cycle.assigned_at, cycle.assigned_by) == (assigned, world.user("Mona"))
    assert list(Span.objects.order_by("ordinal").values_list("rep", "started_at")) == [
        (world.user("Alice"), assigned),
        (world.user("Bob"), handed),
    ]
    assert values(SEEN) == ["Status New Assigned", f"OwnerId {world.user('Alice')} {world.user('Bob')}"]


def test_reading_it_again_sees_nothing_new(world: World, lead: str) -> None:
    world.pass_time(minutes=5)
    world.org.update("Lead", lead, {"Status": "Assigned"})
    world.sync_some()
    before = dump(["sync_seen", *DERIVED])
    world.sync(full=True)
    world.sync_some()
    assert dump(["sync_seen", *DERIVED]) == before


def test_history_that_arrives_later_tells_it_exactly_and_once(world: World, lead: str) -> None:
    clicked = world.pass_time(minutes=5)
    world.org.update("Lead", lead, {"Status": "Assigned"})
    world.pass_time(minutes=2)
    world.org.update("Lead", lead, {"Title": "Countess"})
    world.sync_some()
    assert Cycle.objects.get().assigned_at == clicked + timedelta(minutes=2)  # all that could be known

    world.hide()
    world.pass_time(minutes=11)
    world.sync_some()
    assert Cycle.objects.get().assigned_at == clicked
    mark_everybody()
    assert rebuild_all().rows_changed == 0


@pytest.mark.parametrize("full", [False, True])
def test_a_field_that_is_filled_in_is_no_change_also_where_the_record_was_edited(
    world: World, lead: str, full: bool
) -> None:
    world.control("POST", "fields", {"object": "Lead", "name": "Score__c", "type": "double", "precision": 9})
    quiet = world.lead("Quiet", Score__c=2)
    world.org.update("Lead", lead, {"Score__c": 1})
    world.sync_some()
    world.pass_time(minutes=5)
    want([("Lead", "Score__c")])
    world.org.update("Lead", lead, {"Status": "Assigned"})
    world.sync(full=full)
    assert values(SEEN) == ["Status New Assigned"]
    assert values("SELECT x_score__c FROM sync_lead ORDER BY id") == ["1.0", "2.0"]

    for record_id in (lead, quiet):
        world.pass_time(minutes=5)
        world.org.update("Lead", record_id, {"Score__c": 9})
    world.sync_some()
    assert values(SEEN)[1:] == ["Score__c 1.0 9.0", "Score__c 2.0 9.0"]


def test_a_change_and_its_taking_back_between_two_reads_leave_nothing(world: World, lead: str) -> None:
    world.pass_time(minutes=5)
    world.org.update("Lead", lead, {"Status": "Assigned"})
    world.org.update("Lead", lead, {"Status": "New"})
    world.sync_some()
    assert values(SEEN) == []
    assert not Cycle.objects.exists()
    assert world.now > NOON
