"""What automation would have done in the last days, before anybody switches it on: by rep, and about whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from metrics.pages.replay import ReplayView
from sync import models as mirror
from tests.pages.conftest import LogIn
from tests.pages.reading import csv_lines, get
from tests.pages.world import BOB, DAY, EVE, MODEL, NASTY_NAME, World

PAGE = "/replay/"
LIMITS = MODEL + "auto_abandon: {working_days: 5, untouched_days: 2}\n"


def view(client: Client, query: str = "") -> ReplayView:
    found: ReplayView = get(client, PAGE + query).context["view"]
    return found


def numbers(client: Client, query: str = "") -> dict[str, dict[str, int]]:
    """Rep → what would have happened how often, where it would."""
    shown = view(client, query)
    return {
        line.name: {
            head: one.count for (head, _), one in zip(shown.heads, line.numbers, strict=True) if one.count
        }
        for line in (shown.total, *shown.lines)
    }


def test_mona_sees_what_would_have_happened_to_each_reps_people(world: World, mona: Client) -> None:
    told = numbers(mona)

    # late for thirty hours; answered after exactly two hours, which is in time, after three and after four
    assert told["Bob"] == {
        "Target missed": 3,
        "Maximum missed": 1,
        "Reminders": 4,
        "Manager told": 1,
        "Re-assigned": 1,
    }
    assert told.keys() == {"All", "Alice", "Bob"}
    assert all(
        told["All"][head] == told["Alice"].get(head, 0) + told["Bob"].get(head, 0) for head in told["All"]
    )


def test_every_number_opens_to_as_many_people_and_so_does_its_file(world: World, otto: Client) -> None:
    enter(LIMITS)
    shown = view(otto)
    assert numbers(otto)["Bob"]["Given up"] == 4
    opened = 0
    for line in (shown.total, *shown.lines):
        for number in line.numbers:
            if number.count:
                behind = view(otto, number.href)
                assert behind.listed == number.count, (line.name, number.href)
                assert len(csv_lines(otto, "/replay/rows.csv" + number.href)) == number.count
                opened += 1
    assert opened > 12


def test_whom_an_exception_leaves_out_and_whom_nobody_promised_anything_are_not_in_it(
    world: World, otto: Client
) -> None:
    names = {row.name for row in view(otto, "?days=90").rows}
    assert "Person bobs late" in names
    assert not {"Person left out", "Person bobs outbound"} & names
    assert "Person taken back" in names, "a day later: until then the rep kept them waiting"
    assert "(queue)" not in numbers(otto), "three hours in a queue break no rep's promise"


def test_a_shorter_period_holds_less(world: World, mona: Client) -> None:
    assert numbers(mona, "?days=7")["Bob"]["Reminders"] == 1


def test_the_list_goes_on_where_it_stopped(
    world: World, mona: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [(row.name, row.what) for row in view(mona).rows]
    monkeypatch.setattr("metrics.pages.replay.PAGE", 5)
    found, query = [], ""
    while True:
        shown = view(mona, query)
        found += [(row.name, row.what) for row in shown.rows]
        if not shown.next_href:
            break
        query = shown.next_href
    assert found == whole
    assert len(found) == shown.listed > 10


def test_no_name_breaks_it(world: World, mona: Client) -> None:
    body = get(mona, PAGE).content.decode()
    assert "&lt;script&gt;alert" in body
    assert NASTY_NAME not in body


def test_another_teams_rep_is_not_there(world: World, mona: Client) -> None:
    assert mona.get(f"{PAGE}?rep={EVE}").status_code == 404
    assert mona.get(f"{PAGE}?rep=queue").status_code == 404
    assert {row.rep for row in view(mona, f"?rep={BOB}").rows} == {"Bob"}


def test_each_reps_numbers_are_the_same_whoever_looks(world: World, log_in: LogIn) -> None:
    """Also of a person whom Eve touched, and who was left alone when Bob had them."""
    enter(LIMITS)
    world.add_lead("given_on", BOB, 9 * DAY, (6 * DAY, "Owner", EVE, BOB))
    for ago in (9, 8, 7):
        world.add_touch("given_on", EVE, ago * DAY)
    mirror.Mark.objects.create(record_id=world.ids["given_on"])
    rebuild_all()

    mona, otto = log_in("mona"), log_in("otto")
    seen, all_seen = numbers(mona), numbers(otto)

    assert "Person given on" in {row.name for row in view(mona, f"?what=given_up&rep={BOB}").rows}
    for name in ("Alice", "Bob"):
        assert seen[name] == all_seen[name]


def test_settings_that_are_in_force_already_would_do_no_more_and_no_less(world: World, otto: Client) -> None:
    """Also about whom nothing happened to for longer than the days that are looked at."""
    enter(LIMITS)
    world.add_lead("forgotten", BOB, 60 * DAY)
    for ago in (50, 49):
        world.add_touch("forgotten", BOB, ago * DAY)
    mirror.Mark.objects.create(record_id=world.ids["forgotten"])
    rebuild_all()
    assert "Person forgotten" in {row.name for row in view(otto, f"?what=given_up&rep={BOB}").rows}
    based_on = get(otto, "/settings/model/edit/").context["view"].draft.based_on

    tried = otto.post("/settings/model/try/", {"text": LIMITS, "based_on": based_on}).context["moving"]

    told = {one.label: (one.before, one.after, one.is_moved) for one in tried.figures}
    assert told["Given up"][0] == told["Given up"][1] != "0"
    assert not any(is_moved for _, _, is_moved in told.values()), told


def test_settings_that_are_tried_tell_what_they_would_have_done(world: World, otto: Client) -> None:
    draft: dict[str, Any] = {"text": LIMITS + "response: {target_minutes: 240}\n", "based_on": "0"}
    draft["based_on"] = get(otto, "/settings/model/edit/").context["view"].draft.based_on
    tried = otto.post("/settings/model/try/", draft).context["moving"].figures

    told = {one.label: (one.before, one.after) for one in tried}
    now = numbers(otto)["All"]
    assert told["Given up"][0] == "0"
    assert int(told["Given up"][1]) >= 4
    assert told["Target missed"][0] == str(now["Target missed"])
    assert int(told["Target missed"][1]) < now["Target missed"]
