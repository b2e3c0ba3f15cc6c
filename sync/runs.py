"""The logbook of a turn: what each step of it read and changed, what it cost, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sync.models import Run
from sync.salesforce.calls import Calls

KEPT = timedelta(days=30)


@dataclass(eq=False)
class Step:
    """One step under way. Whoever has its result says so, in the transaction that keeps the result."""

    logbook: Logbook
    kind: Run.Kind
    began_at: datetime
    calls_before: int

    def done(self, *, rows: int, changed: int, said: str = "") -> None:
        """It read so many rows, and so many of the mirror differ now."""
        self.logbook.write(self, Run.Outcome.DONE, rows=rows, changed=changed, said=said)


@dataclass(eq=False)
class Logbook:
    """One turn of one object. Instants are the turn's `now`, and what has passed since the turn began."""

    name: str
    calls: Calls
    now: datetime
    _started: float = field(default_factory=time.monotonic)
    _open: list[Step] = field(default_factory=list)
    _error: BaseException | None = None
    """What went wrong last."""
    _broken: list[Step] = field(default_factory=list)
    """The steps that broke off by it, the innermost first."""

    @contextmanager
    def step(self, kind: Run.Kind) -> Iterator[Step]:
        """A step. Calls of a step within it are that one's."""
        step = Step(self, kind, self._at(), self.calls.call_count)
        self._open.append(step)
        try:
            with self.aside(but=step):
                yield step
        except BaseException as error:
            if self._error is not error:
                self._error, self._broken = error, []
            self._broken.append(step)
            raise
        finally:
            self._open.remove(step)

    @contextmanager
    def aside(self, *, but: Step | None = None) -> Iterator[None]:
        """Calls made meanwhile belong to none of the open steps, save to `but`."""
        before = self.calls.call_count
        try:
            yield
        finally:
            for step in self._open:
                if step is not but:
                    step.calls_before += self.calls.call_count - before

    def ended_badly(self, outcome: Run.Outcome, said: str) -> None:
        """The steps that broke off did so for this reason."""
        for step in self._broken:
            self.write(step, outcome, said=said)

    def write(
        self, step: Step, outcome: Run.Outcome, *, rows: int = 0, changed: int = 0, said: str = ""
    ) -> None:
        """Keep how a step ended."""
        Run.objects.create(
            object_name=self.name,
            kind=step.kind,
            outcome=outcome,
            began_at=step.began_at,
            ended_at=self._at(),
            rows_read=rows,
            rows_changed=changed,
            calls=self.calls.call_count - step.calls_before,
            said=said,
        )

    def _at(self) -> datetime:
        return self.now + timedelta(seconds=time.monotonic() - self._started)


def forget_old_runs(*, now: datetime) -> None:
    """Remove the runs that began too long ago for anybody to ask."""
    Run.objects.filter(began_at__lt=now - KEPT).delete()
