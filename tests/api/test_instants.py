"""What was, or was known, at an instant that has not come yet: nobody is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.api.conftest import Program, problem
from tests.pages.world import World


@pytest.mark.parametrize("name", ["as_of", "known_by"])
@pytest.mark.parametrize(
    "address",
    [
        "people/{answered}/touches/",
        "people/{answered}/explanation/",
        "figures/?from=2026-01-01&to=2026-02-01",
        "figures/assigned/rows/?from=2026-01-01&to=2026-02-01",
        "pulls/?from=2026-01-01&to=2026-02-01",
    ],
)
def test_alice_is_told_nothing_of_the_future(world: World, alice: Program, address: str, name: str) -> None:
    path, _, query = address.format(**world.ids).partition("?")
    asked = dict(part.split("=") for part in query.split("&") if part)
    tomorrow = (world.now + timedelta(days=1)).isoformat()

    answer = alice.get(path, **asked, **{name: tomorrow})

    assert answer.status_code == 400
    assert problem(answer) == {
        "where": f"query.{name}",
        "what": f"{name} is in the future.",
        "instead": "Write an instant of the past, or leave it out.",
    }
