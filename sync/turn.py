"""One object's turn: fields, old rows of new fields, what changed, what was deleted, and once a day a comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from sync.backfill import backfill
from sync.cadence import COMPARE_EVERY, DESCRIBE_EVERY
from sync.compare import Comparison
from sync.deletes import follow_deletions, is_asking_due
from sync.load import Loaded, has_news, load
from sync.models import ObjectState, Run
from sync.progress import Progress
from sync.reading import Reading
from sync.runs import Logbook, Step
from sync.salesforce.client import Organisation
from sync.salesforce.http import OrganisationError
from sync.salesforce.objects import PASTS, MirroredObject
from sync.salesforce.outcomes import FieldVanished, ObjectHidden, QueryTooLong
from sync.salesforce.soql import Selection
from sync.salesforce.spool import Spool, spooling
from sync.schema import schema_of, wanted
from sync.windows import Window, start_of_read

log = structlog.get_logger(__name__)

DESCRIBE_AGAIN = timedelta(minutes=10)
"""What is absent or lacks a field is looked at again so often: somebody may be granting it just now."""
_LOOK_CLOSELY = 5_000
"""Up to so many rows are held against the mirror one by one to see whether there is news."""


@dataclass(frozen=True)
class Turn:
    """The turn of one object, while nobody else reads it. `read_past` reads the objects that tell its past."""

    organisation: Organisation
    spec: MirroredObject
    now: datetime
    progress: Progress
    runs: Logbook
    read_past: Callable[[], None]

    def take(self, state: ObjectState, *, full: bool) -> Loaded:
        """All of it, of the object as it stands. Raises OrganisationError, ShortRead, UnreadableRows or Paused."""
        with self.runs.step(_kind(state, full=full)) as step:
            if self._is_description_due(state):
                state = self._describe()
            try:
                done = self._read(state, step, full=full)
            except FieldVanished:
                # described an hour ago at most, and hidden since
                done = self._read(self._describe(), step, full=full)
        state = self._state()
        if is_asking_due(self.spec, state, now=self.now):
            removed = follow_deletions(self.organisation, self.spec, self.runs, state, now=self.now)
            state = self._state()
        else:
            removed = 0
        mended = self._compare_when_due(state)
        return Loaded(done.row_count, done.changed_count + removed + mended)

    # -- fields -----------------------------------------------------------------------------------

    def _is_description_due(self, state: ObjectState) -> bool:
        """Whether to look at the fields again. Raises ObjectHidden where it is too soon to look for what is absent."""
        lacks = bool(state.unreadable) or state.state == ObjectState.State.ABSENT
        every = DESCRIBE_AGAIN if lacks else DESCRIBE_EVERY
        if state.described_at is None or state.described_at <= self.now - every:
            return True
        if state.state == ObjectState.State.ABSENT:
            raise ObjectHidden(state.error)
        return False

    def _describe(self) -> ObjectState:
        """Look at the fields, and keep what may be read from now on; the object as it stands then."""
        described = self.organisation.describe(self.spec.name)
        with transaction.atomic():
            state = ObjectState.objects.select_for_update().get(name=self.spec.name)
            schema = schema_of(self.spec, described, wanted(self.spec), state, now=self.now)
            if state.described_as not in ("", described.digest):
                log.info("fields_changed", object=self.spec.name, unreadable=sorted(schema.unreadable))
            ObjectState.objects.filter(pk=self.spec.name).update(
                fields=schema.types,
                described_at=self.now,
                described_as=described.digest,
                unreadable=schema.unreadable,
                backfill=schema.to_fill,
            )
        for needed in ("Id", self.spec.stamp):
            if needed not in schema.types:
                raise OrganisationError(
                    f"{self.spec.name}.{needed} is hidden from our user, and nothing can be read without it: grant it."
                )
        return self._state()

    def _header(self, state: ObjectState) -> tuple[str, ...]:
        return tuple(name for name in wanted(self.spec) if name in state.fields)

    # -- rows -------------------------------------------------------------------------------------

    def _read(self, state: ObjectState, step: Step, *, full: bool) -> Loaded:
        is_whole = full or state.read_at is None or state.cursor is None
        filled = 0 if is_whole else self._fill_old_rows(state)
        window = Window(None if is_whole else start_of_read(state.cursor))
        selection = Selection(self.spec.name, self._header(state), self.spec.stamp, window)
        with spooling(self.spec.name) as spool:
            # how much everything is must be known before; a window tells by its first page, and an empty object too
            expected = self._count(selection) if full or state.read_at is None else None
            self.progress.heard(0, expected)
            self._reading(spool, state).read(selection, expected=expected)
            if self._is_news(spool):
                with self.runs.aside():
                    self.read_past()
            with transaction.atomic():
                loaded = load(self.spec, spool, read_at=self.now, is_whole=is_whole)
                step.done(rows=loaded.row_count, changed=loaded.changed_count)
        log.info(
            "pulled",
            object=self.spec.name,
            rows=loaded.row_count,
            changed=loaded.changed_count,
            whole=is_whole,
            filled=filled,
        )
        return Loaded(loaded.row_count, loaded.changed_count + filled)

    def _count(self, selection: Selection) -> int | None:
        """How many rows there are; None when counting them takes too long."""
        try:
            return self.organisation.count(selection.scope())
        except QueryTooLong:
            return None

    def _fill_old_rows(self, state: ObjectState) -> int:
        fields = [name for name in state.backfill if name in state.fields]
        if not fields:
            return 0
        selection = Selection(self.spec.name, ("Id", self.spec.stamp, *fields), self.spec.stamp)
        with self.runs.step(Run.Kind.FIELDS) as step, spooling(self.spec.name) as spool:
            self._reading(spool, state).read(selection, expected=self._count(selection))
            with transaction.atomic():
                filled = backfill(self.spec, spool, fields)
                step.done(rows=spool.row_count, changed=filled, said=", ".join(fields))
        return filled

    def _reading(self, spool: Spool, state: ObjectState) -> Reading:
        return Reading(self.organisation, state.fields, spool, self.now, self.progress.heard)

    def _is_news(self, spool: Spool) -> bool:
        """Whether the spool has a row that the mirror lacks as it is, and somebody tells its past.

        A second change within a second has the stamp of the first: only the row itself tells it.
        """
        if spool.row_count == 0 or not PASTS[self.spec.name]:
            return False
        if spool.row_count > _LOOK_CLOSELY:
            return True
        return has_news(self.spec, spool)

    # -- what no query of changes shows -----------------------------------------------------------

    def _compare_when_due(self, state: ObjectState) -> int:
        last = state.compared_at
        if "CreatedDate" not in state.fields or state.row_count == 0:
            return 0
        if not state.is_doubted and last is not None and last > self.now - COMPARE_EVERY:
            return 0
        comparison = Comparison(
            self.organisation, self.spec, self.now, state.fields, self._header(state), self.runs
        )
        return comparison.run(every_id=state.is_doubted).mended

    def _state(self) -> ObjectState:
        return ObjectState.objects.get(name=self.spec.name)


def _kind(state: ObjectState, *, full: bool) -> Run.Kind:
    if state.read_at is None:
        return Run.Kind.FIRST
    return Run.Kind.WHOLE if full else Run.Kind.CHANGES
