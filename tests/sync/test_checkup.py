"""Before the first read: what the organisation lets us read, what each lack costs, what the read will take."""

from __future__ import annotations

import pytest
from django.utils import timezone

from sync.checkup.estimate import estimate
from sync.checkup.findings import Weight, findings
from sync.checkup.look import ObjectSeen, Seen, look
from sync.checkup.run import ask, latest, make_waiting
from sync.models import CheckUp
from sync.salesforce.client import connect
from sync.salesforce.objects import OBJECTS
from tests.sync.connecting import otto
from tests.sync.world import World


def whats(seen: Seen) -> dict[str, Weight]:
    return {finding.what: finding.weight for finding in findings(seen)}


def seen_with(**changes: ObjectSeen) -> Seen:
    """An organisation where all is readable and empty, but for these."""
    return Seen(
        tuple(changes.get(spec.name, ObjectSeen(spec.name, is_readable=True, rows=0)) for spec in OBJECTS)
    )


def test_a_desk_with_its_history_lacks_nothing(world: World) -> None:
    lead = world.lead()
    world.org.update("Lead", lead, {"Status": "Working", "OwnerId": world.user("Bob")})
    contact = world.contact()
    world.org.update("Contact", contact, {"OwnerId": world.user("Bob")})

    seen = look(connect())

    assert findings(seen) == []
    assert seen.named("Lead").rows == 1
    assert seen.calls_left is not None
    assert seen.calls_allowed is not None


def test_an_empty_organisation_is_not_blamed_for_having_no_history(world: World) -> None:
    assert findings(look(connect())) == []


def test_what_is_hidden_is_told_with_what_it_costs_and_how_to_grant_it(world: World) -> None:
    world.lead()
    world.hide(objects=["Event", "LeadHistory"], fields=["Lead.Status", "Lead.Rating", "User.ManagerId"])

    found = findings(look(connect()))

    told = {finding.what: finding for finding in found}
    assert next(iter(told)) == "Lead: Status cannot be read"
    assert told["Lead: Status cannot be read"].weight is Weight.STOPS
    assert "Stages come from the status" in told["Lead: Status cannot be read"].costs
    assert "Field Permissions → Status: Read" in told["Lead: Status cannot be read"].grant
    assert told["LeadHistory cannot be read"].weight is Weight.COSTS
    assert "Set History Tracking" in told["LeadHistory cannot be read"].grant
    assert told["Event cannot be read"].weight is Weight.COSTS
    assert told["User: ManagerId cannot be read"].weight is Weight.COSTS
    assert told["Lead: Rating cannot be read"].weight is Weight.DETAIL


def test_history_that_is_not_tracked_is_told(world: World) -> None:
    lead = world.lead()
    world.org.update("Lead", lead, {"Status": "Working"})

    assert "Lead history has no change of owner" in whats(look(connect()))
    assert "Lead history has no change of status" not in whats(look(connect()))


@pytest.mark.parametrize(("visible", "is_part"), [(1_000, False), (900, False), (899, True), (0, True)])
def test_what_sharing_hides_is_told(visible: int, *, is_part: bool) -> None:
    lead = ObjectSeen("Lead", is_readable=True, rows=1_000, visible=visible)

    assert (f"Our user sees {visible:,} of 1,000 Lead records" in whats(seen_with(Lead=lead))) is is_part


def test_every_object_has_its_price() -> None:
    hidden = Seen(tuple(ObjectSeen(spec.name, is_readable=False) for spec in OBJECTS))

    assert len(findings(hidden)) == len([spec for spec in OBJECTS if not spec.is_optional])


def test_the_estimate_grows_with_the_rows() -> None:
    small = estimate(seen_with(Lead=ObjectSeen("Lead", is_readable=True, rows=3_000)))
    large = estimate(seen_with(Lead=ObjectSeen("Lead", is_readable=True, rows=1_000_000)))

    assert small.rows == 3_000
    assert small.calls == 3 * len(OBJECTS) + 1
    assert small.seconds < 60
    assert large.calls < 300
    assert 900 < large.seconds < 1_200


def test_it_is_made_once_however_often_it_is_asked_for(world: World) -> None:
    for _ in range(3):
        ask(otto(), now=timezone.now())

    assert [make_waiting(now=timezone.now()) for _ in range(3)] == [True, False, False]
    made = CheckUp.objects.get()
    assert made.done_at is not None
    assert made.calls > 0
    assert len(made.objects_seen) == len(OBJECTS)


def test_an_organisation_out_of_reach_is_told(world: World) -> None:
    world.control("PUT", "clients", {"clients": [{"id": "sandbox", "secret": "another"}]})
    ask(otto(), now=timezone.now())

    make_waiting(now=timezone.now())

    made = latest()
    assert made is not None
    assert "refused to sign us in" in made.said
