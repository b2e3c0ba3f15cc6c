"""The queue: own open people, those who wait for an answer first."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client

from base.address import written_instant
from base.models import User
from leadmodel.models import Exclusion
from leadmodel.rebuild import rebuild_all
from sync import models as mirror
from tests.pages.conftest import LogIn
from tests.pages.reading import csv_lines, get
from tests.pages.world import ALICE, BOB, DAY, HOUR, World


def test_those_who_wait_come_first_the_longest_waiting_on_top(world: World, alice: Client) -> None:
    rows = get(alice, "/queue/").context["queue"].rows

    assert [row.href for row in rows] == [
        world.person(called)
        for called in ("winner", "waiting", "back_again", "due_soon", "answered", "from_queue")
    ]
    assert rows[1].due_words == "due 1 h 00 min ago"
    assert (rows[1].tone, rows[3].tone, rows[4].tone) == ("bad", "near", "")
    assert rows[3].due_words == "15 min left"
    assert rows[2].cycle == 2
    assert "last time: nurture" in rows[2].cause


def test_each_tile_narrows_to_its_people(world: World, alice: Client) -> None:
    queue = get(alice, "/queue/").context["queue"]

    for tile in queue.tiles:
        narrowed = get(alice, f"/queue/{tile.href}").context["queue"]
        assert len(narrowed.rows) == tile.count == len(csv_lines(alice, f"/queue/rows.csv{tile.href}"))
    assert [tile.count for tile in queue.tiles] == [3, 1, 0, 4, 2, 0, 6]


def test_a_manager_looks_at_a_reps_queue_as_the_rep_does(world: World, alice: Client, mona: Client) -> None:
    own = get(alice, "/queue/").context["queue"]
    looked_at = get(mona, f"/queue/?rep={ALICE}").context["queue"]

    assert [row.href for row in looked_at.rows] == [row.href for row in own.rows]
    assert looked_at.title == "Queue of Alice"
    assert [rep.name for rep in get(mona, "/queue/").context["reps"]] == ["Alice", "Bob"]


def test_the_choice_of_reps_counts_what_the_queue_shows(world: World, otto: Client) -> None:
    Exclusion.objects.create(
        record_id=world.ids["waiting"],
        starts_at=world.now - DAY,
        expires_at=world.now + DAY,
        reason="a test",
        owner=User.objects.get(username="otto"),
    )
    mirror.Lead.objects.filter(pk=world.ids["due_soon"]).update(is_deleted=True)
    mirror.Mark.objects.create(record_id=world.ids["due_soon"])
    rebuild_all()
    (alice,) = (rep for rep in get(otto, "/queue/").context["reps"] if rep.name == "Alice")
    queue = get(otto, f"/queue/?rep={ALICE}").context["queue"]
    assert alice.open == len(queue.rows) == 4


def test_a_rep_sees_no_other_reps_names(world: World, log_in: LogIn) -> None:
    assert get(log_in("alice"), "/queue/").context["reps"] == []


def test_who_goes_stale_and_whose_follow_up_is_due(world: World, alice: Client) -> None:
    """Worked for 28 days and left alone; a task of Alice's for yesterday, one for tomorrow, one of Bob's."""
    world.add_lead("stale", ALICE, 28 * DAY)
    world.add_touch("stale", ALICE, 28 * DAY)
    today = world.now.date()
    tasks = [("answered", ALICE, -1), ("from_queue", ALICE, 1), ("waiting", BOB, -1), ("due_soon", ALICE, 0)]
    for number, (called, owner, days) in enumerate(tasks):
        mirror.Task.objects.create(
            id=f"00T9{number:011}AAA", who_id=world.ids[called], owner_id=owner, subject="Call back",
            status="Not Started", is_closed=False, activity_date=today + timedelta(days=days),
            created_at=world.now - HOUR, created_by_id=owner, system_modstamp=world.now,
        )  # fmt: skip
    rebuild_all()

    def people(tile: str) -> set[str]:
        return {row.href for row in get(alice, f"/queue/?show={tile}").context["queue"].rows}

    assert people("near_limit") == {world.person("stale")}
    assert people("follow_up") == {world.person("answered"), world.person("due_soon")}


def test_another_reps_queue_is_of_the_same_moment_and_part(world: World, mona: Client) -> None:
    at = written_instant(world.now) or ""
    page = get(mona, f"/queue/?rep={ALICE}&show=past_due&as_of={at}&known_by={at}")
    kept = page.context["queue"].kept
    assert kept == {"show": "past_due", "as_of": at, "known_by": at}
    for name, value in kept.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in page.content.decode()
    assert "Bob (" not in page.content.decode(), "how many are open now is no number of then"
    assert "Bob (" in get(mona, f"/queue/?rep={ALICE}").content.decode()


def test_the_queue_as_of_an_instant_stays_what_it_was(world: World, alice: Client) -> None:
    at = written_instant(world.now) or ""
    then = f"/queue/?show=past_due&as_of={at}&known_by={at}"
    before = get(alice, then).context["queue"]
    world.now += DAY
    world.add_touch("waiting", ALICE, DAY - HOUR)
    mirror.Mark.objects.create(record_id=world.ids["waiting"])
    rebuild_all()

    page = get(alice, then)
    after = page.context["queue"]
    assert [row.name for row in after.rows] == [row.name for row in before.rows]
    assert [row.waiting for row in after.rows] == [row.waiting for row in before.rows]
    assert [tile.count for tile in after.tiles] == [tile.count for tile in before.tiles]
    assert len(csv_lines(alice, then.replace("/queue/", "/queue/rows.csv"))) == len(before.rows) == 3
    for tile in after.tiles:
        assert len(get(alice, f"/queue/{tile.href}").context["queue"].rows) == tile.count
    assert 'name="as_of"' not in page.content.decode(), "a rep chooses no other queue"
    assert "The queue as it was on" in page.content.decode()
    assert "data-act" not in page.content.decode()
    assert len(get(alice, f"/queue/{after.now_href}").context["queue"].rows) == 2
