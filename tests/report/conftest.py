"""The hand-made desk, for tests of the report; and a loud word when the loan desk is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.figures.world import hand_made_desk
from tests.report.loan_desk import IS_THERE, SENTENCE


@pytest.fixture
def desk(db: None, tmp_path: Path) -> None:
    """The hand-made desk in the mirror, derived."""
    hand_made_desk(tmp_path)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly that the figures of the real desk were not checked."""
    if not IS_THERE:
        terminalreporter.section("THE LOAN DESK WAS NOT CHECKED", sep="!", red=True, bold=True)
        terminalreporter.line(SENTENCE)
