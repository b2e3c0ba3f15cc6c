"""Who is picked up: Dana's bulk rings, cherry-picking stands out against both norms, and every number opens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadmodel.lifecycle.settings import Touches
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from metrics.only_automatic import as_expression
from metrics.pages.pick_up import Board
from metrics.picking import BULK, LEFT, TOUCHLESS, Tally, bulks, cherries
from sync import models as mirror
from tests.pages.conftest import LogIn
from tests.pages.reading import csv_lines, get, report_of, whole_list
from tests.pages.world import ALICE, BOB, DAY, EVE, HOUR, MAX, MODEL, World, closed


def board(client: Client, address: str = "/pick-up/") -> Board:
    found: Board = get(client, address).context["board"]
    return found


@pytest.fixture
def show(world: World) -> World:
    """Bob closes a trade show within the hour and answers everybody else; Alice answers the show too."""
    enter(MODEL.replace("[Web, Chat]", "[Web, Chat, Show]"))
    for number in range(12):
        ago = 2 * DAY + number * timedelta(minutes=1)
        world.add_lead(f"show_{number}", BOB, ago, closed(ago - HOUR / 2, "Unqualified"), source="Show")
        for called, rep, source in (("bob_web", BOB, "Web"), ("alice_show", ALICE, "Show")):
            world.add_lead(f"{called}_{number}", rep, ago, source=source)
            world.add_touch(f"{called}_{number}", rep, ago - HOUR)
    rebuild_all()
    return world


def test_the_alarm_names_rep_and_source_and_opens_the_leads(show: World, mona: Client) -> None:
    (alarm,) = board(mona).bulks

    assert (alarm.rep, alarm.source, alarm.counts, alarm.of) == ("Bob", "Show", 12, 12)
    told = {row.name for row in whole_list(mona, "/pick-up/" + alarm.href)}
    assert told == {f"Person show {number}" for number in range(12)}
    assert len(csv_lines(mona, "/pick-up/rows.csv" + alarm.href)) == 12


def test_who_picks_the_cherries_stands_against_both_norms(show: World, mona: Client) -> None:
    (found,) = board(mona).cherries

    assert (found.rep, found.source, found.what, found.share) == (
        "Bob",
        "Show",
        "closed untouched",
        "100.0 %",
    )
    assert (found.counts, found.of, found.others) == (12, 12, "0.0 %")
    opened = get(mona, "/pick-up/" + found.href).context["list"]
    assert opened.total == 12
    assert opened.title == "Bob · Show · Closed untouched"


def test_a_rep_sees_no_comparison_and_nobody_sees_another_teams(
    show: World, alice: Client, log_in: LogIn
) -> None:
    assert board(alice).cherries == []
    assert board(alice).bulks == []
    assert [bulk.rep for bulk in board(log_in("bob")).bulks] == ["Bob"]
    eve = log_in("eve")
    assert board(eve).bulks == []
    for pick in (LEFT, TOUCHLESS, BULK):
        assert eve.get(f"/pick-up/?pick={pick}&rep={BOB}&of_source=Show").status_code == 404


@pytest.mark.parametrize("filters", ["", "?by=rep", "?by=team&path=inbound", "?as_of={now}"])
def test_number_list_and_csv_are_one(show: World, otto: Client, filters: str) -> None:
    told = board(otto, "/pick-up/" + filters.format(now=show.now.isoformat().replace("+00:00", "Z")))

    numbers = [
        (line.cells[at].value, line.cells[at].href) for line in [told.total, *told.lines] for at in (0, 2, 3)
    ]
    assert len(numbers) >= 9
    for value, href in numbers:
        assert len(whole_list(otto, "/pick-up/" + href)) == int(value), href
        assert len(csv_lines(otto, "/pick-up/rows.csv" + href)) == int(value), href


def test_the_split_is_the_reports(show: World, otto: Client) -> None:
    page = get(otto, "/pick-up/?by=rep")
    report = report_of(page.context["asked"])

    for line in page.context["board"].lines:
        told = [report["by_rep"][line.name][name] for name in ("assigned", "touched", "bypassed")]
        assert [int(line.cells[at].value) for at in (0, 2, 3)] == told


@pytest.fixture
def machines(world: World) -> World:
    """People to whom only machines wrote, and people who look alike and are not."""
    rules = "{automatic_subjects: ['Automatic: *'], inbound_subjects: ['Reply: *'], automated_users: [Max]}"
    enter(f"{MODEL}touches: {rules}\n")
    calls = {
        "by_pattern": [(ALICE, "AUTOMATIC: welcome")],
        "by_user": [(MAX, "Step 1"), (ALICE, "Automatic: step 2")],
        "and_called": [(ALICE, "Automatic: welcome"), (ALICE, "Call: talked")],
        "wrote_to_us": [(ALICE, "Reply: Automatic: welcome")],
        "closed_then_called": [(ALICE, "Automatic: welcome")],
    }
    for called, logged in calls.items():
        ago = 3 * DAY
        changes = [closed(2 * DAY, "Unqualified")] if called == "closed_then_called" else []
        world.add_lead(called, ALICE, ago, *changes, source="Chat")
        for number, (owner, subject) in enumerate(logged, start=1):
            world.add_touch(called, owner, ago - number * HOUR, subject)
    world.add_touch("closed_then_called", BOB, DAY)
    world.add_lead("answered_at_once", ALICE, 3 * DAY, source="Chat")
    world.add_touch("answered_at_once", ALICE, 2 * DAY, "Automatic: welcome")
    world.add_touch("answered_at_once", ALICE, 2 * DAY - timedelta(minutes=2), "Reply: welcome")
    rebuild_all()
    return world


def test_who_only_ever_heard_from_machines_is_found(
    machines: World, mona: Client, otto: Client, log_in: LogIn
) -> None:
    found = {row.name for row in whole_list(mona, "/pick-up/" + board(mona).automatic_href)}

    assert found == {"Person by pattern", "Person by user"}
    assert {line["name"] for line in csv_lines(otto, "/pick-up/rows.csv?pick=automatic&source=Chat")} == found
    assert whole_list(otto, "/pick-up/?pick=automatic&source=List") == []
    assert whole_list(log_in("eve"), "/pick-up/?pick=automatic") == []
    assert "look for them" in get(mona, "/pick-up/").content.decode()


def test_as_of_an_instant_it_is_what_had_been_logged_by_then(machines: World, otto: Client) -> None:
    def found(ago: timedelta) -> set[str]:
        as_of = f"{machines.now - ago:%Y-%m-%dT%H:%M:%SZ}"
        return {row.name for row in whole_list(otto, f"/pick-up/?pick=automatic&as_of={as_of}")}

    assert found(3 * DAY - HOUR / 2) == set()
    # nobody had called yet
    assert found(3 * DAY - 1.5 * HOUR) == {
        "Person by pattern", "Person by user", "Person and called", "Person closed then called",
    }  # fmt: skip


@pytest.fixture
def shared(world: World) -> World:
    """Max, a machine, and Bob write to one and let others share in it, as Tasks and as Events."""
    enter(f"{MODEL}touches: {{automated_users: [Max]}}\n")
    closing = closed(2 * DAY, "Unqualified")
    for number, kind in enumerate(("task", "event")):
        for called in ("beside", "called_beside", "no_longer_beside", "never_beside"):
            world.add_lead(f"{called}_by_{kind}", ALICE, 3 * DAY, closing, source="Chat")
        for called in ("called_beside", "no_longer_beside"):
            world.add_touch(f"{called}_by_{kind}", MAX, 2.5 * DAY)
        share(world, kind, 2 * number, MAX, 2.5 * DAY, {"beside": False, "never_beside": True})
        # so late that it is no touch of the cycle
        share(world, kind, 2 * number + 1, BOB, DAY, {"called_beside": False, "no_longer_beside": True})
    rebuild_all()
    return world


def share(world: World, kind: str, number: int, owner: str, ago: timedelta, people: dict[str, bool]) -> None:
    """An activity of the owner's that people share in who are called so; True: they do no longer."""
    record_id, at = f"00{'TU'[kind == 'event']}9{number:011}AAA", world.now - ago
    if kind == "task":
        mirror.Task.objects.create(
            id=record_id, owner_id=owner, subject="Call", is_closed=True, created_at=at, completed_at=at
        )
    else:
        mirror.Event.objects.create(id=record_id, owner_id=owner, subject="Meeting", created_at=at)
    relations = mirror.TaskRelation if kind == "task" else mirror.EventRelation
    for at_place, (called, is_deleted) in enumerate(people.items()):
        relations.objects.create(
            id=f"0R{'TE'[kind == 'event']}{number:06}{at_place:06}AAA",
            relation_id=world.ids[f"{called}_by_{kind}"],
            is_deleted=is_deleted,
            **{f"{kind}_id": record_id},
        )


