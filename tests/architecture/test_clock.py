"""The pure core reads no clock: instants are passed in. The edges read it at one door, where tests may move it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
APPS = ("alerts", "base", "config", "leadmodel", "metrics", "sync")
A_CLOCK = r"timezone\.(now|localdate|localtime)\b|datetime\.(now|utcnow|today)\(|date\.today\(|\btime\.time\("


@pytest.mark.parametrize(
    "line",
    [
        "import time; time.time()",
        "import datetime; datetime.datetime.now(datetime.UTC)",
        "import datetime; datetime.date.today()",
        "from base import clock; clock.now()",
    ],
)
@pytest.mark.parametrize(("path", "allowed"), [("leadmodel/lifecycle/x.py", False), ("sync/x.py", True)])
def test_reading_the_clock_is_refused_in_the_core_and_allowed_at_the_edges(
    line: str, path: str, allowed: bool
) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--stdin-filename", path, "-"],
        input=f"{line}\n",
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (result.returncode == 0) is allowed, result.stdout + result.stderr
    assert allowed or "passed in" in result.stdout


def test_the_edges_read_the_clock_at_one_door() -> None:
    result = subprocess.run(
        ["git", "grep", "-lE", A_CLOCK, "--", *APPS, ":!*/migrations/*"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    assert result.stdout.split() == ["base/clock.py"], "ask base.clock.now() instead"
