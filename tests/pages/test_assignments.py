"""The ledger of re-assignments: whom of her team automation gave on, who was skipped, and whom nobody takes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alerts.models import Assignment
from alerts.pages.assignments import AssignmentsView
from alerts.reassigning import Outcome, Overdue, reassign
from base.models import Effect
from leadmodel.models import Absence, Cycle, Span
from leadmodel.settings_store import settings_in_force
from tests.pages.conftest import LogIn
from tests.pages.reading import csv_lines, get
from tests.pages.world import ALICE, BOB, EVE, FORMULA, NASTY_NAME, World

PAGE = "/assignments/"


def at_work(now: datetime) -> datetime:
    """An hour at which the team works, after everything the desk tells."""
    later = now + timedelta(days=7)
    return (later - timedelta(days=later.weekday())).replace(hour=10, minute=0, second=0, microsecond=0)


def give_on(world: World, *called: str, holder: str = ALICE, now: datetime | None = None) -> list[Outcome]:
    """What the step of the ladder does about these people."""
    now = now or at_work(world.now)
    spans = {span.person_id: span for span in Span.objects.filter(ended_at=None, outcome="open")}
    due = [
        Overdue(record, span.number, span.ordinal, holder, span.started_at + timedelta(hours=1), "reassign")
        for record, span in ((world.ids[one], spans[world.ids[one]]) for one in called)
    ]
    with transaction.atomic():
        told = reassign(due, settings=settings_in_force(), read_at=now, now=now)
    return list(told.values())


def view(client: Client, query: str = "") -> AssignmentsView:
    found: AssignmentsView = get(client, PAGE + query).context["view"]
    return found


def told(client: Client, query: str = "") -> list[tuple[str, str, str | None, str]]:
    """Whom, from whom, to whom, and how it stands."""
    return [(row.line.name, row.line.holder, row.line.to, row.state) for row in view(client, query).rows]


def counts(client: Client) -> dict[str, int]:
    return {tile.label: tile.count for tile in view(client).tiles if tile.count}


def away(rep: str, now: datetime) -> None:
    Absence.objects.create(user_id=rep, starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1))


def test_mona_sees_who_has_whom_by_which_rule_and_who_was_skipped(world: World, mona: Client) -> None:
    assert give_on(world, "due_soon") == [Outcome.DECIDED]

    assert told(mona) == [("Person due soon", "Alice", "Bob", "waiting")]
    (row,) = view(mona).rows
    assert (row.line.rule, [(one.words, one.reps) for one in row.skipped]) == (
        "otherwise",
        [("had them already in this cycle", "Alice")],
    )
    body = get(mona, PAGE).content.decode()
    assert "1 skipped" in body
    assert "<b>Alice</b> had them already in this cycle" in body


@pytest.mark.parametrize(
    ("state", "part", "label", "said"),
    [
        ("ready", "given", "Given on", "waiting"),
        ("done", "given", "Given on", "given"),
        ("dry", "dry", "Dry run", "dry run"),
        ("conflict", "failed", "Not given", "conflict"),
        ("refused", "failed", "Not given", "refused"),
        ("cancelled", "over", "Settled", "cancelled"),
    ],
)
def test_each_decision_stands_as_its_write_does(
    world: World, mona: Client, state: str, part: str, label: str, said: str
) -> None:
    give_on(world, "due_soon")
    Effect.objects.update(state=state, said="In a sentence.")

    assert counts(mona) == {"All": 1, label: 1}
    assert told(mona, f"?show={part}") == [("Person due soon", "Alice", "Bob", said)]
    others = {"could_not", "given", "dry", "failed", "undone", "over"} - {part}
    assert [row for other in others for row in told(mona, f"?show={other}")] == []
    assert "In a sentence." in get(mona, PAGE).content.decode()


def test_operations_take_back_what_was_written(world: World, otto: Client, mona: Client) -> None:
    give_on(world, "due_soon")
    done = {
        "object": "Lead",
        "record": world.ids["due_soon"],
        "values": {"OwnerId": BOB},
        "before": {"OwnerId": ALICE},
    }
    Effect.objects.update(state="done", result=done)
    effect = Effect.objects.get()

    assert [row.undo for row in view(otto).rows] == [effect.pk]
    assert [row.undo for row in view(mona).rows] == [None], "automation decided it, and no manager"
    otto.post(f"/writes/{effect.pk}/undo/")
    assert told(otto, "?show=given") != [], "not before it is done"
    Effect.objects.exclude(pk=effect.pk).update(state="done")
    assert told(otto, "?show=undone") == [("Person due soon", "Alice", "Bob", "taken back")]


def test_whom_nobody_takes_is_told_until_it_is_settled(world: World, mona: Client) -> None:
    now = at_work(world.now)
    away(BOB, now)
    assert give_on(world, "due_soon", "from_queue") == [Outcome.COULD_NOT, Outcome.MOOT]

    assert told(mona, "?show=could_not") == [("Person due soon", "Alice", None, "could not assign")]
    assert ("was away", "Bob") in [(r.words, r.reps) for r in view(mona).rows[0].skipped]

    Absence.objects.all().delete()
    assert give_on(world, "due_soon") == [Outcome.DECIDED]
    assert counts(mona) == {"All": 2, "Given on": 1, "Settled": 1}


@pytest.mark.parametrize("how", ["answered", "closed", "handed over"])
def test_what_somebody_did_settles_it_too(world: World, mona: Client, how: str) -> None:
    away(BOB, at_work(world.now))
    give_on(world, "due_soon")
    cycle = Cycle.objects.filter(person_id=world.ids["due_soon"])
    if how == "answered":
        cycle.update(first_touch_at=world.now)
    elif how == "closed":
        cycle.update(outcome="nurture")
    else:
        span = Span.objects.get(person_id=world.ids["due_soon"])
        span.ordinal = 2
        span.save(force_insert=True)

    assert counts(mona) == {"All": 1, "Settled": 1}


def test_each_sees_their_own_teams(world: World, log_in: LogIn, mona: Client, otto: Client) -> None:
    give_on(world, "due_soon")
    assert give_on(world, "eves_waiting", holder=EVE) == [Outcome.COULD_NOT], "she is Max's only rep"

    assert [name for name, *_ in told(mona)] == ["Person due soon"]
    assert [name for name, *_ in told(log_in("max"))] == ["Person eves waiting"]
    assert len(told(otto)) == 2
    assert [name for name, *_ in told(otto, f"?rep={EVE}")] == ["Person eves waiting"]
    assert [name for name, *_ in told(otto, f"?rep={BOB}")] == ["Person due soon"]
    assert [name for name, *_ in told(otto, "?q=eves")] == ["Person eves waiting"]
    assert told(otto, "?rule=gone") == []
    assert counts(mona) == {"All": 1, "Given on": 1}
    assert len(csv_lines(mona, f"{PAGE}rows.csv")) == 1


def test_the_file_says_the_same_and_is_harmless(world: World, mona: Client) -> None:
    away(BOB, at_work(world.now))
    give_on(world, "waiting")
    Effect.objects.all().delete()
    Assignment.objects.update(said=FORMULA)

    (line,) = csv_lines(mona, f"{PAGE}rows.csv?show=could_not")

    assert (line["name"], line["from"], line["to"], line["state"]) == (
        f"Person {NASTY_NAME}",
        "Alice",
        "",
        "could not assign",
    )
    assert line["said"] == f"'{FORMULA}"
    assert "Bob: was away" in line["skipped"]
    assert "Alice: had them already in this cycle" in line["skipped"]
    assert NASTY_NAME not in get(mona, PAGE).content.decode()


def test_a_long_ledger_is_walked_page_by_page_at_the_same_cost(world: World, mona: Client) -> None:
    give_on(world, "due_soon")
    with CaptureQueriesContext(connection) as one:
        get(mona, PAGE)
    away(BOB, at_work(world.now))
    give_on(world, "waiting")
    line = Assignment.objects.latest("pk")
    for _ in range(119):
        line.pk = None
        line.save(force_insert=True)

    numbers: list[int] = []
    query: str = ""
    while True:
        with CaptureQueriesContext(connection) as many:
            page = view(mona, query)
        assert len(many) <= len(one)
        numbers += [row.line.number for row in page.rows]
        if not (query := page.next_href):
            break
    assert numbers == list(Assignment.objects.order_by("-pk").values_list("pk", flat=True))
    assert len(numbers) == 121
