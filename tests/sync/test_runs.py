"""What reading did is kept, run by run, together with what it read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync.control import pause, resume
from sync.models import ObjectState, Run
from sync.runs import KEPT
from tests.sync.world import World, values

Told = tuple[str, str, int, int]
KIND, OUTCOME = Run.Kind, Run.Outcome


def runs(name: str) -> list[Told]:
    """Kind, how it ended, rows read and changed of each run of an object; the oldest first."""
    found = Run.objects.filter(object_name=name).order_by("pk")
    return [(run.kind, run.outcome, run.rows_read, run.rows_changed) for run in found]


@pytest.fixture
def desk(world: World) -> World:
    """Three leads, read, and nothing told of it."""
    for number in range(3):
        world.lead(f"Lead {number}")
    world.pull()
    assert runs("Lead") == [(KIND.FIRST, OUTCOME.DONE, 3, 3)]
    Run.objects.all().delete()
    world.pass_time(minutes=1)
    return world


def test_each_read_tells_what_it_read_and_changed(desk: World) -> None:
    desk.lead("Late")
    desk.pull()
    desk.pass_time(minutes=1)
    desk.pull(full=True)
    told = [(kind, read, changed) for kind, _, read, changed in runs("Lead")]
    # the overlap reads the others again
    assert told == [(KIND.CHANGES, 4, 1), (KIND.WHOLE, 4, 0)]


def test_every_call_is_told_once_also_where_one_turn_is_within_another(desk: World) -> None:
    assert desk.organisation is not None
    before = desk.organisation.call_count
    lead = str(values("SELECT min(id) FROM sync_lead")[0])
    desk.org.update("Lead", lead, {"Status": "Working"})

    desk.pull()

    assert sum(Run.objects.values_list("calls", flat=True)) == desk.organisation.call_count - before
    # with its own turn, and again before the lead is loaded
    assert [changed for *_, changed in runs("LeadHistory")] == [1, 0]
    run = Run.objects.get(object_name="Lead")
    assert (run.calls, run.rows_changed) == (1, 1)
    assert desk.now <= run.began_at <= run.ended_at < desk.now + timedelta(minutes=1)


def test_what_fails_is_told_with_its_sentence_and_nothing_it_read_is_kept(desk: World) -> None:
    desk.lead("Late")
    desk.control("POST", "faults", {"lose_rows": 1, "path": "/queryAll", "object": "Lead", "times": None})

    desk.pull()

    assert runs("Lead") == [(KIND.CHANGES, OUTCOME.FAILED, 0, 0)]
    run = Run.objects.get(object_name="Lead")
    assert run.said == ObjectState.objects.get(name="Lead").error
    assert "nothing was taken over" in run.said
    assert run.calls > 0


def test_a_pause_stops_a_run(desk: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pause(None, now=desk.now)
    desk.pull()
    assert [(run.object_name, run.outcome) for run in Run.objects.all()] == [("UserRole", OUTCOME.STOPPED)]
    assert Run.objects.get().said.startswith("Reading is paused")
    resume()


def test_a_hidden_object_is_told_once(desk: World) -> None:
    desk.hide(objects=["Event"])
    ObjectState.objects.update(described_at=None)
    for _ in range(3):
        desk.pull()
        desk.pass_time(minutes=11)
    assert runs("Event") == [(KIND.CHANGES, OUTCOME.STOPPED, 0, 0)]


def test_a_field_that_comes_back_is_a_run_of_its_own(desk: World) -> None:
    desk.hide(fields=["Lead.Rating"])
    desk.pass_time(minutes=61)
    desk.pull()
    lead = str(values("SELECT min(id) FROM sync_lead")[0])
    desk.org.store.connection.execute('UPDATE "Lead" SET "Rating" = ? WHERE "Id" = ?', ("Hot", lead))
    Run.objects.all().delete()

    desk.hide()
    desk.pass_time(minutes=11)
    desk.pull()

    assert runs("Lead")[0] == (KIND.FIELDS, OUTCOME.DONE, 3, 1)
    assert Run.objects.filter(kind=KIND.FIELDS).get().said == "Rating"


def test_a_step_within_a_step_that_breaks_off_takes_the_outer_one_along(desk: World) -> None:
    desk.hide(fields=["Lead.Rating"])
    desk.pass_time(minutes=61)
    desk.pull()
    desk.hide()
    desk.pass_time(minutes=11)
    Run.objects.all().delete()
    assert desk.organisation is not None
    before = desk.organisation.call_count
    desk.control("POST", "faults", {"lose_rows": 1, "path": "/queryAll", "object": "Lead", "times": None})

    desk.pull()

    assert runs("Lead") == [(KIND.FIELDS, OUTCOME.FAILED, 0, 0), (KIND.CHANGES, OUTCOME.FAILED, 0, 0)]
    assert sum(Run.objects.values_list("calls", flat=True)) == desk.organisation.call_count - before


def test_deletions_comparison_and_repair(desk: World) -> None:
    lead = str(values("SELECT min(id) FROM sync_lead")[0])
    campaign = desk.org.create("Campaign", {"Name": "Fair"})
    member = desk.org.create("CampaignMember", {"CampaignId": campaign, "LeadId": lead})
    desk.pull()
    Run.objects.all().delete()
    desk.pass_time(minutes=3)
    desk.org.delete("CampaignMember", member)
    desk.pass_time(minutes=3)
    desk.pull()
    assert runs("CampaignMember")[-1] == (KIND.DELETIONS, OUTCOME.DONE, 1, 1)

    desk.pass_time(hours=1)
    desk.lead("Late")
    desk.pull()  # the next read begins after the others' stamps
    Run.objects.all().delete()
    values("DELETE FROM sync_lead WHERE id = %s RETURNING id", lead)
    desk.pass_time(days=1)
    desk.pull()
    told = runs("Lead")
    assert told[-2:] == [(KIND.REPAIR, OUTCOME.DONE, 1, 1), (KIND.COMPARISON, OUTCOME.DONE, 4, 0)]
    assert Run.objects.filter(kind=KIND.COMPARISON, object_name="Lead").get().said == (
        "1 differed, 1 of them are mended."
    )


def test_after_thirty_days_they_are_forgotten(desk: World) -> None:
    desk.pull()
    desk.pass_time(days=KEPT.days - 1)
    desk.pull()
    kept = set(Run.objects.values_list("pk", flat=True))

    desk.pass_time(days=1, minutes=1)
    desk.pull()

    old = Run.objects.filter(began_at__lt=desk.now - KEPT)
    assert not old.exists()
    assert kept & set(Run.objects.values_list("pk", flat=True))
    assert not kept <= set(Run.objects.values_list("pk", flat=True))
