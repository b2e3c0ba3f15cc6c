"""The page of escalations: what automation did about whom Mona's team left waiting, and what comes next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alerts.models import Escalation
from alerts.pages.escalations import EscalationsView
from leadmodel.models import Rung
from tests.pages.conftest import LogIn
from tests.pages.reading import csv_lines, get
from tests.pages.world import ALICE, BOB, EVE, FORMULA, HOUR, NASTY_NAME, World

PAGE = "/escalations/"
TOLD = "Told 1 person."
REMIND, TELL, REASSIGN, ABOVE = 1, 2, 3, 4


def decide(world: World, called: str, step: int = REMIND, state: str = "done", **more: Any) -> Escalation:
    """What the ladder's scan keeps of a step about this person."""
    rung = Rung.objects.get(person_id=world.ids[called], step=step)
    told = {"said": TOLD, "decided_at": world.now, **more}
    return Escalation.objects.create(
        person_id=rung.person_id, number=rung.number, step=step, act=rung.act, holder_id=rung.holder_id,
        due_at=rung.due_at, state=state, **told,
    )  # fmt: skip


def view(client: Client, query: str = "") -> EscalationsView:
    found: EscalationsView = get(client, PAGE + query).context["view"]
    return found


def told(client: Client, query: str = "") -> list[tuple[str, str, str, str]]:
    """Whom, what was done, who kept them waiting, and how it stands."""
    return [(row.line.name, row.act, row.line.holder, row.state) for row in view(client, query).rows]


def names(client: Client, query: str = "") -> list[str]:
    return [name for name, *_ in told(client, query)]


def counts(client: Client) -> dict[str, int]:
    return {tile.label: tile.count for tile in view(client).tiles if tile.count}


def due(world: World, called: str, step: int, at: datetime) -> None:
    Rung.objects.filter(person_id=world.ids[called], step=step).update(due_at=at)


def test_mona_reads_what_was_done_about_whom_and_when_the_latest_first(world: World, mona: Client) -> None:
    decide(world, "bobs_late", TELL, decided_at=world.now - HOUR)
    decide(world, "due_soon")

    assert told(mona) == [
        ("Person due soon", "Remind the rep", "Alice", "done"),
        ("Person bobs late", "Tell the manager", "Bob", "done"),
    ]
    row = view(mona).rows[0]
    assert row.at is not None
    assert [one.iso[:19] for one in (row.due, row.at)] == [
        f"{at:%Y-%m-%dT%H:%M:%S}" for at in (world.now - HOUR / 4, world.now)
    ]
    body = get(mona, PAGE).content.decode()
    assert TOLD in body
    assert f'href="{world.person("due_soon")}"' in body


def test_what_waits_says_when_it_is_looked_at_again_and_how_often_it_failed(
    world: World, mona: Client
) -> None:
    again = world.now + HOUR
    decide(world, "due_soon", state="waiting", said="Cannot be decided.", attempts=3, again_at=again)
    decide(world, "bobs_late", TELL)

    (row,) = view(mona, "?show=waiting").rows
    assert row.again is not None
    assert (row.line.name, row.failed, row.again.iso[:19]) == (
        "Person due soon",
        "3 times",
        f"{again:%Y-%m-%dT%H:%M:%S}",
    )
    assert "Failed 3 times, looked at again" in get(mona, PAGE + "?show=waiting").content.decode()


def test_what_waited_and_was_answered_since_is_not_needed(world: World, mona: Client) -> None:
    decide(world, "due_soon", state="waiting", again_at=world.now)
    Rung.objects.filter(person_id=world.ids["due_soon"]).delete()

    assert told(mona, "?show=waiting") == []
    assert told(mona, "?show=moot") == [("Person due soon", "Remind the rep", "Alice", "not needed")]
    assert view(mona).rows[0].again is None
    assert counts(mona) == {"All": 1, "Not needed": 1}


def test_each_number_opens_to_the_list_it_counts(world: World, otto: Client) -> None:
    decide(world, "due_soon", state="waiting", again_at=world.now)
    for step, state in ((REMIND, "stale"), (TELL, "done"), (REASSIGN, "moot"), (ABOVE, "untold")):
        decide(world, "bobs_late", step, state)

    one_each = dict.fromkeys(("Waiting", "Done", "Told nobody", "Not needed", "Too late"), 1)
    assert counts(otto) == {"All": 5, **one_each}
    for tile in view(otto).tiles:
        assert len(view(otto, tile.href).rows) == tile.count


def test_each_sees_their_own_teams_and_narrows_them(
    world: World, log_in: LogIn, mona: Client, otto: Client
) -> None:
    decide(world, "due_soon")
    decide(world, "bobs_late", TELL)
    decide(world, "eves_waiting")

    assert sorted(names(mona)) == ["Person bobs late", "Person due soon"]
    assert names(log_in("max")) == ["Person eves waiting"]
    assert len(names(otto)) == 3
    assert names(otto, f"?rep={EVE}") == ["Person eves waiting"]
    assert names(otto, "?q=eves") == ["Person eves waiting"]
    assert names(otto, "?act=tell_manager") == ["Person bobs late"]
    assert names(mona, f"?rep={BOB}&act=remind_rep") == []
    assert counts(mona) == {"All": 2, "Done": 2}
    assert len(csv_lines(mona, f"{PAGE}rows.csv")) == 2


