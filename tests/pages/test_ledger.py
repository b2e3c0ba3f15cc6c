"""The ledger: what Alice asked, what Mona granted, refused and ended; each sees their own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leadmodel.models import Exclusion, Request
from leadmodel.pages.ledger import Line
from leadmodel.rebuild import rebuild_all
from tests.pages.acting import send
from tests.pages.conftest import LogIn
from tests.pages.reading import csv_lines, get
from tests.pages.world import ALICE, DAY, EVE, World

UNTIL = "2099-01-01"


def lines(client: Client, query: str = "") -> list[Line]:
    found: list[Line] = get(client, f"/exceptions/{query}").context["ledger"].lines
    return found


def told(client: Client, query: str = "") -> list[tuple[str, str]]:
    """Whom, and what became of it."""
    return [(line.entry.name, line.state) for line in lines(client, query)]


@pytest.fixture
def asked(world: World, alice: Client) -> list[Request]:
    """Alice asks twice."""
    send(alice, world, "answered", "contest", grounds="a test of the form")
    send(alice, world, "won", "contest", grounds="my cousin")
    return list(Request.objects.order_by("pk"))


def test_mona_grants_refuses_and_ends_on_the_ledger_and_every_line_says_who_and_why(
    world: World, asked: list[Request], mona: Client, alice: Client
) -> None:
    assert told(mona)[:2] == [("Person won", "Requested"), ("Person answered", "Requested")]
    assert [line.grant for line in lines(mona, "?state=waiting")] == [asked[1].pk, asked[0].pk]
    here = "/exceptions/?state=waiting"

    granted = mona.post(f"/requests/{asked[0].pk}/grant/", {"until": UNTIL, "words": "fine", "next": here})
    mona.post(f"/requests/{asked[1].pk}/refuse/", {"words": "she is real", "next": here})

    assert granted["Location"] == here
    assert told(alice)[:2] == [("Person won", "Refused"), ("Person answered", "In force")]
    refused, granted_line = lines(alice)[:2]
    assert (refused.entry.asked_by, refused.entry.answered_by, refused.entry.answer) == (
        "alice",
        "mona",
        "she is real",
    )
    assert (granted_line.entry.why, granted_line.leaves_out) == (
        "a test of the form",
        "of every figure: 1 cycle",
    )
    end = f"/exceptions/{granted_line.entry.number}/end/"
    without = mona.post(end, {"words": " "})
    assert (without.status_code, "Say why it ends" in without.content.decode()) == (422, True)
    too_long = mona.post(end, {"words": "no test " * 1000})
    assert (too_long.status_code, "letters: 1,000 have room" in too_long.content.decode()) == (422, True)

    assert mona.post(end, {"words": "it was no test"}).status_code == 302

    (ended,) = lines(alice, "?state=ended")
    assert (ended.entry.name, ended.entry.ended_by, ended.entry.ended_why) == (
        "Person answered",
        "mona",
        "it was no test",
    )
    assert mona.post(end, {"words": "again"}).status_code == 422


def test_each_sees_their_own_and_only_managers_can_do_something(
    world: World, asked: list[Request], log_in: LogIn
) -> None:
    both = [("Person won", "Requested"), ("Person answered", "Requested"), ("Person left out", "In force")]
    for name in ("alice", "mona", "otto"):
        assert told(log_in(name)) == both
    for name in ("bob", "eve", "max"):
        assert told(log_in(name)) == []
    page = get(log_in("alice"), "/exceptions/").content.decode()
    assert "Leave somebody out" not in page
    assert 'method="post" action="/exceptions' not in page
    assert {line.end for line in lines(log_in("alice"))} == {None}


def test_filters_and_the_file_hold_the_same_lines(world: World, asked: list[Request], otto: Client) -> None:
    Exclusion.objects.update(
        starts_at=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(days=1)
    )

    for query, names in (
        ("?state=expired", ["Person left out"]),
        ("?state=waiting&q=won", ["Person won"]),
        ("?who=otto", ["Person left out"]),
        ("?who=alice", ["Person won", "Person answered"]),
        ("?q=Person", ["Person won", "Person answered", "Person left out"]),
        ("?state=refused", []),
    ):
        assert [name for name, _ in told(otto, query)] == names
        assert [line["name"] for line in csv_lines(otto, f"/exceptions/rows.csv{query}")] == names
    first = f"request-{asked[1].pk}"
    assert [name for name, _ in told(otto, f"?after={first}")] == ["Person answered", "Person left out"]


def test_mona_leaves_somebody_out_and_a_double_click_does_it_once(world: World, mona: Client) -> None:
    form = {"record_id": world.ids["waiting"], "until": UNTIL, "why": "not a customer"}

    for _ in range(2):
        assert mona.post("/exceptions/grant/", form).status_code == 302
    past = mona.post("/exceptions/grant/", form | {"until": "2020-01-01"})

    made = Exclusion.objects.get(record_id=world.ids["waiting"])
    assert (made.owner.username, made.reason) == ("mona", "not a customer")
    assert past.status_code == 422
    assert 'value="not a customer"' in past.content.decode()
    assert "make it a later day" in past.content.decode()


def test_mona_has_no_say_on_whom_another_team_has_by_now(world: World, mona: Client, otto: Client) -> None:
    """She sees them, as Alice had them once; the attempt that counts now is Eve's."""
    handed = world.add_lead("handed", EVE, 5 * DAY, (2 * DAY, "Owner", ALICE, EVE))
    rebuild_all()
    form = {"record_id": handed, "until": UNTIL, "why": "A test"}

    refused = mona.post("/exceptions/grant/", form)

    assert refused.status_code == 422
    assert "The person is held by somebody else now" in refused.content.decode()
    assert not Exclusion.objects.filter(record_id=handed).exists()
    assert otto.post("/exceptions/grant/", form).status_code == 302
    number = Exclusion.objects.get(record_id=handed).pk
    assert mona.post(f"/exceptions/{number}/end/", {"words": "No test"}).status_code == 422
    assert Exclusion.objects.get(pk=number).ended_at is None


def test_it_asks_as_often_however_long_it_is(world: World, otto: Client) -> None:
    form = {"until": UNTIL, "why": "a test"}
    counts = []
    for called in ("answered", "waiting", "won"):
        otto.post("/exceptions/grant/", form | {"record_id": world.ids[called]})
        with CaptureQueriesContext(connection) as queries:
            get(otto, "/exceptions/")
        counts.append(len(queries))
    assert len(set(counts)) == 1
