"""The loan desk, a real desk's export: the product's figures are those of the independent SQL."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.loading.load import load
from tests.figures.equality import differences
from tests.figures.world import bring_in
from tests.report.loan_desk import LOAN_DESK, MODEL, needs_loan_desk

START, END = datetime(2011, 10, 1, tzinfo=UTC), datetime(2011, 12, 1, tzinfo=UTC)
NOW = datetime(2012, 3, 20, tzinfo=UTC)


@needs_loan_desk
@pytest.mark.timeout(240)  # a minute of the two it would have, where nothing else runs
@pytest.mark.django_db
def test_every_figure_is_that_of_the_independent_sql_now_and_as_of_an_instant(tmp_path: Path) -> None:
    load(LOAN_DESK / "export.zip", tmp_path / "org.db")
    bring_in(tmp_path / "org.db", MODEL, tmp_path, now=NOW)

    for as_of in (None, datetime(2011, 11, 15, 12, tzinfo=UTC)):
        assert differences(START, END, now=NOW, as_of=as_of) == []
