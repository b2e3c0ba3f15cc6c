"""Reading pages as a test wants them."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from django.core.management import call_command
from django.test import Client

from metrics.pages.address import Asked
from metrics.pages.lists import ListView


def get(client: Client, address: str) -> Any:
    """A page that must be there; the response with its context."""
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response


def whole_list(client: Client, address: str) -> list[Any]:
    """All rows of the list behind what an address selects, page after page."""
    rows: list[Any] = []
    while True:
        found: ListView = get(client, address).context["list"]
        rows += found.behind or found.waiting
        if not found.next_href:
            return rows
        address = address.partition("?")[0] + found.next_href


def csv_lines(client: Client, address: str) -> list[dict[str, str]]:
    """A CSV's lines by column."""
    response = get(client, address)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def report_of(asked: Asked, *options: str) -> dict[str, Any]:
    """What `manage.py report` says about the days an address asks for."""
    output = io.StringIO()
    call_command(
        "report",
        "--from", str(asked.first),
        "--to", str(asked.until),
        "--format", "json",
        *options,
        stdout=output,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(output.getvalue())
    return told
