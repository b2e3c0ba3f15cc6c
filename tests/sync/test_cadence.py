"""How often each object is read: soon where people wait, seldom where nothing happens, the past with its present."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.db.models import F

from config.celery import app
from sync import tasks
from sync.alone import alone
from sync.cadence import next_read
from sync.fields import want
from sync.health import ObjectHealth, read_health
from sync.models import ObjectState
from sync.progress import Progress
from sync.pull import pull_object
from sync.salesforce.client import connect
from sync.salesforce.objects import BY_NAME
from tests.sync.likeness import assert_like
from tests.sync.world import World, marks, state, values

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MOST_CALLS_A_DAY = 3000


@pytest.mark.parametrize(
    ("name", "quiet", "pause"),
    [
        ("Lead", {}, 60),
        ("Lead", {"minutes": 10}, 60),
        ("Lead", {"minutes": 30}, 180),
        ("Lead", {"days": 3}, 300),
        ("Campaign", {}, 300),
        ("Campaign", {"hours": 2}, 720),
        ("Campaign", {"days": 3}, 1800),
        ("LeadHistory", {}, 6 * 3600),
    ],
)
def test_the_pause_grows_with_the_quiet(name: str, quiet: dict[str, float], pause: int) -> None:
    due_at = next_read(BY_NAME[name], now=NOON, changed_at=NOON - timedelta(**quiet))
    assert pause - 10 < (due_at - NOON).total_seconds() <= pause + 5


@pytest.mark.timeout(300)
@pytest.mark.parametrize("hours", [1, pytest.param(24, marks=pytest.mark.soak)])
def test_an_idle_organisation_is_asked_fewer_than_3000_times_a_day(world: World, hours: int) -> None:
    done = world.org.convert(world.lead(), opportunity={"Name": "Deal"})
    world.call(done.contact_id)
    world.sync()
    world.pass_time(hours=6)
    world.sync()
    assert world.organisation
    before = world.organisation.call_count

    for _ in range(hours * 60):
        world.pass_time(minutes=1)
        world.poll()

    assert world.organisation.call_count - before < MOST_CALLS_A_DAY * hours / 24
    assert not ObjectState.objects.filter(read_at__lt=world.now - timedelta(hours=6, minutes=1)).exists()
    assert not ObjectState.objects.filter(compared_at__lt=world.now - timedelta(hours=24)).exists()
    assert marks() == set()
    assert_like(world)


def test_what_changes_is_read_every_minute_and_its_history_with_it(world: World) -> None:
    lead = world.lead()
    world.sync()
    for status in ("Assigned", "Working", "Qualified"):
        world.pass_time(minutes=1)
        world.org.update("Lead", lead, {"Status": status})
        read = world.poll()
        assert read["Lead"].changed_count == 1
        assert "LeadHistory" not in read  # not on its own account
        newest = (
            "SELECT new_value FROM sync_leadhistory WHERE field = 'Status' ORDER BY created_at DESC LIMIT 1"
        )
        assert values(newest) == [status]
        assert values("SELECT count(*) FROM sync_seen") != [0]


def test_the_second_change_within_a_second_comes_with_its_history_too(world: World) -> None:
    lead = world.lead()
    world.sync()
    world.pass_time(minutes=1)
    assert world.organisation
    for status in ("Assigned", "Working"):
        world.org.update("Lead", lead, {"Status": status})
        assert pull_object(world.organisation, BY_NAME["Lead"], now=world.now).changed_count == 1
    told = values("SELECT new_value FROM sync_leadhistory WHERE field = 'Status' ORDER BY id")
    assert told == ["Assigned", "Working"]


def test_the_past_is_there_before_the_change_is(world: World) -> None:
    lead = world.lead()
    world.sync()
    world.pass_time(minutes=1)
    world.org.update("Lead", lead, {"Status": "Working"})
    world.control("POST", "faults", {"code": "MALFORMED_QUERY", "path": "/queryAll", "object": "LeadHistory"})
    world.poll()
    assert state("LeadHistory").state == ObjectState.State.FAILING
    world.pass_time(minutes=1)
    assert world.poll()["LeadHistory"].changed_count == 1
    assert_like(world)


def while_read(monkeypatch: pytest.MonkeyPatch, name: str, happens: Callable[[], object]) -> None:
    """Once, when rows of this object arrive, this happens."""
    heard, once = Progress.heard, [happens]

    def hearing(self: Progress, rows: int, expected: int | None) -> None:
        if self.name == name and rows and once:
            once.pop()()
        heard(self, rows, expected)

    monkeypatch.setattr(Progress, "heard", hearing)


def test_history_that_was_being_read_when_a_change_was_found_is_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = world.lead()
    world.sync()
    world.org.update("Lead", lead, {"Status": "Assigned"})
    world.sync()
    world.pass_time(minutes=1)

    def read_leads() -> None:
        world.org.update("Lead", lead, {"Status": "Working"})
        try:
            pull_object(connect(), BY_NAME["Lead"], now=world.now)
        finally:
            connections.close_all()

    def in_another_process() -> None:
        with ThreadPoolExecutor() as pool:
            pool.submit(read_leads).result()

    while_read(monkeypatch, "LeadHistory", in_another_process)
    assert world.organisation
    assert not pull_object(world.organisation, BY_NAME["LeadHistory"], now=world.now).is_failure
    assert values("SELECT status FROM sync_lead") == ["Working"]
    assert values("SELECT new_value FROM sync_leadhistory WHERE field = 'Status'") == ["Assigned"]

    world.poll()
    assert_like(world)


def test_a_turn_that_dies_leaves_its_object_due_since_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.lead()
    world.sync()
    world.pass_time(minutes=12)

    def die() -> None:
        raise KeyboardInterrupt

    while_read(monkeypatch, "Lead", die)
    with pytest.raises(KeyboardInterrupt):
        world.poll()
    late = [one.name for one in read_health(now=world.now).objects if one.is_late]
    assert late == ["Lead", "Contact"]
    assert list(world.poll()) == ["Lead", "Contact"]


def test_a_first_read_that_never_comes_to_its_end_is_late(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.lead()

    def die() -> None:
        raise KeyboardInterrupt

    while_read(monkeypatch, "Lead", die)
    with pytest.raises(KeyboardInterrupt):
        world.pull()
    with alone("Lead"):
        assert not lead_health(world.pass_time(hours=23)).is_late
        assert lead_health(world.pass_time(hours=2)).is_late
    assert world.pull()["Lead"].changed_count == 1
    with alone("Lead"):
        assert not lead_health(world.pass_time(hours=25)).is_late, (
            "it was read, and a long read is none the worse"
        )


def lead_health(now: datetime) -> ObjectHealth:
    """How the leads are."""
    [found] = [one for one in read_health(now=now).objects if one.name == "Lead"]
    return found


def test_a_look_at_salesforce_may_take_a_day_and_is_nobody_elses_meanwhile() -> None:
    day_s = 24 * 3600
    assert tasks.poll.time_limit == day_s
    assert app.conf.broker_transport_options["visibility_timeout"] > day_s
    assert tasks.write_back.time_limit == app.conf.task_time_limit == 3600


def test_nothing_due_asks_nothing_and_signs_nobody_in(world: World) -> None:
    world.sync()
    assert world.organisation
    before = world.organisation.call_count
    assert world.poll() == {}
    assert world.organisation.call_count == before


def test_a_field_that_is_asked_for_makes_its_object_due(world: World) -> None:
    world.control("POST", "fields", {"object": "Lead", "name": "Score__c", "type": "double", "precision": 9})
    lead = world.lead(Score__c=3)
    world.sync()
    want([("Lead", "Score__c")])
    assert list(world.poll()) == ["Lead"]
    assert values("SELECT x_score__c FROM sync_lead WHERE id = %s", lead) == ["3.0"]


def test_an_object_that_fails_is_tried_again_a_minute_later(world: World) -> None:
    world.sync()
    world.pass_time(days=1)
    world.control("POST", "faults", {"code": "MALFORMED_QUERY", "path": "/queryAll", "object": "Campaign"})
    assert world.poll()["Campaign"].is_failure
    world.pass_time(minutes=1)
    assert not world.poll()["Campaign"].is_failure
    assert not ObjectState.objects.filter(due_at__lt=F("read_at")).exists()
