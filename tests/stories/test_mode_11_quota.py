"""Mode 11: the organisation's daily calls are left to others before they run out, and that is said."""

from __future__ import annotations

import pytest

from sync import quota
from sync.models import CallUsage
from sync.quota import CallsReserved, Usage, usage_told
from sync.salesforce.client import connect
from tests.sync.likeness import assert_like, failing
from tests.sync.world import World, values


def allow(world: World, calls: int) -> None:
    world.control("PUT", "settings", {"daily_api_requests": calls})


def used(world: World) -> int:
    kept = quota.usage()
    assert kept is not None
    return kept.used


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("api-usage=18/5000", Usage(18, 5000)),
        ("per-app-api-usage=17/250(appName=x); api-usage=25/5000", Usage(25, 5000)),
        ("api-usage=25/5000; per-app-api-usage=17/250(appName=x)", Usage(25, 5000)),
        ("per-app-api-usage=17/250(appName=x)", None),
        ("", None),
    ],
)
def test_what_the_header_tells(header: str, told: Usage | None) -> None:
    assert usage_told(header) == told


def test_usage_is_kept_for_who_asks(world: World) -> None:
    assert quota.usage() is None
    world.pull()
    kept = CallUsage.objects.get()
    assert (kept.allowed, kept.told_at, kept.refused_at) == (1_000_000, world.now, None)
    assert kept.used >= 17


def test_reading_stops_at_its_share_and_goes_on_when_calls_are_free_again(world: World) -> None:
    world.lead()
    world.sync()
    allow(world, int(used(world) / 0.79))
    world.pass_time(minutes=1)
    world.lead("Second")

    done = world.pull()

    last = list(done.values())[-1]
    assert last.is_failure
    assert "We stop at 80 % and leave the rest to others" in last.said
    assert len(done) < 17
    assert failing() == {}  # no object is at fault
    assert 80 <= 100 * used(world) / CallUsage.objects.get().allowed < 84
    world.organisation = None
    calls = used(world)
    world.pass_time(minutes=5)
    with pytest.raises(CallsReserved):
        world.poll()
    assert used(world) == calls

    world.pass_time(days=1, minutes=1)  # Salesforce has forgotten the calls of yesterday
    allow(world, 1_000_000)
    world.organisation = connect()
    world.poll()
    world.pull()
    assert_like(world)


def test_what_is_left_is_for_writing(world: World) -> None:
    world.pull()
    allow(world, int(used(world) / 0.85))
    organisation = connect(stop_at=95)
    assert organisation.count("FROM Lead") == 0
    assert organisation.count("FROM Contact") == 0
    quota.note(organisation.usage, now=world.now)
    quota.refuse_writing(now=world.now)
    with pytest.raises(CallsReserved):
        quota.refuse_reading(now=world.now)


def test_no_storm_when_the_calls_are_spent(world: World) -> None:
    world.lead()
    world.control(
        "POST", "faults", {"code": "REQUEST_LIMIT_EXCEEDED", "path": "/services/data", "times": None}
    )

    done = world.pull()

    assert len(done) == 1
    assert "TotalRequests Limit exceeded" in next(iter(done.values())).said
    assert world.organisation is not None
    assert world.organisation.call_count == 1
    assert values("SELECT count(*) FROM sync_lead") == [0]
    world.control("DELETE", "faults")
    world.pull()
    assert_like(world)
