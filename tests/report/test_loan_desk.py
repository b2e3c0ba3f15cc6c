"""The acceptance of the report: one command from a real desk's export to the figures computed elsewhere."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.report.loan_desk import LOAN_DESK, MODEL, REPOSITORY, needs_loan_desk
from tests.setup.conftest import migrated_home, new_home, unconfigured

pytestmark = [needs_loan_desk, pytest.mark.timeout(240)]
SECONDS_OFF = 0.002


@pytest.fixture
def home() -> Iterator[Path]:
    """The folder of a demo's own, whose database is migrated."""
    with new_home(like=migrated_home()) as home:
        yield home.folder.parent


def manage(home: Path, *words: str) -> str:
    """What a `manage.py` command of that home printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=REPOSITORY,
        env=unconfigured()
        | {"LEADMODEL_HOME": str(home), "LEADMODEL_PURPOSE": "test", "LOG_LEVEL": "WARNING"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_report_is_what_was_computed_from_the_files(home: Path) -> None:
    manage(home, "demo", "--export", str(LOAN_DESK / "export.zip"), "--model", str(MODEL), "--once")

    period = ("report", "--from", "2011-10-01", "--to", "2011-12-01", "--format", "json")
    full = json.loads(manage(home, *period))
    earlier = json.loads(manage(home, *period, "--as-of", "2011-11-15T12:00:00Z"))

    for told, name in ((full, "expected-full.json"), (earlier, "expected-as-of-2011-11-15.json")):
        expected = json.loads((LOAN_DESK / name).read_text())
        assert differences(told, expected) == []


def differences(told: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """Every expected figure that is told otherwise; seconds may be off by two thousandths."""
    found = [
        f"{key}: {told[key]}, not {expected[key]}"
        for key in ("from", "to", "as_of")
        if told[key] != expected[key]
    ]
    found += [f"{rep} on one side only" for rep in sorted(expected["by_rep"].keys() ^ told["by_rep"].keys())]
    pairs = [("all", told["all"], expected["all"])]
    pairs += [(rep, told["by_rep"].get(rep, {}), figures) for rep, figures in expected["by_rep"].items()]
    for who, ours, theirs in pairs:
        for name, value in theirs.items():
            is_duration = name.endswith("_s") and value is not None
            tolerance = SECONDS_OFF if is_duration else 0
            if ours.get(name) != (pytest.approx(value, abs=tolerance, rel=0) if is_duration else value):
                found.append(f"{who} {name}: {ours.get(name)}, not {value}")
    return found
