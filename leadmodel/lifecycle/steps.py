"""A family's facts as one ordered list of steps for the fold (M2): what exists by now, each once, in rank order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import IntEnum
from operator import itemgetter
from typing import NamedTuple

from leadmodel.lifecycle.cycles import Touch
from leadmodel.lifecycle.facts import Change, Directory, Family, OpportunityStep, Record, Tracked
from leadmodel.lifecycle.history import History, initial_value, straighten, without_slips
from leadmodel.lifecycle.joins import Join, created_by_conversion
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import Ending, Stage, Trigger
from leadmodel.lifecycle.touches import may_count, read_touches


class Rank(IntEnum):
    """The order of facts at one instant (M2).

    What a record began with precedes what changed on it; reasons, saved with the status they explain, precede that.
    """

    BEGIN = 0
    REASON = 1
    ASSIGN = 2
    OWNER = 3
    TOUCH = 4
    DISPOSE = 5
    JOIN = 6


class Won(NamedTuple):
    """An opportunity of the person was won: a customer from now on."""


class Reason(NamedTuple):
    """The reason field for a kind of disposition holds `value` from now on."""

    kind: Stage
    value: str | None


class Holder(NamedTuple):
    """The record belongs to `owner` from now on."""

    owner: str | None


class Step(NamedTuple):
    """One fact for the fold. A `Stage` is a status entered, an `Ending` a disposition that is no status."""

    at: datetime
    rank: Rank
    key: str
    record_id: str
    actor: str | None
    what: Stage | Reason | Holder | Touch | Trigger | Ending | Won | Join


class Horizon(NamedTuple):
    """Which facts exist (M3)."""

    as_of: datetime | None
    known_by: datetime | None

    def shows(self, at: datetime, learned_at: datetime) -> bool:
        """Whether a fact exists at this pair of instants."""
        if self.as_of is not None and at > self.as_of:
            return False
        return self.known_by is None or learned_at <= self.known_by


def ordered_steps(
    family: Family,
    records: dict[str, Record],
    joins: list[Join],
    *,
    settings: ModelSettings,
    directory: Directory,
    horizon: Horizon,
) -> list[Step]:
    """The steps of the records that exist, in the fold's order. `joins` are all the family tells of."""
    touches = read_touches(
        family.activities, rules=settings.touches, directory=directory, exists=horizon.shows
    )
    steps = [Step(t.at, Rank.TOUCH, t.activity_id, record_id, t.by, t) for record_id, t in touches]
    touched_at = sorted(touch.at for _, touch in touches if may_count(touch))
    history = straighten(family.changes, directory)
    for record in records.values():
        steps += _beginnings(record, history, joins, settings, horizon)
        steps += _changes(record, history, touched_at, settings, horizon)
        steps += _conversion(record, settings, horizon)
    steps += [
        Step(
            o.at,
            Rank.DISPOSE,
            o.opportunity_id,
            o.record_id,
            o.actor,
            Won() if o.is_won else Ending.OPPORTUNITY,
        )
        for o in set[OpportunityStep](family.steps)
        if o.record_id in records and horizon.shows(o.at, o.at)
    ]
    steps += [
        Step(join.at, Rank.JOIN, join.loser, join.loser, None, join)
        for join in joins
        if join.is_merge
        and join.loser in records
        and join.winner in records
        and horizon.shows(join.at, join.at)
    ]
    steps.sort(key=itemgetter(0, 1, 2))  # at, rank, key
    return steps


_REASONS = {Tracked.NURTURE_REASON: Stage.NURTURE, Tracked.UNQUALIFIED_REASON: Stage.UNQUALIFIED}


def _beginnings(
    record: Record, history: History, joins: list[Join], settings: ModelSettings, horizon: Horizon
) -> Iterator[Step]:
    """What the record was created with.

    A Contact that a conversion created copies its Lead: its status is no change, and its owner takes over once the
    conversion is done.
    """
    start, record_id, creator = record.created_at, record.record_id, record.created_by
    converted_at = created_by_conversion(record, joins)
    owner = Holder(initial_value(record, Tracked.OWNER, history))
    rank = Rank.BEGIN if converted_at is None else Rank.JOIN
    yield Step(converted_at or start, rank, f"{record_id} 1 owner", record_id, creator, owner)
    for field, kind in _REASONS.items():
        reason = initial_value(record, field, history)
        if reason is not None:
            yield Step(start, Rank.BEGIN, f"{record_id} 2 {kind}", record_id, None, Reason(kind, reason))
    if converted_at is None:
        status = initial_value(record, Tracked.STATUS, history)
        begun = Change(record_id, Tracked.STATUS, start, creator, None, status, "", "")
        for step in _status(begun, settings):
            if step.what is not Stage.RAW:  # being created in Raw takes nobody back to it (K4)
                yield step._replace(rank=Rank.BEGIN, key=f"{record_id} 3 status")
    if settings.assignment.assigned_date_field:
        dated = initial_value(record, Tracked.ASSIGNED_DATE, history)
        yield from _assigned_date(record_id, creator, dated, start, horizon)


def _changes(
    record: Record, history: History, touched_at: list[datetime], settings: ModelSettings, horizon: Horizon
) -> Iterator[Step]:
    """What changed on the record since."""

    def visible(field: Tracked) -> list[Change]:
        return [c for c in history.get((record.record_id, field), ()) if horizon.shows(c.at, c.at)]

    first = initial_value(record, Tracked.STATUS, history)
    statuses = visible(Tracked.STATUS)
    for change in without_slips(statuses, first=first, touched_at=touched_at, settings=settings):
        yield from _status(change, settings)
    for change in visible(Tracked.OWNER):
        holder = Holder(change.new)
        yield Step(change.at, Rank.OWNER, change.source_id, change.record_id, change.actor, holder)
    for field, kind in _REASONS.items():
        for change in visible(field):
            reason = Reason(kind, change.new)
            yield Step(change.at, Rank.REASON, change.source_id, change.record_id, change.actor, reason)
    if settings.assignment.assigned_date_field:
        for change in visible(Tracked.ASSIGNED_DATE):
            yield from _assigned_date(change.record_id, change.actor, change.new, change.at, horizon)


def _conversion(record: Record, settings: ModelSettings, horizon: Horizon) -> Iterator[Step]:
    """Conversion is a qualified disposition, unless an opportunity's stage is (K3)."""
    at = record.converted_at
    if at is not None and settings.qualified.by == "status" and horizon.shows(at, at):
        yield Step(
            at, Rank.DISPOSE, record.record_id, record.record_id, record.converted_by, Ending.CONVERSION
        )


def _status(change: Change, settings: ModelSettings) -> Iterator[Step]:
    """A status entered: a signal, a disposition, a withdrawal or a claim; an unmapped one is nothing (K8)."""
    stage = settings.stages.stage_of(change.new, change.at)
    if stage is None or (stage is Stage.ASSIGNED and not settings.assignment.status):
        return
    rank = Rank.ASSIGN if stage is Stage.ASSIGNED else Rank.DISPOSE
    yield Step(change.at, rank, change.source_id, change.record_id, change.actor, stage)


def _assigned_date(
    record_id: str, actor: str | None, value: str | None, learned_at: datetime, horizon: Horizon
) -> Iterator[Step]:
    """The mapped Assigned Date took a value: that value is the time (M5)."""
    if value is None:
        return
    at = datetime.fromisoformat(value)
    if horizon.shows(at, learned_at):
        yield Step(at, Rank.ASSIGN, record_id, record_id, actor, Trigger.ASSIGNED_DATE)
