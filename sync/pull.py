"""Read Salesforce into the mirror: everything at first, then what changed. One object at a time, each on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

import structlog
from django.db.models import Case, DateTimeField, F, Value, When
from django.db.models.functions import Least

from sync import quota
from sync.alone import alone
from sync.cadence import HOT, next_read
from sync.control import Paused, is_paused
from sync.fields import ensure_columns
from sync.load import Loaded, UnreadableRows
from sync.models import ObjectState, Run
from sync.progress import Progress, Told
from sync.quota import CallsReserved
from sync.runs import Logbook, forget_old_runs
from sync.salesforce.client import Organisation
from sync.salesforce.http import OrganisationError
from sync.salesforce.objects import OBJECTS, PASTS, MirroredObject
from sync.salesforce.outcomes import CallsSpent, ObjectHidden
from sync.salesforce.spool import ShortRead, sweep
from sync.turn import Turn

log = structlog.get_logger(__name__)


class Pulled(NamedTuple):
    """What became of one object: rows read, rows new or different, and a sentence if something is to be said."""

    name: str
    row_count: int
    changed_count: int
    said: str = ""
    is_failure: bool = False
    is_busy: bool = False
    is_last: bool = False
    """The others would fare the same: no calls are left, or somebody paused reading."""


def pull(
    organisation: Organisation, *, now: datetime, full: bool = False, told: Told | None = None
) -> list[Pulled]:
    """Bring the whole mirror up to date. An object that fails says so and does not stop the others."""
    ensure_columns()
    return list(_in_turn(organisation, OBJECTS, now=now, full=full, told=told))


def poll(connect: Callable[[], Organisation], *, now: datetime) -> list[Pulled]:
    """Read what is due, unless reading is paused; signs in only if something is.

    Raises CallsReserved while the day's calls are kept for others, OrganisationError when nobody lets us in.
    """
    if is_paused():
        return []
    later = set(ObjectState.objects.filter(due_at__gt=now).values_list("name", flat=True))
    due = [spec for spec in OBJECTS if spec.name not in later]
    if not due:
        return []
    quota.refuse_reading(now=now)
    ensure_columns()
    return list(_in_turn(connect(), due, now=now))


def _in_turn(
    organisation: Organisation,
    specs: Iterable[MirroredObject],
    *,
    now: datetime,
    full: bool = False,
    told: Told | None = None,
) -> Iterator[Pulled]:
    forget_old_runs(now=now)
    for spec in specs:
        done = pull_object(organisation, spec, now=now, full=full, told=told)
        yield done
        if done.is_last:
            return


def pull_object(
    organisation: Organisation,
    spec: MirroredObject,
    *,
    now: datetime,
    full: bool = False,
    told: Told | None = None,
) -> Pulled:
    """One object's turn, and when its next one is."""
    with alone(spec.name) as is_alone:
        if not is_alone:
            said = f"{spec.name} is being read by another process."
            return Pulled(spec.name, 0, 0, said, is_busy=True)
        sweep(spec.name)
        state, _ = ObjectState.objects.get_or_create(name=spec.name)
        # due since when it was, should this turn die; none from here on says: once more when it is over
        since = Least(F("due_at"), Value(now, output_field=DateTimeField()))
        _say(spec, reading_since=now, due_at=since, rows_expected=None, rows_arrived=0)

        def read_past() -> None:
            _read_past(organisation, spec, now)

        runs = Logbook(spec.name, organisation, now)
        turn = Turn(organisation, spec, now, Progress(spec.name, told), runs, read_past)
        try:
            return _outcome(spec, turn, state, now, full=full)
        except BaseException:
            _say_over(spec)
            raise
        finally:
            quota.note(organisation.usage, now=now)


def _outcome(spec: MirroredObject, turn: Turn, state: ObjectState, now: datetime, *, full: bool) -> Pulled:
    failing, absent = ObjectState.State.FAILING, ObjectState.State.ABSENT
    try:
        done = turn.take(state, full=full)
    except Paused as error:
        turn.runs.ended_badly(Run.Outcome.STOPPED, str(error))
        _say_over(spec)
        return Pulled(spec.name, 0, 0, str(error), is_last=True)
    except ObjectHidden as error:
        if ObjectState.objects.exclude(state=absent).filter(pk=spec.name).exists():
            turn.runs.ended_badly(Run.Outcome.STOPPED, str(error))
        _say_over(spec, state=absent, error=str(error), described_at=now, due_at=now + HOT)
        return Pulled(spec.name, 0, 0, str(error))
    except CallsReserved as error:
        turn.runs.ended_badly(Run.Outcome.STOPPED, str(error))
        _say_over(spec, error=str(error), due_at=now + HOT)
        return Pulled(spec.name, 0, 0, str(error), is_failure=True, is_last=True)
    except CallsSpent as error:
        turn.runs.ended_badly(Run.Outcome.FAILED, str(error))
        _say_over(spec, state=failing, error=str(error), due_at=now + HOT)
        quota.note(turn.organisation.usage, now=now, is_refused=True)
        return Pulled(spec.name, 0, 0, str(error), is_failure=True, is_last=True)
    except (OrganisationError, ShortRead, UnreadableRows) as error:
        turn.runs.ended_badly(Run.Outcome.FAILED, str(error))
        _say_over(spec, state=failing, error=str(error), described_at=None, due_at=now + HOT)
        log.warning("pull_failed", object=spec.name, error=str(error))
        return Pulled(spec.name, 0, 0, str(error), is_failure=True)
    _plan(spec, done, state.changed_at, now)
    return Pulled(spec.name, done.row_count, done.changed_count)


def _plan(spec: MirroredObject, done: Loaded, known: datetime | None, now: datetime) -> None:
    """When the object is due again: at once where somebody asked for it while it was read.

    `known`: when it was last seen to change, before this turn; only a turn says so.
    """
    # the first read is news, whatever it found
    changed_at = now if done.changed_count or known is None else known
    due_at = next_read(spec, now=now, changed_at=changed_at)
    settled = When(due_at__isnull=False, then=Value(due_at, output_field=DateTimeField()))
    _say_over(spec, changed_at=changed_at, due_at=Case(settled, default=F("due_at")))


def _read_past(organisation: Organisation, spec: MirroredObject, now: datetime) -> None:
    """Before somebody's change is loaded: what history tells of it."""
    for past in PASTS[spec.name]:
        if not ObjectState.objects.filter(name=past.name).exists():
            continue  # a first read goes through all objects in their order
        if pull_object(organisation, past, now=now).is_busy:
            # who reads it may have begun before the change
            _say(past, due_at=None)


def _say_over(spec: MirroredObject, **values: object) -> None:
    """Nobody reads it any more."""
    _say(spec, reading_since=None, **values)


def _say(spec: MirroredObject, **values: object) -> None:
    ObjectState.objects.filter(pk=spec.name).update(**values)