def test_who_shares_in_an_activity_heard_it_too(shared: World, otto: Client) -> None:
    found = {row.name for row in whole_list(otto, "/pick-up/?pick=automatic&source=Chat")}

    assert found == {
        "Person beside by task", "Person no longer beside by task",
        "Person beside by event", "Person no longer beside by event",
    }  # fmt: skip


PATTERNS = st.lists(
    st.text(st.sampled_from("aBz*?.[](){}+^$|\\ -#%_&äÖ1\n"), min_size=1, max_size=5), max_size=3
)
SUBJECTS = st.lists(
    st.text(st.sampled_from("AbZ.[](){}+^$|\\ -#%_&Äö1\n"), max_size=6), min_size=1, max_size=9
)


@given(PATTERNS, SUBJECTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_patterns_in_sql_and_in_python_are_one(db: None, patterns: list[str], subjects: list[str]) -> None:
    subjects += [pattern.replace("*", "xx").replace("?", "x").swapcase() for pattern in patterns]
    rules = Touches(inbound_subjects=tuple(patterns))

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject COLLATE pg_unicode_fast ~* %s FROM unnest(%s::text[]) WITH ORDINALITY told (subject, at)"
            " ORDER BY at",
            [as_expression(tuple(patterns)), subjects],
        )
        told = [row[0] for row in cursor.fetchall()]

    assert told == [rules.kind_of_subject(subject) == "inbound" for subject in subjects]


