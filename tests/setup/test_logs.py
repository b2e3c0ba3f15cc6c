"""One line per unit of work, for machines in production and for eyes in a terminal, without personal data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PROGRAM = """
import django, structlog
django.setup()
from django.test import Client
structlog.get_logger("sync").info("pulled", object="Lead", rows=3, email="ann@example.com")
Client().get("/nothing/?q=ann@example.com")
try:
    1 / 0
except ZeroDivisionError:
    structlog.get_logger("sync").exception("failed", object="Lead")
"""


@cache
def lines(form: str) -> list[str]:
    environment = os.environ | {"LOG_FORM": form, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return result.stderr.splitlines()


def test_json_for_machines() -> None:
    pulled, request, failed = (json.loads(line) for line in lines("json"))

    assert (pulled["event"], pulled["object"], pulled["rows"]) == ("pulled", "Lead", 3)
    assert pulled["timestamp"].endswith("Z")
    assert (request["event"], request["method"], request["status"]) == ("request", "GET", 404)
    assert "ZeroDivisionError" in failed["exception"]


def test_no_personal_data_in_any_form() -> None:
    assert "ann@example.com" not in "\n".join(lines("json") + lines("text"))
