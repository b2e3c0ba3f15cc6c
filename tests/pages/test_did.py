"""What automation did, between two instants: each sees it of their own people, and every number opens to its list."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alerts.models import Assignment, Escalation
from alerts.pages.did import DidView
from base.models import Effect, User
from base.outbox import Decided, decide
from leadmodel.actions import DISPOSE
from leadmodel.may_act import ABANDON, REASSIGN
from tests.pages.conftest import LogIn
from tests.pages.reading import csv_lines, get
from tests.pages.world import ALICE, BOB, DAY, HOUR, NASTY_NAME, World

PAGE = "/automation/"


def wrote(
    world: World, called: str, kind: str, *, ago: timedelta = HOUR, state: str = "done", said: str = ""
) -> Effect:
    """A write of automation's that ended so long ago."""
    (effect,) = decide(
        [Decided(f"{kind}:{called}:{state}", kind, {}, subject=world.ids[called], why="Auto-abandoned")],
        by=None,
        now=world.now - ago,
    )
    sent = {"record": world.ids[called], "object": "Lead", "before": {"Status": "Assigned"}}
    result = sent | {"values": {"Status": "Nurture"}} if state == "done" else {}
    Effect.objects.filter(pk=effect.pk).update(
        state=state, ended_at=world.now - ago, result=result, said=said
    )
    effect.refresh_from_db()
    return effect


def gave(world: World, called: str, holder: str, to: str | None, effect: Effect | None = None) -> Assignment:
    return Assignment.objects.create(
        person_id=world.ids[called], number=1, span=1, ordinal=1, due_at=world.now, step="step 3", holder_id=holder,
        to_id=to, rule="otherwise", decided_at=world.now - HOUR, read_at=world.now, skipped=[], effect=effect,
    )  # fmt: skip


@pytest.fixture
def done(world: World) -> World:
    """Alice's lead is given up, another goes to Bob, nobody may have a third; Eve is reminded; letters come back."""
    wrote(world, "answered", ABANDON)
    gave(world, "waiting", ALICE, BOB, wrote(world, "waiting", REASSIGN, ago=2 * HOUR))
    gave(world, "due_soon", ALICE, None)
    wrote(world, "bobs_late", ABANDON, state="dry", ago=3 * HOUR, said="Would change Status.")
    wrote(world, "bobs_late", ABANDON, state="conflict", ago=4 * HOUR, said="Somebody was faster.")
    wrote(world, "bobs_late", DISPOSE, state="refused", ago=5 * HOUR, said="No access.")
    Escalation.objects.create(
        person_id=world.ids["eves_waiting"], number=1, step=1, act="remind_rep", due_at=world.now, state="done",
        said="Told 1 person.", decided_at=world.now - HOUR,
    )  # fmt: skip
    mona = User.objects.get(username="mona").pk
    told = {"user": mona, "day": "2025-03-03", "subject": "9 people outside SLA"}
    (letter,) = decide([Decided("mail/x", "mail.clean-your-room", told)], by=None, now=world.now)
    Effect.objects.filter(pk=letter.pk).update(
        state="refused", ended_at=world.now - HOUR, said="No such box."
    )
    return world


def view(client: Client, query: str = "") -> DidView:
    found: DidView = get(client, PAGE + query).context["view"]
    return found


def counts(client: Client, query: str = "") -> dict[str, int]:
    return {tile.label: tile.count for tile in view(client, query).tiles if tile.count}


def test_each_sees_what_was_done_with_their_own(done: World, log_in: LogIn) -> None:
    assert counts(log_in("alice")) == {"All": 3, "Given up": 1, "Changed hands": 1, "Could not assign": 1}
    assert counts(log_in("eve")) == {"All": 1, "Escalated": 1}
    team = {
        "All": 5,
        "Given up": 1,
        "Changed hands": 1,
        "Could not assign": 1,
        "Not written": 1,
        "Dry run": 1,
    }
    assert counts(log_in("mona")) == team
    everything = team | {"All": 8, "Escalated": 1, "Not taken": 1, "Not sent": 1}
    assert counts(log_in("otto")) == everything


@pytest.mark.parametrize("name", ["alice", "mona", "eve", "otto"])
def test_every_number_opens_to_the_list_it_counts(done: World, log_in: LogIn, name: str) -> None:
    client = log_in(name)
    for tile in view(client).tiles:
        assert (
            len(view(client, tile.href).rows)
            == tile.count
            == len(csv_lines(client, f"{PAGE}rows.csv{tile.href}"))
        )


def test_only_what_ended_in_between(done: World, mona: Client) -> None:
    until, since = (f"{done.now - back:%Y-%m-%dT%H:%M:%S.%fZ}" for back in (2 * HOUR, 4 * HOUR))
    assert counts(mona, f"?since={since}&until={until}") == {"All": 2, "Changed hands": 1, "Dry run": 1}
    assert counts(mona, f"?until={f'{done.now - DAY:%Y-%m-%dT%H:%M:%SZ}'}") == {}


