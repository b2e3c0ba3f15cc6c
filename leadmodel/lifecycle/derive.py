"""The lead model: from one family's dated facts to its persons with their cycles (M1).

Pure and order-blind: any order, repetition or batching of the facts gives the same answer; `as_of` and
`known_by` choose which facts exist (M3). Decisions live in `line`, this module puts facts in order.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

from leadmodel.lifecycle.cycles import Cycle, Person, Touch, Why
from leadmodel.lifecycle.facts import Change, Directory, Family, Record, Tracked
from leadmodel.lifecycle.history import initial_value, straighten, without_slips
from leadmodel.lifecycle.joins import Join, Roots, created_by_conversion, joins_of
from leadmodel.lifecycle.line import Line
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import DISPOSITIONS, Ending, Entry, Handling, Outcome, Path, Stage, Trigger
from leadmodel.lifecycle.touches import may_count, read_touches


class _Rank(IntEnum):
    """The order of facts at one instant (M2). Reasons are saved with the status they explain, so they go first."""

    REASON = 0
    ASSIGN = 1
    OWNER = 2
    TOUCH = 3
    DISPOSE = 4
    JOIN = 5


class _Step(NamedTuple):
    at: datetime
    rank: _Rank
    key: str
    record_id: str
    actor: str | None
    what: Stage | Tracked | Touch | Join | Trigger | Ending | None
    value: str | None = None


def derive(
    family: Family,
    *,
    settings: ModelSettings,
    directory: Directory,
    as_of: datetime | None = None,
    known_by: datetime | None = None,
) -> list[Person]:
    """The persons of a family as they were at `as_of` by what was known at `known_by` (None: everything).

    Before a merge there are two persons, after it one (K6). The result is ordered by person Id.
    """
    horizon = _Horizon(as_of, known_by)
    records = {
        record.record_id: record
        for record in sorted(family.records)
        if horizon.shows(record.created_at, record.created_at)
    }
    if not records:
        return []
    every_join = joins_of(family.records)
    joins = [j for j in every_join if horizon.shows(j.at, j.at) and j.loser in records and j.winner in records]
    roots = Roots(list(records))
    for join in joins:
        if not join.is_merge:
            roots.join(join.loser, join.winner)
    lines = _lines(family, records, roots, settings, directory, horizon)
    steps = _steps(family, records, every_join, settings, directory, horizon)
    steps += [
        _Step(j.at, _Rank.JOIN, j.loser, j.loser, None, j) for j in joins if j.is_merge
    ]
    steps.sort(key=lambda step: (step.at, step.rank, step.key))
    whose = _Whose(records, every_join, roots, lines)
    for step in steps:
        _apply(step, lines, roots, whose)
    return _finish(lines, records, roots, settings, directory, horizon)


class _Horizon(NamedTuple):
    as_of: datetime | None
    known_by: datetime | None

    def shows(self, at: datetime, learned_at: datetime) -> bool:
        """Whether a fact exists at this pair of instants (M3)."""
        if self.as_of is not None and at > self.as_of:
            return False
        return self.known_by is None or learned_at <= self.known_by


def _lines(
    family: Family,
    records: dict[str, Record],
    roots: Roots,
    settings: ModelSettings,
    directory: Directory,
    horizon: _Horizon,
) -> dict[str, Line]:
    lines = {root: Line(settings, directory) for root in {roots.root(r) for r in records}}
    for record in records.values():
        if record.source:
            lines[roots.root(record.record_id)].sources.append((record.created_at, record.source))
    for response in sorted(set(family.responses)):
        if response.record_id in records and horizon.shows(response.at, response.at):
            lines[roots.root(response.record_id)].responses.append((response.at, response.campaign_id))
    return lines


def _steps(
    family: Family,
    records: dict[str, Record],
    joins: list[Join],
    settings: ModelSettings,
    directory: Directory,
    horizon: _Horizon,
) -> list[_Step]:
    touches = [
        (record_id, touch)
        for record_id, learned_at, touch in read_touches(
            [a for a in family.activities if horizon.shows(a.created_at, a.created_at)],
            rules=settings.touches,
            directory=directory,
        )
        if horizon.shows(touch.at, learned_at)
    ]
    steps = [
        _Step(touch.at, _Rank.TOUCH, touch.activity_id, record_id, touch.by, touch) for record_id, touch in touches
    ]
    touched_at = sorted(touch.at for _, touch in touches if may_count(touch))
    changes = defaultdict(list)
    for change in straighten(family.changes, directory):
        changes[change.record_id].append(change)
    for record in records.values():
        steps += _record_steps(record, changes[record.record_id], joins, touched_at, settings, horizon)
    if settings.qualified.by == "opportunity" or any(step.is_won for step in family.steps):
        for opportunity in set(family.steps):
            if opportunity.record_id in records and horizon.shows(opportunity.at, opportunity.at):
                what = None if opportunity.is_won else Ending.OPPORTUNITY
                steps.append(
                    _Step(
                        opportunity.at,
                        _Rank.DISPOSE,
                        opportunity.opportunity_id,
                        opportunity.record_id,
                        opportunity.actor,
                        what,
                    )
                )
    return steps


def _record_steps(
    record: Record,
    changes: list[Change],
    joins: list[Join],
    touched_at: list[datetime],
    settings: ModelSettings,
    horizon: _Horizon,
) -> list[_Step]:
    """A record's own steps: how it began, what changed, its conversion."""
    start, rid = record.created_at, record.record_id
    joined = created_by_conversion(record, joins)
    steps: list[_Step] = []
    first_status = initial_value(record, Tracked.STATUS, changes)
    if joined is None:
        steps += _status_step(Change(rid, Tracked.STATUS, start, record.created_by, None, first_status, "", ""), settings)
    owner_rank = _Rank.OWNER if joined is None else _Rank.JOIN  # a conversion hands over after it disposed
    owner = initial_value(record, Tracked.OWNER, changes)
    steps.append(_Step(joined or start, owner_rank, "", rid, record.created_by, Tracked.OWNER, owner))
    for field, kind in _REASON_FIELDS.items():
        reason = initial_value(record, field, changes)
        if reason is not None:
            steps.append(_Step(start, _Rank.REASON, "", rid, None, kind, reason))
    if settings.assignment.assigned_date_field:
        dated = initial_value(record, Tracked.ASSIGNED_DATE, changes)
        steps += _assigned_date_step(rid, record.created_by, dated, start, horizon)
    visible = [c for c in changes if horizon.shows(c.at, c.at)]
    statuses = [c for c in visible if c.field is Tracked.STATUS]
    for change in without_slips(statuses, first=first_status, touched_at=touched_at, settings=settings):
        steps += _status_step(change, settings)
    for change in visible:
        if change.field is Tracked.OWNER:
            steps.append(_Step(change.at, _Rank.OWNER, change.source_id, rid, change.actor, Tracked.OWNER, change.new))
        elif change.field in _REASON_FIELDS:
            kind = _REASON_FIELDS[change.field]
            steps.append(_Step(change.at, _Rank.REASON, change.source_id, rid, None, kind, change.new))
        elif change.field is Tracked.ASSIGNED_DATE and settings.assignment.assigned_date_field:
            steps += _assigned_date_step(rid, change.actor, change.new, change.at, horizon)
    if record.converted_at is not None and settings.qualified.by == "status":
        if horizon.shows(record.converted_at, record.converted_at):
            ending = Ending.CONVERSION
            steps.append(_Step(record.converted_at, _Rank.DISPOSE, rid, rid, record.converted_by, ending))
    return steps


