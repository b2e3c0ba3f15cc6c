"""The one import rule: data flow left to right, imports point the other way."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PACKAGES = [
    "config",
    "alerts",
    "metrics",
    "leadmodel",
    "leadmodel/lifecycle",
    "sync",
    "base",
    "base/servers",
    "sandbox",
]
CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); "
        "from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    options = [str(folder), "--no-logo", "--no-cache", "--config", str(REPOSITORY / "pyproject.toml")]
    return subprocess.run(
        [sys.executable, "-c", program, *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_no_module_imports_against_the_flow() -> None:
    result = lint(REPOSITORY)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("contract", "package", "line"),
    [
        ("flow", "base", "import leadmodel"),
        ("flow", "metrics", "import alerts"),
        ("flow", "sync", "import config"),
        ("pure-core", "leadmodel/lifecycle", "import django"),
        ("pure-core", "leadmodel/lifecycle", "import sync"),
        ("sandbox-apart", "sandbox", "import base"),
        ("no-sandbox-in-production", "sync", "import sandbox"),
        ("servers-first", "base/servers", "import django"),
    ],
)
def test_a_wrong_import_is_answered_with_what_to_do_instead(
    tmp_path: Path, contract: str, package: str, line: str
) -> None:
    for name in PACKAGES:
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "__init__.py").write_text("")
    (tmp_path / package / "wrong.py").write_text(f"{line}\n")

    result = lint(tmp_path)

    assert result.returncode == 1, result.stdout + result.stderr
    said = " ".join(result.stdout.split())
    broken = [name for name in CONTRACTS.values() if f"{name} BROKEN" in said]
    assert broken == [CONTRACTS[contract]], result.stdout