def test_who_had_them_who_has_them_and_why_it_came_to_nothing(done: World, otto: Client) -> None:
    (row,) = view(otto, "?show=reassigned").rows
    assert (row.line.name, row.line.rep, row.line.to) == (f"Person {NASTY_NAME}", "Alice", "Bob")
    assert NASTY_NAME not in get(otto, f"{PAGE}?show=reassigned").content.decode()
    (row,) = view(otto, "?show=letters").rows
    assert (row.line.name, row.href, row.line.said) == ("mona: 9 people outside SLA", "", "No such box.")
    assert {line["about"] for line in csv_lines(otto, f"{PAGE}rows.csv?show=escalated")} == {
        row.about for row in view(otto, "?show=escalated").rows
    }
    (line,) = csv_lines(otto, f"{PAGE}rows.csv?show=not_written")
    assert (line["what"], line["said"], line["rep"]) == ("Not written", "Somebody was faster.", "Bob")


def test_narrowed_to_a_rep_or_to_words(done: World, mona: Client) -> None:
    assert counts(mona, f"?rep={BOB}") == {"All": 3, "Changed hands": 1, "Not written": 1, "Dry run": 1}
    assert counts(mona, "?q=bobs") == {"All": 2, "Not written": 1, "Dry run": 1}


def test_whoever_may_takes_it_back_from_here(done: World, log_in: LogIn) -> None:
    number = Effect.objects.get(kind=ABANDON, state="done").pk
    for name in ("alice", "mona", "otto"):
        assert [row.undo for row in view(log_in(name), "?show=given_up").rows] == [number], name
    assert log_in("eve").post(f"/writes/{number}/undo/").status_code == 404
    answer = log_in("alice").post(f"/writes/{number}/undo/", {"next": PAGE})
    assert answer.headers["Location"] == PAGE
    assert Effect.objects.filter(key=f"undo:{number}").count() == 1
    assert [row.undo for row in view(log_in("mona"), "?show=given_up").rows] == [None]


def walk(client: Client, query: str) -> list[tuple[str, int]]:
    """All lines from there on, page after page."""
    lines: list[tuple[str, int]] = []
    while query:
        page = view(client, query)
        lines += [(row.line.what, row.line.number) for row in page.rows]
        query = page.next_href
    return lines


def reminded(world: World, number: int) -> Escalation:
    """A reminder; several at the same instant, as a batch decides."""
    return Escalation.objects.create(
        person_id=world.ids["waiting"], number=1, step=1, act="remind_rep", due_at=world.now - number * HOUR,
        state="done", said="Told 1 person.", decided_at=world.now - HOUR - (number // 7) * timedelta(minutes=1),
    )  # fmt: skip


def test_a_long_list_is_walked_page_by_page(done: World, mona: Client) -> None:
    for number in range(110):
        reminded(done, number)

    lines = walk(mona, "?")

    assert len(lines) == len(set(lines)) == counts(mona)["All"]
    assert len(view(mona).rows) == 50


def test_what_comes_or_goes_meanwhile_neither_repeats_nor_hides_another(done: World, mona: Client) -> None:
    steps = [reminded(done, number) for number in range(60)]
    first = view(mona)
    shown = [(row.line.what, row.line.number) for row in first.rows]

    late = reminded(done, -7)  # decided when the first page was read, committed only now
    assert shown + walk(mona, first.next_href) == [one for one in walk(mona, "?") if one[1] != late.pk]

    before = walk(mona, first.next_href)
    steps[0].delete()  # one of the first page
    assert walk(mona, first.next_href) == before


def test_what_cannot_be_asked_for_is_said_in_a_sentence(done: World, mona: Client) -> None:
    for query, words in (
        ("?since=2026-01-02T00:00Z&until=2026-01-01T00:00Z", "let since come before until"),
        ("?since=2020-01-02T00:00Z&until=2026-01-01T00:00Z", "by 31 days at most"),
        ("?show=letters", "is no list of things done"),
        ("?since=soon", "is no instant"),
    ):
        answer = mona.get(PAGE + query)
        assert (answer.status_code, words in answer.content.decode()) == (400, True), query


def test_shown_again_by_its_form_the_list_keeps_its_ends(done: World, mona: Client) -> None:
    last = reminded(done, 0)
    Escalation.objects.filter(pk=last.pk).update(decided_at=done.now - timedelta(microseconds=700_000))
    until = f"{done.now - timedelta(microseconds=600_000):%Y-%m-%dT%H:%M:%S.%fZ}"
    asked = view(mona, f"?until={until}&show=escalated")
    form = urlencode({"show": "escalated", "since": asked.since_value, "until": asked.until_value})
    assert [row.line.number for row in view(mona, f"?{form}").rows] == [row.line.number for row in asked.rows]
    assert last.pk in [row.line.number for row in asked.rows]
    assert view(mona).until_value == "", "until now, whenever it is shown"


def test_many_cost_no_more_statements_than_few(done: World, mona: Client) -> None:
    found = []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            mona.get(PAGE)
        found.append(len(queries))
        for called in ("waiting", "from_queue", "bobs_late"):
            wrote(done, called, ABANDON, ago=HOUR * (number + 2))
    assert found[0] == found[1]
