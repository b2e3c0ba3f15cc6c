"""Bulk API 2.0 ingest jobs: kept in the organisation's file with their CSV, run in the background.

Rows are written a few at a time, together with what became of them: a job that a stop interrupts goes on where it
was, and no row is written twice.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace
from functools import partial

from sandbox.org.errors import ApiError
from sandbox.org.instants import to_second_text
from sandbox.org.rules import Options
from sandbox.org.schema import SObject, Value
from sandbox.org.store import Store
from sandbox.org.viewer import seen_by
from sandbox.server.background import Line
from sandbox.server.bulk_jobs import DELIMITERS, FINISHED, LINE_ENDS
from sandbox.server.faults import Effect
from sandbox.server.ingest_rows import BadBatch, Table, field_values, read, told, values_of
from sandbox.server.writing import Ambiguous, Upserted, Writer, Writing, key_named, record_id_of

_TOGETHER = 200
_FAULT = "InternalServerError : A fault was asked for."


@dataclass(frozen=True, slots=True)
class IngestJob:
    """One ingest job as its resource tells of it; times are instants of the organisation's clock."""

    id: str
    operation: str
    object: str
    created_by: str
    created_at: str
    version: str
    delimiter: str
    line_end: str
    key: str = ""
    assignment_rule: str = ""
    state: str = "Open"
    stamped_at: str = ""
    rows: int = 0
    failed: int = 0
    milliseconds: int = 0
    error: str = ""
    ends_as: str = ""
    """How a fault lets it end, whatever it writes."""
    lock_share: float | None = None
    seed: int = 0

    def with_fault(self, effect: Effect) -> IngestJob:
        """The same job, with what a fault asks of it."""
        ends_as = effect.job_ends or self.ends_as
        error = (effect.message or _FAULT) if effect.job_ends == "Failed" else self.error
        if effect.lock_share is None:
            return replace(self, ends_as=ends_as, error=error)
        return replace(self, ends_as=ends_as, error=error, lock_share=effect.lock_share, seed=effect.seed)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row of the CSV; `error` is empty where it was written."""

    place: int
    record_id: str
    created: bool
    error: str


@dataclass(frozen=True, slots=True)
class IngestJobs:
    """The jobs. Call `resume` once when the line works."""

    writer: Writer
    line: Line

    @property
    def _store(self) -> Store:
        return self.writer.org.store

    def resume(self) -> None:
        """Takes up again what a stop interrupted."""
        for job in self.all():
            if job.state in ("UploadComplete", "InProgress"):
                self.line.put(partial(self._work, job.id))

    def add(self, job: IngestJob) -> None:
        """Takes a new job, which waits for its CSV."""
        with self._store.transaction():
            self._store.connection.execute(
                "INSERT INTO _ingest_job VALUES (?, ?, ?, NULL)",
                (job.id, time.time(), json.dumps(asdict(job))),
            )

    def get(self, job_id: str) -> IngestJob | None:
        """The job with this Id; None when there is none."""
        found = self._store.connection.execute(
            "SELECT job FROM _ingest_job WHERE id = ?", (job_id,)
        ).fetchone()
        return None if found is None else IngestJob(**json.loads(found[0]))

    def all(self) -> list[IngestJob]:
        """Every job, oldest first."""
        found = self._store.connection.execute("SELECT job FROM _ingest_job ORDER BY made_at, id").fetchall()
        return [IngestJob(**json.loads(text)) for (text,) in found]

    def has_content(self, job: IngestJob) -> bool:
        """Whether its CSV was sent."""
        [has] = self._store.connection.execute(
            "SELECT csv IS NOT NULL FROM _ingest_job WHERE id = ?", (job.id,)
        ).fetchone()
        return bool(has)

    def put_content(self, job: IngestJob, content: bytes) -> None:
        """Keeps its CSV."""
        with self._store.transaction():
            self._store.connection.execute("UPDATE _ingest_job SET csv = ? WHERE id = ?", (content, job.id))

    def change(self, job_id: str, state: str, effect: Effect) -> IngestJob | None:
        """UploadComplete lets a job run, Aborted ends it; None when its state does not allow that."""
        with self._store.transaction():
            job = self.get(job_id)
            if job is None or (job.state != "Open" and (state == "UploadComplete" or job.state in FINISHED)):
                return None
            job = self._save(replace(job.with_fault(effect), state=state))
        if state == "UploadComplete":
            self.line.put(partial(self._work, job.id))
        return job

    def delete(self, job: IngestJob) -> None:
        """Forgets a job and its results."""
        with self._store.transaction():
            self._store.connection.execute("DELETE FROM _ingest_job WHERE id = ?", (job.id,))
            self._store.connection.execute("DELETE FROM _ingest_result WHERE job_id = ?", (job.id,))

    def table(self, job: IngestJob) -> Table:
        """Its CSV. Raises BadBatch."""
        [content] = self._store.connection.execute(
            "SELECT csv FROM _ingest_job WHERE id = ?", (job.id,)
        ).fetchone()
        return read(
            self._store.object(job.object),
            content or b"",
            delimiter=DELIMITERS[job.delimiter],
            line_end=LINE_ENDS[job.line_end],
            only_ids=job.operation in ("delete", "hardDelete"),
        )

    def outcomes(self, job: IngestJob) -> list[Outcome]:
        """What became of the rows that had their turn, in order."""
        found = self._store.connection.execute(
            "SELECT place, record_id, created, error FROM _ingest_result WHERE job_id = ? ORDER BY place",
            (job.id,),
        )
        return [Outcome(place, record_id, bool(created), error) for place, record_id, created, error in found]

    def _save(self, job: IngestJob) -> IngestJob:
        job = replace(job, stamped_at=to_second_text(self.writer.org.clock.now()))
        with self._store.transaction():
            self._store.connection.execute(
                "UPDATE _ingest_job SET job = ? WHERE id = ?", (json.dumps(asdict(job)), job.id)
            )
        return job

    def _work(self, job_id: str) -> None:
        began = time.monotonic()
        with self._store.transaction():
            job = self.get(job_id)
            if job is None or job.state in FINISHED:
                return
            job = self._save(replace(job, state="InProgress"))
        if job.ends_as:
            self._save(replace(job, state=job.ends_as))
            return
        try:
            table = self.table(job)
        except BadBatch as error:
            self._save(replace(job, state="Failed", error=str(error)))
            return
        with seen_by(job.created_by):
            while self._goes_on(job_id, table, began):
                if self.line.is_stopping:
                    return

    def _goes_on(self, job_id: str, table: Table, began: float) -> bool:
        """Writes the next rows, or ends the job after the last one; False when there is no more to do."""
        with self._store.transaction():
            job = self.get(job_id)
            if job is None or job.state != "InProgress":
                return False
            if job.rows == len(table.rows):
                took = int((time.monotonic() - began) * 1000)
                self._save(replace(job, state="JobComplete", milliseconds=took))
                return False
            after = min(job.rows + _TOGETHER, len(table.rows))
            outcomes = [self._outcome(job, table, place) for place in range(job.rows, after)]
            self._store.connection.executemany(
                "INSERT INTO _ingest_result VALUES (?, ?, ?, ?, ?)",
                [(job_id, one.place, one.record_id, one.created, one.error) for one in outcomes],
            )
            failed = sum(bool(one.error) for one in outcomes)
            self._save(replace(job, rows=after, failed=job.failed + failed))
            return True

    def _outcome(self, job: IngestJob, table: Table, place: int) -> Outcome:
        how = Writing(
            job.created_by,
            Options(assigns=bool(job.assignment_rule)),
            Effect(lock_share=job.lock_share, seed=job.seed),
        )
        try:
            with self._store.transaction():
                values = values_of(table.fields, table.rows[place])
                done = self._written(how, job, self.writer.org.object(job.object), values)
        except ApiError as error:
            return Outcome(place, "", created=False, error=told(error))
        except Ambiguous as found:
            message = f"more than one record found for external id field: {found.record_ids}"
            shared = ApiError(400, "DUPLICATE_EXTERNAL_ID", f"{job.key}: {message}", [job.key])
            return Outcome(place, "", created=False, error=told(shared))
        return Outcome(place, done.record_id, done.created, "")

    def _written(self, how: Writing, job: IngestJob, one: SObject, values: dict[str, Value]) -> Upserted:
        if job.operation == "insert":
            return Upserted(self.writer.create(how, one, values), created=True)
        if job.operation == "upsert":
            key = key_named(one, job.key)
            value = values.get(key.name)
            if value is None and key.type != "id":
                raise ApiError(400, "MISSING_ARGUMENT", f"{key.name} not specified", [])
            return self.writer.upsert(how, one, key, value, field_values(values, key.name))
        if not values.get("Id"):
            raise ApiError(400, "MISSING_ARGUMENT", f"Id not specified in an {job.operation} call", [])
        record_id = record_id_of(one, str(values["Id"]))
        if job.operation == "update":
            self.writer.update(how, one, record_id, field_values(values, "Id"))
        else:
            self.writer.delete(how, one, record_id, hard=job.operation == "hardDelete")
        return Upserted(record_id, created=False)
