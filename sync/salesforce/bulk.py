"""Reading by Bulk 2.0: a job, waited for, and its pages, each asked for again until it is whole."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from sync.salesforce.calls import Calls
from sync.salesforce.outcomes import Refused, ended_job
from sync.salesforce.rest import Heard
from sync.salesforce.spool import ShortRead, Spool

PAGE_ROWS = 100_000
PATIENCE_S = 3600.0
_LONGEST_PAUSE_S = 10.0
_ENDED = ("Failed", "Aborted")


def read_bulk(calls: Calls, soql: str, spool: Spool, *, heard: Heard) -> None:
    """Query, deleted rows included, into the spool. Raises NotByBulk, QueryTooLong, or ShortRead when rows are missing.

    A page that breaks off is asked for again by the same locator, after a new sign-in too.
    """
    before = spool.row_count
    job_id = str(calls.json("jobs/query", method="POST", body={"operation": "queryAll", "query": soql})["id"])
    declared = _wait_for(calls, job_id)
    heard(before, before + declared)
    locator = ""
    while locator != "null":
        locator = _page(calls, job_id, locator, spool)
        heard(spool.row_count, before + declared)
    if spool.row_count - before != declared:
        raise ShortRead("Bulk query", declared, spool.row_count - before)


def _wait_for(calls: Calls, job_id: str) -> int:
    """How many rows the job found, when it is done."""
    started, pause = time.monotonic(), 0.05
    while time.monotonic() - started < PATIENCE_S:
        job = calls.json(f"jobs/query/{job_id}")
        if job["state"] == "JobComplete":
            return int(job["numberRecordsProcessed"])
        if job["state"] in _ENDED:
            raise ended_job(job["state"], str(job.get("errorMessage") or ""), job_id)
        calls.wait(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE_S)
    raise Refused(f"Salesforce's Bulk job {job_id} did not end within {PATIENCE_S / 60:.0f} minutes.")


def _page(calls: Calls, job_id: str, locator: str, spool: Spool) -> str:
    """One page into the spool; the locator of the next."""
    params: dict[str, str | int] = {"maxRecords": PAGE_ROWS}
    if locator:
        params["locator"] = locator
    mark = spool.mark()

    def take(headers: Mapping[str, str], chunks: Iterator[bytes]) -> str:
        spool.back_to(mark)
        declared = headers.get("Sforce-NumberOfRecords", "")
        if not declared.isdigit():
            raise Refused(
                f"A page of Bulk job {job_id} does not tell how many rows it has; check whether a proxy stands in"
                " between."
            )
        spool.add_stream(chunks, int(declared))
        return headers.get("Sforce-Locator") or "null"

    return calls.stream(f"jobs/query/{job_id}/results", params, take)
