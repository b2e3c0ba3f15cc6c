"""Small files: a rule with a number, so that no file grows into the one where everything piles up."""

from __future__ import annotations

import statistics
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
LOOK_HARD_AT = 400
MEDIAN = 150
# Longer for a reason: {"path": "the reason"}.
LONGER: dict[str, str] = {}


def sizes() -> dict[str, int]:
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=REPOSITORY, capture_output=True, text=True, timeout=30, check=True
    )
    files = [
        name for name in listed.stdout.split() if "/migrations/" not in name and (REPOSITORY / name).exists()
    ]
    return {name: len((REPOSITORY / name).read_text().splitlines()) for name in files}


def test_no_file_is_longer_than_400_lines_without_a_reason() -> None:
    too_long = {name: lines for name, lines in sizes().items() if lines > LOOK_HARD_AT and name not in LONGER}

    assert not too_long, "split them by what they are about, or list them with a reason"


def test_the_median_file_is_under_150_lines() -> None:
    assert statistics.median(sizes().values()) < MEDIAN


def test_no_reason_outlives_its_file() -> None:
    found = sizes()

    assert [name for name in LONGER if found.get(name, 0) <= LOOK_HARD_AT] == []
