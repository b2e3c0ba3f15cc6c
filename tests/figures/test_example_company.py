"""The example company: untidy on purpose, and yet both tell the same figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox import company
from sandbox.org.store import Store
from tests.figures.equality import differences
from tests.figures.world import bring_in

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
MODEL = Path(company.__file__).with_name("model.yaml")


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [11])
def test_every_figure_is_that_of_the_independent_sql_now_and_as_of_an_instant(
    tmp_path: Path, seed: int
) -> None:
    store = Store.create(tmp_path / "org.db")
    company.build(store, leads=1000, seed=seed, now=NOW)
    store.finish_bulk()
    store.close()
    bring_in(tmp_path / "org.db", MODEL, tmp_path, now=NOW)

    for as_of in (None, NOW - timedelta(days=100, hours=3)):
        assert differences(NOW - YEAR, NOW, now=NOW, as_of=as_of) == []
