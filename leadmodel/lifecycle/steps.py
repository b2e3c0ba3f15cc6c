"""A family's facts as one ordered list of steps for the fold (M2): what exists by now, each once, in rank order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import IntEnum
from operator import itemgetter

from leadmodel.lifecycle.cycles import COUNTING, Touch
from leadmodel.lifecycle.effects import CONVERTED, DATED, ENTERED, Effect, explained, lost, owned_by, won
from leadmodel.lifecycle.facts import DealEnd, Family, Horizon, OpportunityStep, Record, Tracked
from leadmodel.lifecycle.history import History, initial_value, without_slips
from leadmodel.lifecycle.joins import Join, created_by_conversion
from leadmodel.lifecycle.line import Line
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import Stage


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


# looked up once: a rebuild asks a million times, and an Enum is slow to answer
BEGIN, REASON, ASSIGN, OWNER, TOUCH, DISPOSE, JOIN = Rank
_STATUS, _OWNER, _ASSIGNED_DATE = Tracked.STATUS, Tracked.OWNER, Tracked.ASSIGNED_DATE
_RAW, _ASSIGNED = Stage.RAW, Stage.ASSIGNED

Step = tuple[datetime, Rank, str, str, str | None, Touch | Join | Effect]
"""One fact for the fold: (at, rank, key, record Id, actor, what); `key` orders facts of one rank at one instant.

What happens is a touch or a merge, whose line the fold finds, or an effect on its record's line. Plain tuples, as a
rebuild makes millions of them.
"""


def ordered_steps(
    family: Family,
    records: dict[str, Record],
    joins: list[Join],
    touches: list[tuple[str, Touch]],
    history: History,
    *,
    settings: ModelSettings,
    horizon: Horizon,
) -> list[Step]:
    """The steps of the records that exist, in the fold's order.

    `joins` are all the family tells of, `touches` those with a place in the fold, by record Id.
    """
    if (
        len(records) > 1
    ):  # of an activity of several, whose touch comes first may decide where the others' fall
        touches = sorted(touches, key=itemgetter(0))
    steps: list[Step] = [(t.at, TOUCH, t.activity_id, record_id, t.by, t) for record_id, t in touches]
    touched_at = sorted([touch.at for _, touch in touches if touch.why in COUNTING])
    for record in records.values():
        converted_at = created_by_conversion(record, joins)
        steps += _owners(record, converted_at, history, horizon)
        steps += _reasons(record, history, horizon)
        steps += _statuses(record, converted_at, history, touched_at, settings, horizon)
        if settings.assignment.assigned_date_field:
            steps += _assigned_dates(record, history, horizon)
        if record.converted_at is not None:
            steps += _conversion(record, record.converted_at, settings, horizon)
    if family.steps:
        steps += _opportunities(family.steps, records, settings, horizon)
    if joins:
        steps += _merges(joins, records, horizon)
    steps.sort(key=itemgetter(0, 1, 2))  # at, rank, key
    return steps


_REASONS = ((Tracked.NURTURE_REASON, Stage.NURTURE), (Tracked.UNQUALIFIED_REASON, Stage.UNQUALIFIED))


def _owners(
    record: Record, converted_at: datetime | None, history: History, horizon: Horizon
) -> Iterator[Step]:
    """Whom the record belonged to. A Contact that a conversion made takes over once that conversion is done."""
    record_id, creator = record.record_id, record.created_by
    changes = history.get((record_id, _OWNER), [])
    owner, key = initial_value(record, _OWNER, changes), f"{record_id} 1 owner"
    if converted_at is None:
        yield (record.created_at, BEGIN, key, record_id, creator, owned_by(owner))
    else:
        yield (converted_at, JOIN, key, record_id, creator, owned_by(owner, is_conversion=True))
    for change in horizon.visible(changes):
        yield (change.at, OWNER, change.source_id, record_id, change.actor, owned_by(change.new))


def _reasons(record: Record, history: History, horizon: Horizon) -> Iterator[Step]:
    """What the reason fields held."""
    start, record_id = record.created_at, record.record_id
    for field, kind in _REASONS:
        changes = history.get((record_id, field), [])
        reason = initial_value(record, field, changes)
        if reason is not None:
            yield (start, BEGIN, f"{record_id} 2 {kind}", record_id, None, explained(kind, reason))
        for change in horizon.visible(changes):
            effect = explained(kind, change.new)
            yield (change.at, REASON, change.source_id, record_id, change.actor, effect)


def _statuses(
    record: Record,
    converted_at: datetime | None,
    history: History,
    touched_at: list[datetime],
    settings: ModelSettings,
    horizon: Horizon,
) -> Iterator[Step]:
    """The statuses entered: signals, dispositions, withdrawals, claims. Unmapped ones are nothing (K8).

    Being created in Raw takes nobody back to it (K4), and a Contact that a conversion made copies its Lead.
    """
    record_id, stage_of = record.record_id, settings.stages.stage_of
    changes = history.get((record_id, _STATUS), [])
    first = initial_value(record, _STATUS, changes)
    begun = stage_of(first, record.created_at)
    is_signal = settings.assignment.status
    is_told = begun is not _RAW and (is_signal or begun is not _ASSIGNED)
    if converted_at is None and begun is not None and is_told:
        key = f"{record_id} 3 status"
        yield (record.created_at, BEGIN, key, record_id, record.created_by, ENTERED[begun])
    mapped = [
        (change, stage)
        for change in horizon.visible(changes)
        if (stage := stage_of(change.new, change.at)) is not None
    ]
    for change, stage in without_slips(mapped, first=first, touched_at=touched_at, settings=settings):
        if stage is not _ASSIGNED:
            yield (change.at, DISPOSE, change.source_id, record_id, change.actor, ENTERED[stage])
        elif is_signal:
            yield (change.at, ASSIGN, change.source_id, record_id, change.actor, ENTERED[stage])


def _assigned_dates(record: Record, history: History, horizon: Horizon) -> Iterator[Step]:
    """The values the mapped Assigned Date took: each is the time of an assignment (M5)."""
    record_id = record.record_id
    changes = history.get((record_id, _ASSIGNED_DATE), [])
    first = initial_value(record, _ASSIGNED_DATE, changes)
    told = [(record.created_at, first, record.created_by)]
    told += [(change.at, change.new, change.actor) for change in horizon.visible(changes)]
    for learned_at, value, actor in told:
        if value is not None and horizon.shows(at := datetime.fromisoformat(value), learned_at):
            # whoever told it first assigned: a Contact has its Lead's date in the name of who converted it
            key = f"0 {learned_at.timestamp():017.6f} {record_id}"
            yield (at, ASSIGN, key, record_id, actor, DATED)


def _conversion(record: Record, at: datetime, settings: ModelSettings, horizon: Horizon) -> Iterator[Step]:
    """Conversion is a qualified disposition, unless an opportunity's stage is (K3)."""
    if settings.qualified.by_status_at(at) and horizon.shows(at, at):
        record_id = record.record_id
        yield (at, DISPOSE, record_id, record_id, record.converted_by, CONVERTED)