_REASON_FIELDS = {Tracked.NURTURE_REASON: Stage.NURTURE, Tracked.UNQUALIFIED_REASON: Stage.UNQUALIFIED}


def _status_step(change: Change, settings: ModelSettings) -> list[_Step]:
    """What a status change means: a signal, a disposition, a withdrawal, a claim, or nothing (K8)."""
    stage = settings.stages.stage_of(change.new, change.at)
    if stage is None or (stage is Stage.ASSIGNED and not settings.assignment.status):
        return []
    rank = _Rank.ASSIGN if stage is Stage.ASSIGNED else _Rank.DISPOSE
    return [_Step(change.at, rank, change.source_id, change.record_id, change.actor, stage)]


def _assigned_date_step(
    record_id: str, actor: str | None, value: str | None, learned_at: datetime, horizon: _Horizon
) -> list[_Step]:
    """The mapped Assigned Date took a value: that value is the time (M5b)."""
    if value is None:
        return []
    at = datetime.fromisoformat(value)
    if not horizon.shows(at, learned_at):
        return []
    return [_Step(at, _Rank.ASSIGN, record_id, record_id, actor, Trigger.ASSIGNED_DATE)]


class _Whose(NamedTuple):
    """Whose touch is it? Salesforce moves activities to the surviving record, so its past may be another's."""

    records: dict[str, Record]
    joins: list[Join]
    roots: Roots
    lines: dict[str, Line]

    def line(self, record_id: str, at: datetime) -> Line | None:
        """The line an activity of `record_id` falls on: one that has a cycle open then, else one that existed."""
        if record_id in self.records and not self.joins:
            return self.lines[record_id]
        candidates = [record_id]
        for candidate in candidates:
            candidates += [j.loser for j in self.joins if j.winner == candidate and j.loser not in candidates]
        known = [c for c in candidates if c in self.records]
        existing = [self.lines[self.roots.root(c)] for c in known if self.records[c].created_at <= at]
        for line in existing:
            if line.cycle is not None:
                return line
        if existing:
            return existing[0]
        return self.lines[self.roots.root(known[0])] if known else None


