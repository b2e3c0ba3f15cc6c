"""`pull_bulk`, `empty_poll`, `increment`, `edit_to_mirror`: reading the organisation, and loading what was read."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from bench.load import copy_all, empty
from bench.measure import Line, best, line
from bench.organisation import LARGEST, reading_out, serving, spools
from sync import reading
from sync.models import Lead, ObjectState, Run
from sync.pull import poll, pull
from sync.salesforce.client import Organisation, connect
from sync.salesforce.objects import BY_NAME, HOT, OBJECTS
from sync.schema import wanted
from sync.writeback.calls import query

CHANGED = 2000
A_WRITE = 200
EDITS = 15


def run(leads: int) -> list[Line]:
    """A first pull of prepared results; then polls of a living organisation."""
    return [_pull_bulk(leads), *_polls(min(leads, 20_000))]


def _pull_bulk(leads: int) -> Line:
    kept = spools(leads)
    times = 3 if leads <= LARGEST else 1
    floor = best(lambda: copy_all(kept), times=times, before=empty)
    usual, reading.BULK_FROM_ROWS = reading.BULK_FROM_ROWS, 0  # only Bulk results were prepared
    with reading_out(leads):
        organisation = connect()
        value = best(lambda: _whole(organisation), times=times, before=empty)
    reading.BULK_FROM_ROWS = usual
    rows = sum(spool.row_count for spool in kept.values())
    assert Lead.objects.count() == kept["Lead"].row_count
    return line("pull_bulk", rows, value, floor, "COPY of the same files into the same tables")


def _whole(organisation: Organisation) -> None:
    failed = [done.said for done in pull(organisation, now=_now(), full=True) if done.is_failure]
    assert failed == []


def _polls(leads: int) -> list[Line]:
    empty()
    with serving(leads):
        organisation = connect()
        _whole(organisation)
        pull(organisation, now=_now())
        before = organisation.call_count
        idle = best(lambda: pull(organisation, now=_now()))
        calls = (organisation.call_count - before) // 3
        asked = best(lambda: _ask_everything(organisation))
        lines = [
            line("empty_poll", calls, idle, asked, f"one query each of {len(OBJECTS)} objects, nothing kept")
        ]
        ids = _change(organisation)
        Run.objects.all().delete()
        ObjectState.objects.filter(name__in=HOT).update(due_at=None)
        value = best(lambda: poll(lambda: organisation, now=_now()), times=1)
        read = list(Run.objects.values_list("object_name", "rows_read"))
        floor = best(lambda: _ask_again(organisation, read))
        rows = sum(count for _, count in read)
        lines.append(line("increment", rows, value, floor, "the same rows in pages as large, nothing kept"))
        lines.append(_edit_to_mirror(organisation, ids[:EDITS]))
    return lines


def _edit_to_mirror(organisation: Organisation, ids: list[str]) -> Line:
    """From an edit to the mirror when the poll comes at once; what is left is the wait for the poll's turn."""
    ours, theirs = [], []
    for number, record_id in enumerate(ids):
        title = f"Edited {number}"
        body = json.dumps({"Title": title})
        organisation.salesforce.restful(f"sobjects/Lead/{record_id}", method="PATCH", data=body)
        ObjectState.objects.filter(name="Lead").update(due_at=None)
        ours.append(_timed(lambda: poll(lambda: organisation, now=_now())))
        assert Lead.objects.get(pk=record_id).title == title
        theirs.append(_timed(partial(_ask_for, organisation, record_id)))
    value, floor = statistics.median(ours), statistics.median(theirs)
    return line("edit_to_mirror", len(ids), value, floor, "one query for the record that was edited")


def _ask_for(organisation: Organisation, record_id: str) -> None:
    organisation.json("queryAll", params={"q": f"SELECT Title FROM Lead WHERE Id = '{record_id}'"})


def _timed(run: Callable[[], object]) -> float:
    return best(run, times=1)


def _now() -> datetime:
    return datetime.now(UTC)


def _ask_everything(organisation: Organisation) -> None:
    for spec in OBJECTS:
        soql = f"SELECT Id FROM {spec.name} WHERE {spec.stamp} > {_now():%Y-%m-%dT%H:%M:%SZ}"
        organisation.json("queryAll", params={"q": soql})


def _ask_again(organisation: Organisation, read: Sequence[tuple[str, int]]) -> None:
    """As many rows of each object, the latest: with 2,000 changed leads come their history and what overlaps."""
    for name, count in read:
        spec = BY_NAME[name]
        header = [field for field in wanted(spec) if field in ObjectState.objects.get(name=name).fields]
        soql = f"SELECT {', '.join(header)} FROM {name} ORDER BY {spec.stamp} DESC LIMIT {count}"
        assert len(query(organisation, soql)) == count


def _change(organisation: Organisation) -> list[str]:
    """Give some leads another rating, and wait until the second is over; their Ids."""
    found = (
        Lead.objects.filter(is_deleted=False, is_converted=False).order_by("id").values_list("id", flat=True)
    )
    ids = list(found[:CHANGED])
    for first in range(0, CHANGED, A_WRITE):
        records = [
            {"attributes": {"type": "Lead"}, "id": record_id, "Status": "Working - Contacted"}
            for record_id in ids[first : first + A_WRITE]
        ]
        told = organisation.salesforce.restful(
            "composite/sobjects", method="PATCH", data=json.dumps({"records": records})
        )
        assert all(one["success"] for one in told or []), told
    time.sleep(1)
    return ids
