"""Pausing and progress: reading can be watched, left alone, stopped and let go on."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from sync import progress
from sync.control import pause, paused, resume
from sync.models import ObjectState
from sync.salesforce import bulk
from tests.sync.likeness import assert_like, failing
from tests.sync.world import World, state, values

LEADS = 12


@pytest.fixture
def desk(world: World, by_bulk: None, monkeypatch: pytest.MonkeyPatch) -> World:
    """A crowd to be read in pages of five, each of which tells how far it is."""
    monkeypatch.setattr(bulk, "PAGE_ROWS", 5)
    monkeypatch.setattr(progress, "_EVERY_S", 0.0)
    for number in range(LEADS):
        world.lead(f"Lead {number}")
    return world


def test_a_pause_is_kept_with_who_made_it(world: World) -> None:
    otto = get_user_model().objects.create_user("otto")
    assert paused() is None
    pause(otto, now=world.now)
    pause(None, now=world.pass_time(minutes=1))
    kept = paused()
    assert kept is not None
    assert (kept.by, kept.since) == (otto, world.now.replace(minute=0))
    resume()
    assert paused() is None


def test_while_it_is_paused_nothing_is_asked_and_then_everything_that_is_due(world: World) -> None:
    world.sync()
    world.lead()
    world.pass_time(minutes=5)
    pause(None, now=world.now)
    assert world.poll() == {}
    resume()
    assert world.poll()["Lead"].changed_count == 1
    assert_like(world)


def test_a_read_under_way_stops_at_its_next_page_and_begins_anew(
    desk: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = progress.Progress.heard

    def pausing(self: progress.Progress, rows: int, expected: int | None) -> None:
        if self.name == "Lead" and rows:
            pause(None, now=desk.now)
        heard(self, rows, expected)

    with monkeypatch.context() as patched:
        patched.setattr(progress.Progress, "heard", pausing)
        done = desk.pull()

    assert done["Lead"].said.startswith("Reading is paused")
    assert "Contact" not in done
    assert failing() == {}
    assert values("SELECT count(*) FROM sync_lead") == [0]
    assert not list(desk.spool.iterdir())
    resume()
    assert desk.poll()["Lead"].changed_count == LEADS
    desk.pull()
    assert_like(desk)


def test_what_is_being_read_when_reading_goes_on_is_read_once_more(
    desk: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = progress.Progress.heard

    def going_on(self: progress.Progress, rows: int, expected: int | None) -> None:
        if self.name == "Lead" and rows:
            resume()
        heard(self, rows, expected)

    monkeypatch.setattr(progress.Progress, "heard", going_on)
    desk.pull()
    assert "Lead" in desk.poll()


def test_progress_is_there_to_be_seen_while_it_reads(desk: World, monkeypatch: pytest.MonkeyPatch) -> None:
    heard, seen = progress.Progress.heard, []

    def looking(self: progress.Progress, rows: int, expected: int | None) -> None:
        heard(self, rows, expected)
        if self.name == "Lead":
            now = state("Lead")
            seen.append((now.reading_since, now.rows_arrived, now.rows_expected))

    monkeypatch.setattr(progress.Progress, "heard", looking)
    desk.pull()

    assert {since for since, _, _ in seen} == {desk.now}
    assert [arrived for _, arrived, _ in seen] == [0, 0, 5, 10, 12]
    assert {expected for _, _, expected in seen} == {LEADS}
    assert not ObjectState.objects.filter(reading_since__isnull=False).exists()
