"""The files for production: valid, complete, and in step with the code."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.test import Client
from pytest_django import Settings

REPOSITORY = Path(__file__).parents[2]


def locked(name: str) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9._-]+)==(\S+)", (REPOSITORY / name).read_text(), re.MULTILINE)
    return dict(found)


@pytest.mark.skipif(
    not shutil.which("docker-compose"), reason="no docker-compose on this machine (Debian has one)"
)
def test_the_compose_file_is_valid() -> None:
    result = subprocess.run(
        ["docker-compose", "config", "--quiet"],
        cwd=REPOSITORY,
        env={"PATH": "/usr/bin:/bin", "ALLOWED_HOSTS": "leads.example", "SITE_URL": "https://leads.example"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert result.returncode == 0, result.stderr


def test_secrets_come_from_files_only() -> None:
    services = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]

    for service in services.values():
        for name in service.get("environment", {}):
            assert not re.search(r"(PASSWORD|SECRET|_KEY|DATABASE_URL)$", name), name


def test_what_production_installs_is_what_the_tests_ran_with() -> None:
    tested = locked("requirements.lock")

    for package, version in locked("requirements-production.lock").items():
        assert tested[package] == version, package


def test_every_variable_the_settings_read_is_described() -> None:
    read = set(re.findall(r'env_\w+\(\s*"(\w+)"', (REPOSITORY / "config" / "settings.py").read_text()))
    guide = (REPOSITORY / "docs" / "run-in-production.md").read_text()

    assert {name for name in read - {"LEADMODEL_DEMO"} if f"`{name}`" not in guide} == set()


@pytest.mark.django_db
def test_health_is_ok_while_both_servers_answer(redis_url: str, settings: Settings) -> None:
    settings.REDIS_URL = redis_url

    answer = Client().get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_health_says_which_server_does_not_answer(settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"

    answer = Client().get("/healthz")

    assert (answer.status_code, answer.content) == (503, b"Redis does not answer.\n")