def _apply(step: _Step, lines: dict[str, Line], roots: Roots, whose: _Whose) -> None:
    what = step.what
    if isinstance(what, Touch):
        line = whose.line(step.record_id, step.at)
        if line is not None:
            if may_count(what):
                line.touch(what)
            else:
                line.loose.append(what)
        return
    line = lines[roots.root(step.record_id)]
    if isinstance(what, Join):
        winner = roots.root(what.winner)
        loser = roots.root(what.loser)
        if roots.join(loser, winner):
            lines[winner].take_in(lines.pop(loser), step.at)
    elif isinstance(what, Trigger):
        line.assign(step.at, step.actor, what)
    elif what is Tracked.OWNER:
        line.own(step.at, step.value, step.actor)
    elif step.rank is _Rank.REASON and isinstance(what, Stage):
        line.reasons[what] = step.value
    elif what is Stage.ASSIGNED:
        line.assign(step.at, step.actor, Trigger.STATUS)
    elif what is Stage.RAW:
        line.back_to_raw(step.at, step.actor)
    elif what is Stage.WORKING:
        line.claim(step.at)
    elif isinstance(what, Stage) and what in DISPOSITIONS:
        line.dispose(step.at, what, step.actor, Ending.STATUS)
    elif what is Ending.CONVERSION:
        line.dispose(step.at, Stage.QUALIFIED, step.actor, Ending.CONVERSION)
    elif what is Ending.OPPORTUNITY:
        line.qualify_by_opportunity(step.at, step.actor)
    else:
        line.is_customer = True


def _finish(
    lines: dict[str, Line],
    records: dict[str, Record],
    roots: Roots,
    settings: ModelSettings,
    directory: Directory,
    horizon: _Horizon,
) -> list[Person]:
    members: dict[str, list[str]] = defaultdict(list)
    for record_id in records:
        members[roots.root(record_id)].append(record_id)
    persons = []
    for root in sorted(lines):
        line = lines[root]
        line.cycles.sort(key=lambda c: (c.assigned_at, c.closed_at is None, c.closed_at or c.assigned_at))
        previous: Cycle | None = None
        for number, cycle in enumerate(line.cycles, start=1):
            cycle.number = number
            _finish_cycle(cycle, previous, line, settings, directory)
            previous = cycle
        stage, since = _stage(line)
        created = min(records[r].created_at for r in members[root])
        own = records[root]
        persons.append(
            Person(
                person_id=root,
                record_ids=sorted(members[root]),
                created_at=created,
                stage=stage,
                stage_since=since or created,
                holder=line.holder,
                is_deleted=own.deleted_at is not None and horizon.shows(own.deleted_at, own.deleted_at),
                is_customer=line.is_customer,
                cycles=line.cycles,
                loose_touches=sorted(line.loose, key=lambda t: (t.at, t.activity_id)),
            )
        )
    return persons


def _stage(line: Line) -> tuple[Stage, datetime | None]:
    cycle = line.cycle
    if cycle is None:
        return line.standing, line.standing_since
    if cycle.first_touch_at is not None:
        return Stage.WORKING, cycle.first_touch_at
    return Stage.ASSIGNED, cycle.assigned_at


def _finish_cycle(
    cycle: Cycle, previous: Cycle | None, line: Line, settings: ModelSettings, directory: Directory
) -> None:
    """What can be said of a cycle once all of it is read: handling, owing spans, its rep, why it came back."""
    if cycle.touch_count:
        cycle.handling = Handling.TOUCHED
    elif cycle.closed_at is not None:
        cycle.handling = Handling.BYPASSED if cycle.closed_by_human else Handling.BY_AUTOMATION
        cycle.spans[-1].is_bypassed = cycle.closed_by_human
    for span in cycle.spans:
        span.owes_response = all(
            end is None or span.started_at <= end for end in (cycle.first_touch_at, cycle.closed_at)
        )
    for span in cycle.spans:
        if span.holder is not None and directory.is_human(span.holder):
            cycle.first_rep = directory.named(span.holder)
            cycle.team = directory.team_of(span.holder, span.started_at)
            break
    if previous is not None:
        cycle.entry = _entry(cycle, previous, line, directory)
        cycle.broke_hold = _broke_hold(cycle, previous, settings)


def _entry(cycle: Cycle, previous: Cycle, line: Line, directory: Directory) -> Entry:
    """Why the person came back (M13): an action of theirs since, a machine's timed return, or somebody's decision."""
    since = previous.closed_at or previous.assigned_at
    if cycle.path is Path.INBOUND and any(since < at <= cycle.assigned_at for at, _ in line.responses):
        return Entry.INBOUND_ACTION
    return Entry.MANUAL if directory.is_human(cycle.assigned_by) else Entry.TIMED_RETURN


def _broke_hold(cycle: Cycle, previous: Cycle, settings: ModelSettings) -> bool:
    """Assigned against M13: out of Unqualified, or out of Nurture before its hold had passed."""
    if previous.outcome is Outcome.WITHDRAWN or previous.closed_at is None:
        return False
    if previous.latest_kind is Stage.UNQUALIFIED:
        return True
    hold = timedelta(days=settings.recycling.nurture_hold_days)
    return previous.latest_kind is Stage.NURTURE and cycle.assigned_at < previous.closed_at + hold


__all__ = ["Why", "derive"]
