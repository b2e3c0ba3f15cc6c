"""The hand-made desk, for tests of figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.figures.world import hand_made_desk


@pytest.fixture
def desk(db: None, tmp_path: Path) -> None:
    """The hand-made desk in the mirror, derived."""
    hand_made_desk(tmp_path)
