"""Bulk API 2.0 query jobs: kept in the organisation's file, run one after another in the background."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

from sandbox.org.errors import ApiError
from sandbox.org.ids import DIGITS, checksum
from sandbox.org.instants import to_second_text
from sandbox.org.org import Org
from sandbox.org.store import Store
from sandbox.org.viewer import seen_by
from sandbox.server.background import Line
from sandbox.server.bulk_results import Results
from sandbox.server.query import compiled
from sandbox.server.spoiling import refuse_long
from sandbox.soql.rows import csv_header, csv_lines

DELIMITERS = {"COMMA": ",", "SEMICOLON": ";", "PIPE": "|", "TAB": "\t", "CARET": "^", "BACKQUOTE": "`"}
LINE_ENDS = {"LF": "\n", "CRLF": "\r\n"}
FINISHED = ("JobComplete", "Failed", "Aborted")

_FAULT = "InternalServerError : A fault was asked for."
_LIFE_S = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Job:
    """One query job as its resource tells of it; times are instants of the organisation's clock."""

    id: str
    operation: str
    query: str
    object: str
    created_by: str
    created_at: str
    version: str
    delimiter: str = "COMMA"
    line_end: str = "LF"
    state: str = "UploadComplete"
    stamped_at: str = ""
    header: str = ""
    rows: int = 0
    milliseconds: int = 0
    error: str = ""
    ends_as: str = ""
    """How a fault lets it end, whatever it finds."""
    timeout_over: int | None = None
    """A fault lets it fail when it finds more rows."""


@dataclass(slots=True)
class Jobs:
    """The jobs, and the thread that runs them. `start` it once; `stop` waits for the job in hand to notice."""

    org: Org
    line: Line = field(default_factory=Line)

    @property
    def _store(self) -> Store:
        return self.org.store

    @property
    def folder(self) -> Path:
        """Where results lie: beside the organisation's file."""
        return self._store.path.with_name(self._store.path.name + "-bulk")

    def start(self) -> None:
        """Forgets what is too old, takes up again what a stop interrupted, and begins to run."""
        for (job_id,) in self._store.connection.execute(
            "SELECT id FROM _bulk_job WHERE made_at < ?", (time.time() - _LIFE_S,)
        ).fetchall():
            self.delete(job_id)
        for job in self.all():
            if job.state not in FINISHED:
                self.line.put(partial(self._work, job.id))
        self.line.start(self._store.close)

    def stop(self) -> None:
        """Ends the thread. A job in hand is given up and runs anew after the next start."""
        self.line.stop()

    def add(self, job: Job) -> None:
        """Takes a new job; it runs when those before it are done."""
        with self._store.transaction():
            self._store.connection.execute(
                "INSERT INTO _bulk_job VALUES (?, ?, ?)", (job.id, time.time(), json.dumps(asdict(job)))
            )
        self.line.put(partial(self._work, job.id))

    def get(self, job_id: str) -> Job | None:
        """The job with this Id; None when there is none."""
        found = self._store.connection.execute("SELECT job FROM _bulk_job WHERE id = ?", (job_id,)).fetchone()
        return None if found is None else Job(**json.loads(found[0]))

    def all(self) -> list[Job]:
        """Every job, oldest first."""
        found = self._store.connection.execute("SELECT job FROM _bulk_job ORDER BY made_at, id").fetchall()
        return [Job(**json.loads(text)) for (text,) in found]

    def abort(self, job_id: str) -> Job:
        """Stops a job that has not finished; a finished one stays as it is."""
        with self._store.transaction():
            job = self._existing(job_id)
            return job if job.state in FINISHED else self._save(replace(job, state="Aborted"))

    def delete(self, job_id: str) -> None:
        """Forgets a job and its results."""
        with self._store.transaction():
            self._store.connection.execute("DELETE FROM _bulk_job WHERE id = ?", (job_id,))
        self.results(job_id).remove()

    def results(self, job_id: str) -> Results:
        """Where the rows of this job lie."""
        return Results(self.folder, job_id)

    def _existing(self, job_id: str) -> Job:
        job = self.get(job_id)
        if job is None:
            raise KeyError(job_id)
        return job

    def _save(self, job: Job) -> Job:
        job = replace(job, stamped_at=to_second_text(self.org.clock.now()))
        with self._store.transaction():
            self._store.connection.execute(
                "UPDATE _bulk_job SET job = ? WHERE id = ?", (json.dumps(asdict(job)), job.id)
            )
        return job

    def _work(self, job_id: str) -> None:
        with self._store.transaction():
            job = self.get(job_id)
            if job is None or job.state in FINISHED:
                return
            job = self._save(replace(job, state="InProgress"))
        try:
            self._run(job)
        except _Interrupted:
            self.results(job_id).remove()
        except (ApiError, OSError, sqlite3.Error) as error:
            self.results(job_id).remove()
            self._save(replace(job, state="Failed", error=_told(error)))

    def _run(self, job: Job) -> None:
        if job.ends_as:
            self._save(
                replace(job, state=job.ends_as, error=job.error or _FAULT if job.ends_as == "Failed" else "")
            )
            return
        began = time.monotonic()
        with seen_by(job.created_by):
            query = compiled(self.org, job.query, all_rows=job.operation == "queryAll")
        delimiter = DELIMITERS[job.delimiter]

        def watched() -> Iterator[list[bytes]]:
            found = 0
            for batch in csv_lines(self._store, query, delimiter, LINE_ENDS[job.line_end]):
                current = self.get(job.id)
                if self.line.is_stopping or current is None or current.state == "Aborted":
                    raise _Interrupted
                found += len(batch)
                refuse_long(job.timeout_over, found)
                yield batch

        count = self.results(job.id).write(watched())
        with self._store.transaction():
            current = self.get(job.id)
            if current is None or current.state == "Aborted":
                raise _Interrupted
            self._save(
                replace(
                    job,
                    state="JobComplete",
                    rows=count,
                    header=csv_header(query, delimiter),
                    milliseconds=int((time.monotonic() - began) * 1000),
                )
            )


def _told(error: Exception) -> str:
    return f"{error.code}: {error.message}" if isinstance(error, ApiError) else str(error)


class _Interrupted(Exception):
    """The job was aborted or deleted, or the server stops."""


def new_job_id() -> str:
    """An Id no other job has."""
    id15 = "750" + "".join(secrets.choice(DIGITS) for _ in range(12))
    return id15 + checksum(id15)
