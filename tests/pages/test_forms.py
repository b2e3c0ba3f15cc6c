"""Every form × every role: whose it is, and that looking at it does nothing."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from base.models import Effect
from leadmodel.models import Request
from tests.pages.conftest import LogIn
from tests.pages.world import World

# address → what it sends, and what alice (rep), mona (her manager), eve (another team's rep) and otto (operations) get
FORMS: dict[str, tuple[dict[str, str], tuple[int, int, int, int]]] = {
    "{answered}log/": ({"how": "Call"}, (302, 302, 404, 422)),
    "{answered}close/": ({"kind": "nurture", "reason": "No time"}, (302, 302, 404, 302)),
    "{answered}follow-up/": ({"day": "2099-01-01"}, (302, 302, 404, 422)),
    "{answered}give-back/": ({"why": "theirs"}, (302, 302, 404, 302)),
    "{answered}contest/": ({"grounds": "a test"}, (302, 302, 404, 302)),
    "{in_queue}close/": ({"kind": "nurture", "reason": "No time"}, (404, 302, 404, 302)),
    "/writes/{write}/undo/": ({}, (302, 404, 404, 302)),
}


def address_of(world: World, address: str, *, write: int = 0) -> str:
    """The address with the people of this world."""
    people = {called: world.person(called) for called in world.ids}
    return address.format(**people, write=write)


@pytest.fixture
def write(world: World, log_in: LogIn) -> int:
    """A call of Alice's that Salesforce accepted."""
    log_in("alice").post(f"{world.person('answered')}log/", {"how": "Call", "once": str(uuid4())})
    Effect.objects.update(state="done", result={"task": "00T000000000009AAA"})
    return Effect.objects.get().pk


@pytest.mark.parametrize("address", FORMS)
@pytest.mark.parametrize("at", range(4), ids=["alice", "mona", "eve", "otto"])
def test_each_role_may_do_what_is_theirs(
    world: World, write: int, log_in: LogIn, address: str, at: int
) -> None:
    form, statuses = FORMS[address]
    client = log_in(("alice", "mona", "eve", "otto")[at])
    path = address_of(world, address, write=write)
    before = Effect.objects.count() + Request.objects.count()

    assert client.get(path).status_code == 405
    assert Effect.objects.count() + Request.objects.count() == before
    assert client.post(path, form | {"once": str(uuid4())}).status_code == statuses[at]
    acted = Effect.objects.count() + Request.objects.count() - before
    assert acted == (1 if statuses[at] == 302 else 0)


@pytest.mark.parametrize("address", FORMS)
def test_a_stranger_logs_in_first(world: World, address: str) -> None:
    answer = Client().post(address_of(world, address), FORMS[address][0])

    assert answer.headers["Location"] == "/login/?next=/"
    assert not Effect.objects.exists()