def tally(rep: str, source: str, counts: int, of: int, campaign: str | None = None) -> Tally:
    both = dict.fromkeys((LEFT, TOUCHLESS, BULK), counts)
    return Tally(rep, source, campaign, dict.fromkeys(both, of), both)


@pytest.mark.parametrize(
    ("tallies", "who"),
    [
        # more than the own other sources and than the others' of it
        ([("a", "Show", 20, 20), ("a", "Web", 1, 20), ("b", "Show", 1, 20)], {("a", "Show")}),
        # everybody leaves this source: its fault, not the rep's
        ([("a", "Show", 20, 20), ("a", "Web", 1, 20), ("b", "Show", 20, 20)], set()),
        # the rep leaves everybody: slow, not picking
        ([("a", "Show", 20, 20), ("a", "Web", 20, 20), ("b", "Show", 1, 20)], set()),
        # too few to say
        ([("a", "Show", 9, 9), ("a", "Web", 1, 20), ("b", "Show", 1, 20)], set()),
        ([("a", "Show", 20, 20), ("a", "Web", 1, 9), ("b", "Show", 1, 20)], set()),
    ],
)
def test_only_both_norms_together_tell(
    tallies: list[tuple[str, str, int, int]], who: set[tuple[str, str]]
) -> None:
    found = cherries([tally(*told) for told in tallies], 10)

    assert {(cherry.rep, cherry.source) for cherry in found} == who
    assert len(found) == 2 * len(who)


def test_bulk_is_many_and_most() -> None:
    told = [
        tally("a", "Show", 10, 20, "701A"),
        tally("a", "Show", 9, 9, "701B"),
        tally("b", "Show", 10, 21, "701A"),
    ]

    assert [(bulk.rep, bulk.campaign) for bulk in bulks(told, 10)] == [("a", "701A")]


def test_wrong_addresses_are_told_in_a_sentence(world: World, otto: Client) -> None:
    for wrong in ("pick=all&rep=" + EVE, "pick=left", "by=phase", "group=Web"):
        assert otto.get(f"/pick-up/?{wrong}").status_code == 400, wrong
