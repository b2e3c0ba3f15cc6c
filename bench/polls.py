"""`pull_bulk`, `empty_poll`, `increment`: reading the organisation, against asking it and doing nothing with it."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.load import empty
from bench.measure import Line, best, line
from bench.organisation import download, serving
from sync.models import Lead
from sync.pull import pull
from sync.salesforce.client import Organisation, connect
from sync.salesforce.objects import OBJECTS


def run(leads: int) -> list[Line]:
    """A first pull, then a poll with nothing new, then one with some hundred changes."""
    with serving(leads):
        organisation = connect()
        value = best(lambda: pull(organisation, now=datetime.now(UTC), full=True), times=1, before=empty)
        rows = sum(result.row_count for result in pull(organisation, now=datetime.now(UTC), full=True))
        floor = best(lambda: _download(organisation), times=1)
        lines = [line("pull_bulk", rows, value, floor, "downloading the same CSV, not loading it")]
        pull(organisation, now=datetime.now(UTC))
        before = organisation.call_count
        idle = best(lambda: pull(organisation, now=datetime.now(UTC)), times=3)
        calls = (organisation.call_count - before) // 3
        ask = best(lambda: _ask(organisation), times=3)
        lines.append(line("empty_poll", calls, idle, ask, f"{len(OBJECTS)} counts asked of the organisation"))
        changed = 200
        _change(organisation, changed)
        value = best(lambda: pull(organisation, now=datetime.now(UTC)), times=1)
        lines.append(
            line("increment", changed, value, ask, f"{len(OBJECTS)} counts asked of the organisation")
        )
    return lines


def _download(organisation: Organisation) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for spec in OBJECTS:
            into = Path(folder) / spec.name
            into.mkdir()
            download(organisation, spec, into)


def _ask(organisation: Organisation) -> None:
    for spec in OBJECTS:
        organisation.count(f"FROM {spec.name} WHERE {spec.stamp} > {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")


def _change(organisation: Organisation, count: int) -> None:
    ids = (
        Lead.objects.filter(is_deleted=False, is_converted=False).order_by("id").values_list("id", flat=True)
    )
    for record_id in ids[:count]:
        body = json.dumps({"Rating": "Hot"})
        organisation.salesforce.restful(f"sobjects/Lead/{record_id}", method="PATCH", data=body)