def _opportunities(
    told: Iterable[OpportunityStep], records: dict[str, Record], settings: ModelSettings, horizon: Horizon
) -> Iterator[Step]:
    """Opportunities that got far enough, once each, and those won or lost (M8, M14).

    One that is told twice ends twice, at once: the second time does nothing.
    """
    far_enough: set[tuple[str, str]] = set()
    for step in sorted(told, key=_in_order):
        record_id, opportunity_id, at, actor, stage, end, reason = step
        if record_id not in records or not horizon.shows(at, at):
            continue
        if settings.qualified.counts(stage, at) and (record_id, opportunity_id) not in far_enough:
            far_enough.add((record_id, opportunity_id))
            yield (at, DISPOSE, f"{opportunity_id} 1", record_id, actor, Line.qualify_by_opportunity)
        if end is not None:
            effect = won if end is DealEnd.WON else lost(reason)
            yield (at, DISPOSE, f"{opportunity_id} 2 {end}", record_id, actor, effect)


_in_order = itemgetter(2, 1, 4, 0)  # at, opportunity_id, stage, record_id


def _merges(joins: Iterable[Join], records: dict[str, Record], horizon: Horizon) -> Iterator[Step]:
    """Merges (K6); a conversion is one timeline from the start."""
    for join in joins:
        is_here = join.loser in records and join.winner in records and horizon.shows(join.at, join.at)
        if join.is_merge and is_here:
            yield (join.at, JOIN, join.loser, join.loser, None, join)
