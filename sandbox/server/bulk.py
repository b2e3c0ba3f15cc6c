"""The resources of Bulk API 2.0 query jobs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.responses import Response, StreamingResponse

from sandbox.org.errors import ApiError, not_found
from sandbox.org.instants import to_second_text
from sandbox.org.org import Org
from sandbox.server.answers import Call, answer, nothing
from sandbox.server.bulk_jobs import DELIMITERS, FINISHED, LINE_ENDS, Job, Jobs, new_job_id
from sandbox.server.faults import Effect
from sandbox.server.query import compiled
from sandbox.server.spoiling import declared, page_size, spoilt, start_of
from sandbox.soql.compile import Compiled
from sandbox.soql.rows import rest_instant

_PAGE_ROWS = 100_000
_LISTED = 1000


@dataclass(frozen=True, slots=True)
class Bulk:
    """Handlers of `jobs/query`."""

    org: Org
    jobs: Jobs

    def create(self, call: Call) -> Response:
        """POST jobs/query."""
        told = call.json()
        operation = told.get("operation")
        if operation not in ("query", "queryAll"):
            raise ApiError(400, "INVALIDJOB", f"operation must be query or queryAll, not {operation}")
        text = told.get("query")
        if not isinstance(text, str) or not text.strip():
            raise ApiError(400, "INVALIDJOB", "query must be provided")
        delimiter = told.get("columnDelimiter", "COMMA")
        line_end = told.get("lineEnding", "LF")
        if delimiter not in DELIMITERS:
            raise ApiError(400, "INVALIDJOB", f"columnDelimiter must be one of {', '.join(DELIMITERS)}")
        if line_end not in LINE_ENDS:
            raise ApiError(400, "INVALIDJOB", "lineEnding must be LF or CRLF")
        if told.get("contentType", "CSV") != "CSV":
            raise ApiError(400, "INVALIDJOB", "contentType must be CSV")
        query = compiled(self.org, text, all_rows=operation == "queryAll")
        _refuse_unsupported(query)
        at = to_second_text(self.org.clock.now())
        job = Job(
            new_job_id(), operation, text, query.sobject.name, call.user_id, at, call.version, delimiter, line_end,
            stamped_at=at, ends_as=call.effect.job_ends or "", error=call.effect.message or "",
            timeout_over=call.effect.timeout_over,
        )  # fmt: skip
        self.jobs.add(job)
        return answer(_told(job))

    def listed(self, _call: Call) -> Response:
        """GET jobs/query."""
        jobs = [_told(job) for job in self.jobs.all()[-_LISTED:]]
        return answer({"done": True, "nextRecordsUrl": None, "records": jobs})

    def get(self, call: Call) -> Response:
        """GET jobs/query/{id}."""
        job = self._job(call)
        return answer(_told_fully(job, declared(call.effect, job.rows)))

    def change(self, call: Call) -> Response:
        """PATCH jobs/query/{id}: the only change is to abort."""
        job = self._job(call)
        if call.json().get("state") != "Aborted":
            raise ApiError(400, "INVALIDJOBSTATE", "The only state a query job can be set to is Aborted")
        return answer(_told(self.jobs.abort(job.id)))

    def delete(self, call: Call) -> Response:
        """DELETE jobs/query/{id}: a finished job and its results."""
        job = self._job(call)
        if job.state not in FINISHED:
            raise ApiError(400, "INVALIDJOBSTATE", "Only a finished job can be deleted: abort it first")
        self.jobs.delete(job.id)
        return nothing()

    def results(self, call: Call) -> Response:
        """GET jobs/query/{id}/results: one page of the CSV; the same locator gives the same page."""
        job = self._job(call)
        if job.version != call.version:
            raise ApiError(
                409,
                "API_ERROR",
                f"The job was made in version {job.version}: ask for its results in that one",
            )
        if job.state != "JobComplete":
            raise ApiError(
                400, "INVALIDJOBSTATE", f"The job is in state {job.state}: it has no results to give"
            )
        first = _number(call, "locator", 0)
        if first > job.rows:
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        size = page_size(call.effect, _number(call, "maxRecords", _PAGE_ROWS) or _PAGE_ROWS)
        after = min(first + size, job.rows)
        headers = {
            "Sforce-Locator": str(after) if after < job.rows else "null",
            "Sforce-NumberOfRecords": str(declared(call.effect, after - first)),
        }
        return StreamingResponse(
            self._page(call.effect, job, first, after), headers=headers, media_type="text/csv"
        )

    def _page(self, effect: Effect, job: Job, first: int, after: int) -> Iterator[bytes]:
        """The CSV of a page: the header, then its lines."""
        yield job.header.encode() + LINE_ENDS[job.line_end].encode()
        results = self.jobs.results(job.id)
        start = start_of(effect, first, after - first)
        after = start + after - first
        if effect.shuffle is None and effect.lose_rows is None:
            yield from results.read(start, after)
        else:
            yield from spoilt(
                effect, [b"".join(results.read(line, line + 1)) for line in range(start, after)]
            )

    def _job(self, call: Call) -> Job:
        job = self.jobs.get(call.path["id"])
        if job is None:
            raise not_found()
        return job


def _refuse_unsupported(query: Compiled) -> None:
    if query.kind == "count":
        missing = "COUNT()"
    elif query.kind == "aggregate":
        missing = "GROUP BY" if query.group else "An aggregate function"
    elif query.offset:
        missing = "OFFSET"
    elif query.children:
        missing = "A subquery of children"
    else:
        return
    raise ApiError(400, "API_ERROR", f"{missing} is not supported by the Bulk API")


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name)
    if text is None:
        return default
    if not text.isdecimal():
        raise ApiError(
            400, "INVALID_QUERY_LOCATOR" if name == "locator" else "INVALIDJOB", f"invalid {name}: {text}"
        )
    return int(text)


def _told(job: Job) -> dict[str, object]:
    return {
        "id": job.id,
        "operation": job.operation,
        "object": job.object,
        "createdById": job.created_by,
        "createdDate": rest_instant(job.created_at),
        "systemModstamp": rest_instant(job.stamped_at),
        "state": job.state,
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": float(job.version),
        "lineEnding": job.line_end,
        "columnDelimiter": job.delimiter,
    }


def _told_fully(job: Job, rows: int) -> dict[str, object]:
    told = {
        **_told(job),
        "jobType": "V2Query",
        "numberRecordsProcessed": rows,
        "retries": 0,
        "totalProcessingTime": job.milliseconds,
        "isPkChunkingSupported": True,
    }
    return {**told, "errorMessage": job.error} if job.error else told
