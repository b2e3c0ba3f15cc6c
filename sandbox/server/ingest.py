"""The resources of Bulk API 2.0 ingest jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from starlette.responses import Response, StreamingResponse

from sandbox.org.errors import ApiError, not_found
from sandbox.org.instants import to_second_text
from sandbox.org.org import Org
from sandbox.server.answers import Call, answer, nothing
from sandbox.server.bulk_jobs import DELIMITERS, FINISHED, LINE_ENDS, new_job_id
from sandbox.server.ingest_jobs import IngestJob, IngestJobs, Outcome
from sandbox.server.ingest_rows import BadBatch, Table, written
from sandbox.server.spoiling import declared
from sandbox.server.writing import key_named
from sandbox.soql.rows import rest_instant

OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
_LISTED = 1000
_MOST_BYTES = 150_000_000


@dataclass(frozen=True, slots=True)
class Ingest:
    """Handlers of `jobs/ingest`."""

    org: Org
    jobs: IngestJobs

    def create(self, call: Call) -> Response:
        """POST jobs/ingest."""
        told = call.json()
        operation = _one_of(told, "operation", OPERATIONS, None)
        one = self.org.store.visible_schema.get(str(told.get("object")))
        if one is None:
            raise ApiError(400, "INVALIDENTITY", f"Unable to find object: {told.get('object')}")
        key = told.get("externalIdFieldName")
        if operation == "upsert":
            if not isinstance(key, str):
                raise ApiError(400, "INVALIDJOB", "externalIdFieldName is required for upsert")
            key = key_named(one, key).name
        elif key is not None:
            raise ApiError(400, "INVALIDJOB", "externalIdFieldName is for upsert only")
        at = to_second_text(self.org.clock.now())
        _one_of(told, "contentType", ("CSV",), "CSV")
        job = IngestJob(
            new_job_id(),
            operation,
            one.name,
            call.user_id,
            at,
            call.version,
            _one_of(told, "columnDelimiter", tuple(DELIMITERS), "COMMA"),
            _one_of(told, "lineEnding", tuple(LINE_ENDS), "LF"),
            key=key or "",
            assignment_rule=str(told.get("assignmentRuleId") or ""),
            stamped_at=at,
        ).with_fault(call.effect)
        self.jobs.add(job)
        return answer(_told(job))

    def listed(self, _call: Call) -> Response:
        """GET jobs/ingest."""
        jobs = [_told(job) for job in self.jobs.all()[-_LISTED:]]
        return answer({"done": True, "nextRecordsUrl": None, "records": jobs})

    def get(self, call: Call) -> Response:
        """GET jobs/ingest/{id}."""
        job = self._job(call)
        return answer(
            {
                **_told(job),
                "jobType": "V2Ingest",
                "numberRecordsProcessed": declared(call.effect, job.rows),
                "numberRecordsFailed": job.failed,
                "retries": 0,
                "totalProcessingTime": job.milliseconds,
                "apiActiveProcessingTime": job.milliseconds,
                "apexProcessingTime": 0,
                **({"errorMessage": job.error} if job.error and job.state == "Failed" else {}),
            }
        )

    def upload(self, call: Call) -> Response:
        """PUT jobs/ingest/{id}/batches: the CSV, once."""
        job = self._job(call)
        if job.state != "Open":
            raise ApiError(400, "INVALIDJOBSTATE", f"The job is in state {job.state}: it takes no content")
        if self.jobs.has_content(job):
            message = (
                f"Found multiple contents for job: <{job.id}>, please 'Close' / 'Abort' / 'Delete' the current Job "
                "then create a new Job and make sure you only do 'PUT' once on a given Job."
            )
            raise ApiError(400, "INVALIDJOBSTATE", message)
        if not call.headers.get("content-type", "").lower().startswith("text/csv"):
            raise ApiError(400, "INVALIDCONTENTTYPE", "The content of a job is text/csv")
        if len(call.body) > _MOST_BYTES:
            raise ApiError(400, "CLIENTINPUTERROR", f"The content of a job has at most {_MOST_BYTES} bytes")
        self.jobs.put_content(job, call.body)
        return Response(status_code=201)

    def change(self, call: Call) -> Response:
        """PATCH jobs/ingest/{id}: `UploadComplete` or `Aborted`."""
        job = self._job(call)
        state = _one_of(call.json(), "state", ("UploadComplete", "Aborted"), None)
        changed = self.jobs.change(job.id, state, call.effect)
        if changed is None:
            raise ApiError(
                400, "INVALIDJOBSTATE", f"Job state is {job.state}: it cannot be changed to {state}"
            )
        return answer(_told(changed))

    def delete(self, call: Call) -> Response:
        """DELETE jobs/ingest/{id}: a job that is not running."""
        job = self._job(call)
        if job.state == "InProgress":
            raise ApiError(400, "INVALIDJOBSTATE", "A job that runs cannot be deleted: abort it first")
        self.jobs.delete(job)
        return nothing()

    def successful(self, call: Call) -> Response:
        """GET jobs/ingest/{id}/successfulResults."""

        def cells(outcome: Outcome, row: Sequence[str]) -> list[str]:
            return [outcome.record_id, str(outcome.created).lower(), *row]

        return self._results(call, ["sf__Id", "sf__Created"], cells, wanted=lambda outcome: not outcome.error)

    def failed(self, call: Call) -> Response:
        """GET jobs/ingest/{id}/failedResults."""

        def cells(outcome: Outcome, row: Sequence[str]) -> list[str]:
            return [outcome.record_id, outcome.error, *row]

        return self._results(call, ["sf__Id", "sf__Error"], cells, wanted=lambda outcome: bool(outcome.error))

    def unprocessed(self, call: Call) -> Response:
        """GET jobs/ingest/{id}/unprocessedrecords: rows that had no turn."""
        job = self._finished(call)
        table = self._table(job)
        return _csv(job, table.header, table.rows[job.rows :])

    def _results(
        self,
        call: Call,
        first: list[str],
        cells: Callable[[Outcome, Sequence[str]], list[str]],
        *,
        wanted: Callable[[Outcome], bool],
    ) -> Response:
        job = self._finished(call)
        table = self._table(job)
        rows = [cells(one, table.rows[one.place]) for one in self.jobs.outcomes(job) if wanted(one)]
        return _csv(job, [*first, *table.header], rows)

    def _table(self, job: IngestJob) -> Table:
        try:
            return self.jobs.table(job)
        except BadBatch:
            return Table((), [])

    def _finished(self, call: Call) -> IngestJob:
        job = self._job(call)
        if job.state not in FINISHED:
            raise ApiError(400, "INVALIDJOBSTATE", f"The job is in state {job.state}: it has no results yet")
        return job

    def _job(self, call: Call) -> IngestJob:
        job = self.jobs.get(call.path["id"])
        if job is None:
            raise not_found()
        return job


def _csv(job: IngestJob, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    lines = written(header, rows, delimiter=DELIMITERS[job.delimiter], line_end=LINE_ENDS[job.line_end])
    return StreamingResponse(lines, media_type="text/csv")


def _one_of(told: dict[str, object], name: str, allowed: Sequence[str], default: str | None) -> str:
    value = told.get(name, default)
    if not isinstance(value, str) or value not in allowed:
        raise ApiError(400, "INVALIDJOB", f"{name} must be one of {', '.join(allowed)}, not {value}")
    return value


def _told(job: IngestJob) -> dict[str, object]:
    told: dict[str, object] = {
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
        "contentUrl": f"services/data/v{job.version}/jobs/ingest/{job.id}/batches",
        "lineEnding": job.line_end,
        "columnDelimiter": job.delimiter,
    }
    if job.key:
        told["externalIdFieldName"] = job.key
    if job.assignment_rule:
        told["assignmentRuleId"] = job.assignment_rule
    return told
