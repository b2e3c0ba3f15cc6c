"""What changed since (M3): Bob logs a call late, and yesterday's figures say by how much, through whom and what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from base.models import User
from leadmodel.models import Exclusion
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from metrics.definitions import FIGURES
from metrics.pages.since import FigureRow
from metrics.query import ask
from sync import models as mirror
from tests.pages.conftest import LogIn
from tests.pages.reading import csv_lines, get
from tests.pages.world import ALICE, BOB, DAY, HOUR, MODEL, NASTY_NAME, World


@pytest.fixture(autouse=True)
def _granted_long_ago(world: World) -> None:
    """The desk's own exception is no news."""
    Exclusion.objects.update(entered_at=world.now - 3 * DAY)


def learn(world: World) -> None:
    """All that became known in the last hour: a late call, an answer, a disposition, a lead, an exception."""
    world.add_touch("bobs_late", BOB, HOUR / 6)
    mirror.Task.objects.filter(who_id=world.ids["bobs_late"]).update(completed_at=world.now - 10 * HOUR)
    world.add_touch("waiting", ALICE, HOUR / 4)
    mirror.LeadHistory.objects.create(
        id="017999999999999AAA",
        lead_id=world.ids["answered"],
        field="Status",
        old_value="Assigned",
        new_value="Nurture",
        created_at=world.now - HOUR / 3,
        created_by_id=ALICE,
    )
    world.add_lead("brand_new", BOB, HOUR / 2)
    Exclusion.objects.create(
        record_id=world.ids["bobs_quick"],
        starts_at=world.now - 3 * DAY,
        expires_at=world.now + 30 * DAY,
        reason="A test of the form",
        owner=User.objects.get(username="otto"),
    )
    for called in ("bobs_late", "waiting", "answered"):
        mirror.Mark.objects.create(record_id=world.ids[called])
    rebuild_all()


@pytest.fixture
def before(world: World) -> str:
    """An instant as addresses have it: at it, nothing of this was known."""
    learn(world)
    return f"{world.now - HOUR:%Y-%m-%dT%H:%M:%SZ}"


def figures(client: Client, address: str) -> dict[str, FigureRow]:
    return {row.label: row for row in get(client, address).context["board"].figures}


def test_late_facts_move_the_figures_as_of_then(world: World, otto: Client, before: str) -> None:
    moved = figures(otto, f"/team/since/?since={before}")

    assert (moved["Touched"].change, moved["Touched"].cycles) == ("same", 2)  # one more, and one left out
    assert moved["Unqualified"].change == "−1"
    assert "Nurture" not in moved  # it was closed since: no late fact
    page = get(otto, f"/team/since/?since={before}&figure=touched").context["board"]
    rows = {row.name: row for row in page.rows}
    assert rows.keys() == {"Person bobs late", "Person bobs quick"}
    (call,) = rows["Person bobs late"].facts
    task = mirror.Task.objects.get(who_id=world.ids["bobs_late"])
    assert (call.source_object, call.source_id, call.field, call.by) == (
        "Task",
        task.id,
        "CompletedDateTime",
        "Bob",
    )
    assert call.at.iso < call.learned_at.iso
    assert (rows["Person bobs late"].before.text, rows["Person bobs late"].after.text) == (
        "not in it",
        "counts",
    )
    (granted,) = rows["Person bobs quick"].facts
    assert (granted.source_object, granted.field, granted.by) == ("Exception", "granted", "otto")


@pytest.mark.parametrize("news", ["", "&news=all"])
def test_each_side_is_what_the_figures_say_as_known_by_then(
    world: World, otto: Client, before: str, news: str
) -> None:
    """However few people are derived for this page, it agrees with deriving everybody."""
    answer = get(otto, f"/team/since/?since={before}{news}")

    asked = answer.context["asked"]
    between = asked.between
    selection = asked.selection(None)
    told = []
    for known_by in (between.since, between.until):
        kept = {**vars(selection), "as_of": between.as_of, "known_by": known_by}
        told.append(ask(type(selection)(**kept)).overall)
    moved = {row.href.partition("figure=")[2]: row for row in answer.context["board"].figures}
    for figure in FIGURES:
        values = [side[figure.name] for side in told]
        if values[0] != values[1]:
            assert figure.name in moved, figure.name
        elif figure.name in moved:
            assert moved[figure.name].change in ("same", ""), figure.name
    assert answer.context["board"].looked_at < len(world.ids) / 2