def test_next_is_what_comes_within_the_hour_and_what_is_due_and_not_decided(
    world: World, mona: Client, log_in: LogIn
) -> None:
    Rung.objects.exclude(
        person_id__in=[world.ids[one] for one in ("due_soon", "bobs_late", "left_out", "eves_waiting")]
    ).delete()
    due(world, "due_soon", TELL, world.now + 0.9 * HOUR)
    due(world, "due_soon", REASSIGN, world.now + 1.1 * HOUR)
    due(world, "bobs_late", REMIND, world.now - 49 * HOUR)
    due(world, "left_out", ABOVE, world.now - 2 * HOUR)
    decide(world, "bobs_late", REASSIGN)

    assert told(mona, "?show=next") == [
        ("Person bobs late", "Tell the manager", "Bob", "due"),
        ("Person left out", "Tell the manager's manager", "Alice", "left out by an exception"),
        ("Person due soon", "Remind the rep", "Alice", "due"),
        ("Person due soon", "Tell the manager", "Alice", "to come"),
    ]
    assert view(mona).coming == "4 steps"
    assert view(mona, f"?show=next&rep={ALICE}&act=tell_manager").coming == "4 steps", (
        "of all, as tiles count"
    )
    assert names(mona, f"?show=next&rep={ALICE}&act=tell_manager") == ["Person due soon"]
    assert names(log_in("max"), "?show=next") == ["Person eves waiting"]
    assert len(csv_lines(mona, f"{PAGE}rows.csv?show=next")) == 4
    assert (
        '<a class="link" href="?show=next">4 steps due now or within the hour</a>'
        in get(mona, PAGE).content.decode()
    )


def test_the_file_says_the_same_and_is_harmless(world: World, mona: Client) -> None:
    decide(world, "waiting", state="waiting", said=FORMULA, attempts=2, again_at=world.now + HOUR)

    (line,) = csv_lines(mona, f"{PAGE}rows.csv?show=waiting")

    assert (line["name"], line["step"], line["act"], line["rep"], line["state"], line["failed"]) == (
        f"Person {NASTY_NAME}",
        "1",
        "Remind the rep",
        "Alice",
        "waiting",
        "2",
    )
    assert line["said"] == f"'{FORMULA}"
    assert line["again_at"] > line["decided_at"] > line["due_at"]
    assert NASTY_NAME not in get(mona, PAGE).content.decode()


def test_a_step_that_this_version_does_not_know_is_shown_by_its_name(world: World, mona: Client) -> None:
    decide(world, "due_soon", state="waiting", again_at=world.now)
    Escalation.objects.update(act="explode")

    assert [act for _, act, *_ in told(mona)] == ["explode"]


def walk(client: Client, query: str, most: int) -> list[int]:
    """The numbers of all lines, page after page, none of which asks more than `most` queries."""
    numbers: list[int] = []
    while True:
        with CaptureQueriesContext(connection) as asked:
            page = view(client, query)
        assert len(asked) <= most
        numbers += [row.line.number for row in page.rows]
        if not (query := page.next_href):
            return numbers


def test_a_long_list_is_walked_page_by_page_at_the_same_cost(world: World, mona: Client) -> None:
    first = decide(world, "due_soon")
    with CaptureQueriesContext(connection) as one:
        get(mona, PAGE)
    for number in range(120):  # several at the same instant, as a batch decides
        first.pk = None
        first.due_at -= HOUR
        first.decided_at = world.now - (number // 7) * HOUR
        first.save(force_insert=True)

    numbers = walk(mona, "?show=done", len(one))

    assert numbers == list(Escalation.objects.order_by("-decided_at", "-pk").values_list("pk", flat=True))
    assert len(numbers) == 121


def test_what_comes_is_walked_too(world: World, mona: Client) -> None:
    Rung.objects.exclude(person_id=world.ids["due_soon"]).delete()
    rung = Rung.objects.get(person_id=world.ids["due_soon"], step=REMIND)
    for step in range(11, 131):
        rung.step = step
        rung.save(force_insert=True)

    with CaptureQueriesContext(connection) as one:
        view(mona, "?show=next")

    assert walk(mona, "?show=next", len(one)) == [1, *range(11, 131)]
    assert view(mona).coming == "121 steps"


def test_of_meetings_that_end_at_once_each_comes_once(world: World, mona: Client) -> None:
    Rung.objects.exclude(person_id=world.ids["due_soon"]).delete()
    rung = Rung.objects.get(person_id=world.ids["due_soon"], step=REMIND)
    for meeting in range(1, 121):
        rung.ordinal, rung.activity_id = -meeting, f"00U{meeting:012}AAA"
        rung.save(force_insert=True)

    assert walk(mona, "?show=next", most=99) == [1, *(1000 * meeting + 1 for meeting in range(1, 121))]
