"""The tile of the Now strip for whom nobody could take over: whose, until when, as of which instant."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from alerts.models import Assignment
from alerts.reassigning import Outcome
from base.models import User
from leadmodel.models import Absence, Cycle, Exclusion, Span
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from metrics import now as present
from sync import models as mirror
from tests.pages.conftest import LogIn
from tests.pages.reading import csv_lines, get, whole_list
from tests.pages.test_assignments import away, give_on
from tests.pages.world import ALICE, BOB, EVE, HOUR, MODEL, QUEUE, World

LIST = "/team/?tile=could_not_assign"


def count(client: Client, query: str = "") -> int:
    tiles = {tile.label: tile for tile in get(client, f"/team/{query}").context["tiles"]}
    return int(tiles["Could not assign"].count)


def people(client: Client, address: str = LIST) -> list[str]:
    return [row.name for row in whole_list(client, address)]


def at(instant: datetime) -> str:
    """As of and as known by an instant, as addresses have it."""
    written = f"{instant:%Y-%m-%dT%H:%M:%S.%fZ}"
    return f"&as_of={written}&known_by={written}"


@pytest.fixture
def untaken(world: World) -> World:
    """Two of Alice's wait past the longest wait, and Bob, the only colleague, is away."""
    enter(MODEL + "reassignment: {in_hours_only: false}\n")
    rebuild_all()
    away(BOB, world.now)
    assert give_on(world, "waiting", "back_again", now=world.now) == [Outcome.COULD_NOT] * 2
    return world


def test_mona_sees_whom_of_her_team_nobody_takes(untaken: World, mona: Client) -> None:
    assert count(mona) == 2
    assert [
        row.person_id for row in present.list_tile(timezone.now(), None, present.BY_NAME["could_not_assign"])
    ] == [
        untaken.ids["waiting"],
        untaken.ids["back_again"],
    ]
    assert len(people(mona)) == len(csv_lines(mona, "/team/now.csv?tile=could_not_assign")) == 2
    assert count(mona, f"?tile=could_not_assign&rep={ALICE}") == 2
    assert people(mona, f"{LIST}&rep={BOB}") == []


def test_each_sees_their_own(untaken: World, log_in: LogIn) -> None:
    assert give_on(untaken, "eves_waiting", holder=EVE, now=untaken.now) == [Outcome.COULD_NOT]
    in_queue = Span.objects.get(person_id=untaken.ids["in_queue"])
    Assignment.objects.create(
        person_id=in_queue.person_id, number=1, span=1, ordinal=0, due_at=untaken.now - HOUR, step="step 3",
        holder_id=QUEUE, rule="otherwise", decided_at=untaken.now, read_at=untaken.now, skipped=[],
    )  # fmt: skip

    for name, number in (("alice", 2), ("bob", 0), ("eve", 1), ("max", 2), ("mona", 3), ("otto", 4)):
        client = log_in(name)
        assert (count(client), len(people(client))) == (number, number), name


@pytest.mark.parametrize("how", ["answered", "closed", "handed over", "excepted"])
def test_who_is_settled_is_in_it_no_more(untaken: World, mona: Client, how: str) -> None:
    record = untaken.ids["waiting"]
    cycle = Cycle.objects.filter(person_id=record)
    if how == "answered":
        cycle.update(first_touch_at=untaken.now)
    elif how == "closed":
        cycle.update(outcome="nurture")
    elif how == "handed over":
        span = Span.objects.get(person_id=record)
        span.ordinal = 2
        span.save(force_insert=True)
    else:
        Exclusion.objects.create(
            record_id=record, starts_at=untaken.now, expires_at=untaken.now + HOUR, reason="A test of the form",
            owner=User.objects.get(username="otto"),
        )  # fmt: skip

    assert (count(mona), people(mona)) == (1, ["Person back again"])


def test_a_link_shows_the_same_whatever_comes_after(untaken: World, mona: Client) -> None:
    before, then = at(untaken.now - timedelta(minutes=1)), at(timezone.now())
    told = people(mona)

    untaken.now = timezone.now()
    untaken.add_touch("waiting", ALICE, 0 * HOUR)
    mirror.LeadHistory.objects.create(
        id="017handover00000AAA"[:18], lead_id=untaken.ids["back_again"], field="Owner", old_value=ALICE, new_value=BOB,
        created_at=untaken.now, created_by_id=ALICE,
    )  # fmt: skip
    mirror.Lead.objects.filter(id=untaken.ids["back_again"]).update(owner_id=BOB)
    mirror.Mark.objects.bulk_create(mirror.Mark(record_id=record_id) for record_id in untaken.ids.values())
    rebuild_all()

    assert people(mona) == []
    assert people(mona, LIST + then) == told
    assert people(mona, LIST + before) == []


def test_who_finds_somebody_is_in_it_no_more_and_still_in_the_link(untaken: World, mona: Client) -> None:
    then, told = at(timezone.now()), people(mona)

    Absence.objects.all().delete()
    assert give_on(untaken, "waiting", now=timezone.now()) == [Outcome.DECIDED]

    assert (count(mona), people(mona)) == (1, ["Person back again"])
    assert people(mona, LIST + then) == told