def test_with_news_what_happened_since_moves_them_too(world: World, otto: Client, before: str) -> None:
    late = get(otto, f"/team/since/?since={before}").context["board"]
    whole = get(otto, f"/team/since/?since={before}&news=all").context["board"]

    assert "Person brand new" not in {row.name for row in late.rows}
    rows = {row.name: row for row in whole.rows}
    assert {"Person brand new", "Person answered", f"Person {NASTY_NAME}"} <= rows.keys()
    (change,) = rows["Person answered"].facts
    assert (change.source_object, change.source_id) == ("LeadHistory", "017999999999999AAA")
    assert (change.field, change.what) == ("Status", "Assigned → Nurture")


def test_until_an_instant_what_was_learned_later_is_not_in_it(
    otto: Client, world: World, before: str
) -> None:
    until = f"{world.now - HOUR / 3:%Y-%m-%dT%H:%M:%SZ}"

    rows = get(otto, f"/team/since/?since={before}&until={until}&news=all").context["board"].rows

    assert "Person brand new" in {row.name for row in rows}
    assert f"Person {NASTY_NAME}" not in {row.name for row in rows}


def test_each_sees_the_own_people_only(log_in: LogIn, before: str) -> None:
    address = f"/team/since/?since={before}&news=all"
    seen = {
        name: {row.name for row in get(log_in(name), address).context["board"].rows}
        for name in ("alice", "bob", "mona", "eve")
    }

    assert seen["alice"] == {"Person answered", f"Person {NASTY_NAME}"}
    assert "Person bobs late" in seen["bob"] & seen["mona"]
    assert seen["eve"] == set()


def test_a_call_with_several_people_is_a_late_fact_of_each(world: World, otto: Client) -> None:
    """K10: Bob's late call was also another of his people's."""
    learn(world)
    task = mirror.Task.objects.get(who_id=world.ids["bobs_late"])
    mirror.TaskRelation.objects.create(
        id="0RT000000000001AAA", task_id=task.id, relation_id=world.ids["bobs_1"], is_what=False
    )
    mirror.TaskRelation.objects.create(
        id="0RT000000000002AAA", task_id=task.id, relation_id=world.ids["bobs_late"], is_what=False
    )
    for called in ("bobs_late", "bobs_1"):
        mirror.Mark.objects.create(record_id=world.ids[called])
    rebuild_all()

    board = get(
        otto, f"/team/since/?since={world.now - HOUR:%Y-%m-%dT%H:%M:%SZ}&figure=touches_mean"
    ).context["board"]

    (row,) = [row for row in board.rows if row.name == "Person bobs 1"]
    assert [fact.source_id for fact in row.facts] == [task.id]
    assert (row.before.text, row.after.text) == ("1.0", "2.0")


def test_the_file_has_a_line_for_each_fact(world: World, otto: Client, before: str) -> None:
    lines = csv_lines(otto, f"/team/since/rows.csv?since={before}&figure=touched")

    (line,) = [one for one in lines if one["name"] == "Person bobs late"]
    assert line["record_id"] == world.ids["bobs_late"]
    assert (line["object"], line["by"], line["before"], line["after"]) == (
        "Task",
        "Bob",
        "not in it",
        "counts",
    )
    assert line["at"] < line["learned_at"]


def test_it_begins_yesterday_morning_and_the_team_page_leads_here(
    otto: Client, world: World, before: str
) -> None:
    asked = get(otto, "/team/since/").context["asked"]

    morning = asked.between.since
    assert (morning.hour, morning.minute) == (8, 0)
    assert morning.date() == (timezone.now() - timedelta(days=1)).date()
    assert 'href="/team/since/?path=inbound"' in get(otto, "/team/?path=inbound").content.decode()
    known = get(otto, f"/team/?path=inbound&known_by={before}").content.decode()
    assert f"/team/since/?path=inbound&amp;since={before.replace(':', '%3A')}" in known


def test_settings_changed_in_between_are_told(otto: Client, world: World, before: str) -> None:
    address = f"/team/since/?since={before}"
    assert "The settings changed" not in get(otto, address).content.decode()  # the first ones are no change

    enter(f"{MODEL}\nslip_minutes: 11\n", by=User.objects.get(username="otto"), why="Slips")

    body = get(otto, address).content.decode()
    assert "The settings changed by Otto" in body
    assert "both sides are told under those in force now" in body


def test_nothing_learned_moves_nothing(otto: Client, world: World) -> None:
    body = get(otto, f"/team/since/?since={world.now - HOUR / 60:%Y-%m-%dT%H:%M:%SZ}").content.decode()

    assert "No figure moved" in body


def test_too_many_people_are_told_in_a_sentence(
    otto: Client, before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadmodel.since.derive_differing.__kwdefaults__", {"most": 2})

    page = get(otto, f"/team/since/?since={before}&news=all").content.decode()
    refused = otto.get(f"/team/since/rows.csv?since={before}&news=all")

    assert "Too much was learned since" in page
    assert refused.status_code == 400
    assert "choose a later instant as since" in refused.content.decode()
