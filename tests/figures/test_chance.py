"""Many small organisations made by chance: both tell the same, now and as of instants in the thick of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadmodel.rebuild import rebuild_all
from tests.figures.chance import NOW, START, make
from tests.figures.equality import differences

KINDS = {
    "plain": {"with_merges": False, "with_pulls": False},
    "merges": {"with_merges": True, "with_pulls": False},
    "pulls": {"with_merges": False, "with_pulls": True},
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(3, 40))]
)
@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_is_that_of_the_independent_sql(kind: str, seed: int) -> None:
    make(seed, people=45, **KINDS[kind])
    rebuild_all(batch=17)

    for as_of in (None, START + timedelta(hours=1), START + timedelta(hours=3), NOW - timedelta(days=1)):
        found = differences(START - timedelta(days=1), NOW, now=NOW, as_of=as_of)
        assert found == [], f"{kind} {seed} as of {as_of}:\n" + "\n".join(found)
