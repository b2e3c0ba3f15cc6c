"""The queue: own open people, those who wait for an answer first."""

from __future__ import annotations

from django.test import Client

from tests.pages.conftest import LogIn
from tests.pages.reading import csv_lines, get
from tests.pages.world import ALICE, World


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
    assert [tile.count for tile in queue.tiles] == [3, 1, 4, 2, 6]


def test_a_manager_looks_at_a_reps_queue_as_the_rep_does(world: World, alice: Client, mona: Client) -> None:
    own = get(alice, "/queue/").context["queue"]
    looked_at = get(mona, f"/queue/?rep={ALICE}").context["queue"]

    assert [row.href for row in looked_at.rows] == [row.href for row in own.rows]
    assert looked_at.title == "Queue of Alice"
    assert [rep.name for rep in get(mona, "/queue/").context["reps"]] == ["Alice", "Bob"]


def test_a_rep_sees_no_other_reps_names(world: World, log_in: LogIn) -> None:
    assert get(log_in("alice"), "/queue/").context["reps"] == []
