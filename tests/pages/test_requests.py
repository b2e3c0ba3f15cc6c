"""Alice asks, Mona answers, Alice reads it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from base.models import Effect
from leadmodel.models import Exclusion, Person, Request
from tests.pages.acting import send
from tests.pages.conftest import LogIn
from tests.pages.reading import get
from tests.pages.world import BOB, EVE, World


@pytest.fixture
def exception(world: World, alice: Client) -> Request:
    send(alice, world, "answered", "contest", grounds="a test of the form")
    return Request.objects.get()


@pytest.fixture
def not_mine(world: World, alice: Client) -> Request:
    send(alice, world, "answered", "give-back", why="my cousin")
    return Request.objects.get()


def count(client: Client) -> list[int]:
    """What the menu says waits."""
    return [link.count for link in get(client, "/people/").context["shell"].ways if link.label == "Requests"]


def test_they_wait_for_her_manager_and_for_nobody_elses(
    world: World, exception: Request, log_in: LogIn
) -> None:
    waiting = get(log_in("mona"), "/requests/").context["requests"].waiting

    assert [(one.name, one.who, one.why) for one in waiting] == [
        ("Person answered", "Alice", "a test of the form")
    ]
    assert [count(log_in(name)) for name in ("mona", "otto", "max", "alice")] == [[1], [1], [0], []]
    assert log_in("max").post(f"/requests/{exception.pk}/grant/", {"until": "2099-01-01"}).status_code == 404


def test_granted_the_person_is_left_out_through_the_day_and_she_reads_it(
    world: World, exception: Request, mona: Client, alice: Client
) -> None:
    day = (world.now + timedelta(days=30)).date()

    mona.post(f"/requests/{exception.pk}/grant/", {"until": day.isoformat(), "words": "fine"})

    made = Exclusion.objects.get(record_id=world.ids["answered"])
    after = day + timedelta(days=1)
    assert made.expires_at == datetime(after.year, after.month, after.day, tzinfo=UTC)
    assert "Mona: fine" in get(alice, world.person("answered")).content.decode()
    assert count(mona) == [0]
    assert get(mona, "/requests/").context["requests"].answered[0].mark.state == "granted"


def test_refused_needs_a_reason_which_she_reads(
    world: World, exception: Request, mona: Client, alice: Client
) -> None:
    address = f"/requests/{exception.pk}/refuse/"
    assert mona.post(address).status_code == 422
    mona.post(address, {"words": "it is no test"})

    body = get(alice, world.person("answered")).content.decode()

    assert "Mona: it is no test" in body
    again = mona.post(address, {"words": "no"})
    assert (again.status_code, Request.objects.get().answer) == (422, "it is no test")


def test_not_mine_goes_to_whom_she_may_give_people(world: World, not_mine: Request, mona: Client) -> None:
    address = f"/requests/{not_mine.pk}/grant/"
    offered = [taker.name for taker in get(mona, "/requests/").context["requests"].takers]
    assert offered == ["Alice", "Bob", "Inbound queue", "Mona"]

    for to in ("", EVE, "005"):
        answer = mona.post(address, {"to": to, "words": "take care"})
        assert (answer.status_code, "Say who takes the person over." in answer.content.decode()) == (
            422,
            True,
        )
        assert 'value="take care"' in answer.content.decode()
    assert mona.post(address, {"to": BOB}).status_code == 302

    (effect,) = Effect.objects.all()
    assert (effect.kind, effect.payload["changes"][0][1]) == ("salesforce.change.owner", BOB)


def test_whom_another_team_took_since_she_cannot_give_away(
    world: World, not_mine: Request, mona: Client, otto: Client
) -> None:
    (waiting,) = get(mona, "/requests/").context["requests"].waiting
    assert (waiting.holder, waiting.refusal) == ("Alice", "")
    Person.objects.filter(person_id=world.ids["answered"]).update(holder_id=EVE)
    grant, refuse = (f"/requests/{not_mine.pk}/{what}/" for what in ("grant", "refuse"))

    page = get(mona, "/requests/")
    (waiting,) = page.context["requests"].waiting
    assert (waiting.holder, "held by somebody else now" in waiting.refusal) == ("Eve", True)
    assert grant not in page.content.decode()
    answer = mona.post(grant, {"to": BOB})
    assert (answer.status_code, waiting.refusal in answer.content.decode()) == (422, True)
    assert not Effect.objects.exists()

    assert grant in get(otto, "/requests/").content.decode()
    assert mona.post(refuse, {"words": "Eve has them"}).status_code == 302
