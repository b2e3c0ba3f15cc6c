"""System checks: what production needs, said before anything starts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from config.checks import check_salesforce_url

REPOSITORY = Path(__file__).parents[2]
PRODUCTION = {
    "DATABASE_URL": "postgres://leadmodel@db.example/leadmodel",
    "REDIS_URL": "redis://redis.example/0",
    "SECRET_KEY": "k8Jd-02kQxPz_7yWmVb3LhTn5RcEaGf9uSiOo1XjYpZqMvBnRt4wHs",
    "ALLOWED_HOSTS": "leads.example",
}
SALESFORCE = {
    "SALESFORCE_URL": "https://ours.my.salesforce.com",
    "SALESFORCE_CLIENT_ID": "id",
    "SALESFORCE_CLIENT_SECRET": "secret",
}


def check(*options: str, **environment: str) -> tuple[int, str]:
    return run("check", *options, **environment)


def run(*options: str, **environment: str) -> tuple[int, str]:
    """Run a command in a process of its own, with this environment and no other of ours."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    result = subprocess.run(
        [sys.executable, "manage.py", *options],
        cwd=REPOSITORY,
        env=kept | {name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return result.returncode, " ".join((result.stdout + result.stderr).split())


def test_a_complete_production_environment_has_nothing_to_complain_about() -> None:
    status, said = check("--deploy", "--fail-level", "WARNING", **PRODUCTION, **SALESFORCE)

    assert status == 0, said
    assert "no issues" in said


def test_a_private_machine_needs_nothing() -> None:
    status, said = check("--deploy", "--fail-level", "WARNING")

    assert status == 0, said


@pytest.mark.parametrize(
    "mistakes",
    [
        {  # that do not hide one another, as a process for each would take a minute
            "config.E001": {"SECRET_KEY": ""},
            "config.E002": {"ALLOWED_HOSTS": ""},
            "config.E003": {"SALESFORCE_ALLOW_LOCAL": "true"},
            "config.E005": {"SALESFORCE_CLIENT_SECRET": ""},
            "config.E006": {"SALESFORCE_CA_FILE": "/nowhere/ca.pem"},
            "config.E008": {"ENCRYPTION_KEYS": "a-key-that-is-none"},
            "config.E009": {"AUDITOR_HEARTBEAT_URL": "http://hc.example.com/ping"},
            "config.E010": {"LEADMODEL_CLOCK_FILE": "/run/clock"},
            "config.W001": {"HTTPS": "false"},
        },
        {
            "config.E004": {"SALESFORCE_URL": "http://ours.my.salesforce.com"},
            "config.E007": {"DEBUG": "true", "HTTPS": "true"},
        },
    ],
)
def test_a_mistake_is_named_with_what_to_do(mistakes: dict[str, dict[str, str]]) -> None:
    changed = {name: value for one in mistakes.values() for name, value in one.items()}
    status, said = check("--deploy", "--fail-level", "WARNING", **{**PRODUCTION, **SALESFORCE, **changed})

    assert status == 1, said
    assert sorted(re.findall(r"\((config\.\w+)\)", said)) == sorted(mistakes)
    assert said.count("HINT") >= len(mistakes)


@pytest.mark.parametrize(
    "url",
    [
        "https://me:pw@ours.my.salesforce.com",
        "https://ours.my.salesforce.com/services",
        "https://[broken",
    ],
)
def test_an_address_that_is_more_or_less_than_one_of_a_host_is_named(settings: Settings, url: str) -> None:
    settings.SALESFORCE_URL = url

    (told,) = check_salesforce_url()

    assert (told.id, bool(told.hint)) == ("config.E004", True)


def test_whoever_runs_a_command_is_told_of_wrong_settings_too() -> None:
    mistakes = {"SECRET_KEY": "", "LEADMODEL_CLOCK_FILE": "/run/clock"}
    status, said = run(
        "model", "check", "tests/data/loan-desk.yaml", **{**PRODUCTION, **SALESFORCE, **mistakes}
    )

    assert status == 1, said
    assert sorted(re.findall(r"\((config\.\w+)\)", said)) == ["config.E001", "config.E010"]
    assert "are consistent" not in said


def test_one_server_without_the_other_is_refused() -> None:
    status, said = check(DATABASE_URL=PRODUCTION["DATABASE_URL"])

    assert status == 1
    assert "DATABASE_URL is set and REDIS_URL is not: set both" in said
    assert "Traceback" not in said


def test_a_value_that_cannot_be_read_is_one_sentence() -> None:
    status, said = check(**{**PRODUCTION, "DEBUG": "perhaps"})

    assert status == 1
    assert said == "DEBUG is 'perhaps': write true or false."
