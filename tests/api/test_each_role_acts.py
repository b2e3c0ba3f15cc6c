"""Every action × every role: whose it is; for everybody else there is nothing there, and nothing is done."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from base.models import ApiWrite, Effect
from leadmodel.models import Exclusion, Request
from tests.api.conftest import Act, Program
from tests.pages.acting import undone
from tests.pages.world import World

_UNTIL = {"expires_at": "2099-01-01T00:00:00Z"}
# address → what it sends, and what alice (rep), mona (her manager), eve (another team's rep) and otto (operations) get
ACTIONS: dict[str, tuple[dict[str, str], tuple[int, int, int, int]]] = {
    "/api/v1{answered}log/": ({"how": "Call"}, (201, 201, 404, 422)),
    "/api/v1{answered}close/": ({"kind": "nurture", "reason": "No time"}, (201, 201, 404, 201)),
    "/api/v1{answered}follow-up/": ({"day": "2099-01-01"}, (201, 201, 404, 422)),
    "/api/v1{answered}give-back/": ({}, (201, 201, 404, 201)),
    "/api/v1{in_queue}close/": ({"kind": "nurture", "reason": "No time"}, (404, 201, 404, 201)),
    "/api/v1/requests/": ({"record_id": "answered", "why": "a test"}, (201, 201, 404, 201)),
    "/api/v1/requests/{request}/grant/": (_UNTIL, (404, 201, 404, 201)),
    "/api/v1/requests/{request}/refuse/": ({"words": "no"}, (404, 201, 404, 201)),
    "/api/v1/exceptions/": ({"record_id": "answered", "reason": "a test", **_UNTIL}, (422, 201, 404, 201)),
    "/api/v1/exceptions/{exception}/end/": ({"reason": "no test"}, (422, 201, 404, 201)),
    "/api/v1/settings/check/": ({}, (404, 404, 404, 415)),
}


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Effect, Request, Exclusion, ApiWrite)]


@pytest.fixture
def request_number(world: World, alice: Program) -> int:
    """What Alice asks."""
    body = {"record_id": world.ids["answered"], "why": "a test"}
    number: int = alice.post("requests/", body).json()["number"]
    return number


def filled(
    world: World, address: str, body: dict[str, str], request_number: int
) -> tuple[str, dict[str, str]]:
    """The address and body with the people of this world, and this request."""
    numbers = {"request": request_number, "exception": Exclusion.objects.get().pk}
    people = {called: world.person(called) for called in world.ids}
    return address.format(**people, **numbers), {
        name: world.ids.get(value, value) if name == "record_id" else value for name, value in body.items()
    }


@pytest.mark.parametrize("at", range(4), ids=["alice", "mona", "eve", "otto"])
def test_each_role_may_do_what_is_theirs(world: World, act_as: Act, request_number: int, at: int) -> None:
    program = act_as(("alice", "mona", "eve", "otto")[at])
    before = everything()
    for address, (body, statuses) in ACTIONS.items():
        path, sent = filled(world, address, body, request_number)
        with undone():
            if not path.endswith(("/requests/", "/exceptions/")):
                assert program.get(path).status_code == 405, address
            assert everything() == before, address
            assert program.post(path, sent).status_code == statuses[at], address
            assert (everything() != before) is (statuses[at] == 201), address
        assert everything() == before, address


def test_a_stranger_does_nothing(world: World, request_number: int) -> None:
    before = everything()
    for address, (body, _) in ACTIONS.items():
        path, sent = filled(world, address, body, request_number)

        answer = Client().post(
            path, sent, content_type="application/json", headers={"Idempotency-Key": "stranger"}
        )

        assert answer.status_code == 401, address
        assert everything() == before, address
