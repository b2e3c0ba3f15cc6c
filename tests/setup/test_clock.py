"""The clock's one door: what it is, unless a file moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from base import clock


def test_it_is_what_the_machine_says() -> None:
    before = datetime.now(UTC)

    assert before <= clock.now() <= datetime.now(UTC)


def test_a_file_moves_it_and_moves_it_again(settings: Settings, tmp_path: Path) -> None:
    settings.CLOCK_FILE = str(tmp_path / "clock")

    for by in (timedelta(days=3), timedelta(hours=-2)):
        clock.move(tmp_path / "clock", by=by)
        before = datetime.now(UTC)
        assert before + by <= clock.now() <= datetime.now(UTC) + by


def test_a_file_that_says_nothing_stops_whoever_asks(settings: Settings, tmp_path: Path) -> None:
    settings.CLOCK_FILE = str(tmp_path / "clock")
    with pytest.raises(FileNotFoundError):
        clock.now()
    (tmp_path / "clock").write_text("tomorrow")
    with pytest.raises(ValueError, match="tomorrow"):
        clock.now()
