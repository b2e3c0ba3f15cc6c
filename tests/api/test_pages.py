"""Lists page by page: every row once, whatever comes meanwhile; bounds and places that make no sense are refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from leadmodel.models import Exclusion, Request
from leadmodel.rebuild import rebuild_all
from tests.api.conftest import Act, Program, problem
from tests.pages.world import ALICE, HOUR, World


def pages(program: Program, address: str, **parameters: str | int) -> Iterator[list[Any]]:
    """Page after page, by the addresses that each gives of the next."""
    told = program.read(address, **parameters)
    yield told["results"]
    while told["next"]:
        told = program.read(told["next"])
        yield told["results"]


def keys(rows: list[Any]) -> list[tuple[str, int, int]]:
    return [(row["person_id"], row.get("number", 0), row.get("ordinal", 0)) for row in rows]


@pytest.mark.parametrize("address", ["people/", "cycles/", "spans/"])
@pytest.mark.parametrize("name", ["alice", "mona", "otto"])
def test_pages_put_together_are_the_list(world: World, act_as: Act, address: str, name: str) -> None:
    program = act_as(name)
    whole = keys(program.read(address, limit=1000)["results"])

    found = list(pages(program, address, limit=3))

    assert [key for rows in found for key in keys(rows)] == whole
    assert {len(rows) for rows in found[:-1]} == {3}
    assert len(set(whole)) == len(whole)


@pytest.mark.parametrize("address", ["people/", "cycles/", "spans/"])
def test_people_who_come_meanwhile_shift_nothing(world: World, otto: Program, address: str) -> None:
    before = keys(otto.read(address, limit=1000)["results"])
    found: list[tuple[str, int, int]] = []

    for number, rows in enumerate(pages(otto, address, limit=4)):
        found += keys(rows)
        world.add_lead(f"new_{number}", ALICE, number * HOUR + timedelta(minutes=1))
        rebuild_all()

    assert [key for key in found if key in before] == before
    assert len(set(found)) == len(found)


def test_exceptions_and_requests_have_pages_too(world: World, alice: Program, otto: Program) -> None:
    for called in ("answered", "waiting", "won"):
        alice.post("requests/", {"record_id": world.ids[called], "why": "a test"})
    for called in ("answered", "waiting"):
        body = {"record_id": world.ids[called], "expires_at": "2099-01-01T00:00:00Z", "reason": "a test"}
        otto.post("exceptions/", body)

    for address, model in (("requests/", Request), ("exceptions/", Exclusion)):
        found = [row["number"] for rows in pages(otto, address, limit=1) for row in rows]
        assert found == list(model.objects.order_by("-pk").values_list("pk", flat=True))
        assert len(found) == 3


def test_narrowing_goes_along_to_the_next_page(world: World, otto: Program) -> None:
    found = list(pages(otto, "people/", limit=2, holder=ALICE, path="inbound"))

    assert len(found) > 2
    assert {row["holder_id"] for rows in found for row in rows} == {ALICE}


def test_a_page_has_a_hundred_rows_unless_told_and_a_thousand_at_most(world: World, otto: Program) -> None:
    for number in range(90):
        world.add_lead(f"more_{number}", ALICE, HOUR)
    rebuild_all()

    assert len(otto.read("people/")["results"]) == 100
    for limit in ("1001", "0", "-1", "1e3", "9" * 50, "٣"):
        answer = otto.get("people/", limit=limit)
        assert answer.status_code == 400
        assert problem(answer) == {
            "where": "query.limit",
            "what": f"“{limit[:40]}” is not possible.",
            "instead": "Write a whole number from 1 through 1000.",
        }


@pytest.mark.parametrize("place", ["nonsense", "W10", "WyJhIl0", "WzFlOTk5XQ", "é", "W1tbW1tb", "WzFd" * 40])
@pytest.mark.parametrize(
    "address",
    [
        "people/",
        "cycles/",
        "spans/",
        "requests/",
        "exceptions/",
        "settings/",
        "figures/assigned/rows/?from=2026-01-01&to=2026-02-01&",
    ],
)
def test_a_place_that_no_page_gave_is_refused(world: World, otto: Program, address: str, place: str) -> None:
    answer = otto.client.get(
        f"/api/v1/{address}{'' if '?' in address else '?'}after={place}",
        headers={"Authorization": f"Bearer {otto.token}"},
    )

    if answer.status_code == 200:  # an Id may be any word
        assert (address, place) == ("people/", "WyJhIl0")
    else:
        assert answer.status_code == 400
        assert problem(answer)["where"] == "query.after"
