"""The lead model: from one family's dated facts to its persons with their cycles (M1).

Pure and order-blind: any order, repetition or batching of the facts gives the same answer; `as_of` and `known_by`
choose which facts exist (M3). `steps` puts the facts in order, `line` decides, this module leads through.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

from leadmodel.lifecycle.cycles import Cycle, Person, Touch
from leadmodel.lifecycle.facts import Directory, Family, Record
from leadmodel.lifecycle.joins import Join, Roots, joins_of
from leadmodel.lifecycle.line import Line
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import Ending, Entry, Handling, Outcome, Path, Stage, Trigger
from leadmodel.lifecycle.steps import Holder, Horizon, Rank, Reason, Step, Won, ordered_steps
from leadmodel.lifecycle.touches import may_count


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
    horizon = Horizon(as_of, known_by)
    records = {
        record.record_id: record
        for record in sorted(family.records, key=lambda r: r.record_id)
        if horizon.shows(record.created_at, record.created_at)
    }
    if not records:
        return []
    joins = joins_of(family.records)
    roots = Roots(list(records))
    for join in joins:
        is_here = join.loser in records and join.winner in records and horizon.shows(join.at, join.at)
        if is_here and not join.is_merge:
            roots.join(join.loser, join.winner)  # a conversion is one timeline from the start (M4)
    lines = _begin_lines(family, records, roots, settings, directory, horizon)
    whose = _Whose(records, joins, roots, lines)
    steps = ordered_steps(family, records, joins, settings=settings, directory=directory, horizon=horizon)
    for step in steps:
        _apply(step, whose)
    return _persons(whose, settings, directory, horizon)


def _begin_lines(
    family: Family,
    records: dict[str, Record],
    roots: Roots,
    settings: ModelSettings,
    directory: Directory,
    horizon: Horizon,
) -> dict[str, Line]:
    lines = {root: Line(settings, directory) for root in sorted({roots.root(r) for r in records})}
    for record in records.values():
        if record.source:
            lines[roots.root(record.record_id)].sources.append((record.created_at, record.source))
    for response in sorted(set(family.responses)):
        if response.record_id in records and horizon.shows(response.at, response.at):
            lines[roots.root(response.record_id)].responses.append((response.at, response.campaign_id))
    return lines


class _Whose(NamedTuple):
    """Which line a fact falls on."""

    records: dict[str, Record]
    joins: list[Join]
    roots: Roots
    lines: dict[str, Line]

    def line(self, record_id: str) -> Line:
        """The line a record is on now."""
        return self.lines[self.roots.root(record_id)]

    def line_of_touch(self, record_id: str, at: datetime) -> Line | None:
        """The line an activity of `record_id` falls on.

        Salesforce moves activities to the surviving record, so its past may be another's: of the records that
        joined it, the first that has a cycle open then, else the first that existed. None: no such record (yet).
        """
        if not self.joins:
            return self.lines.get(record_id)
        candidates = [record_id]
        for candidate in candidates:
            candidates += [j.loser for j in self.joins if j.winner == candidate and j.loser not in candidates]
        known = [c for c in candidates if c in self.records]
        existing = [self.line(c) for c in known if self.records[c].created_at <= at]
        for line in existing:
            if line.cycle is not None:
                return line
        if existing:
            return existing[0]
        return self.line(known[0]) if known else None


def _apply(step: Step, whose: _Whose) -> None:
    """One step of the fold."""
    match step.what:
        case Touch() as touch:
            line = whose.line_of_touch(step.record_id, step.at)
            if line is not None and may_count(touch):
                line.touch(touch)
            elif line is not None:
                line.loose.append(touch)
        case Join() as join:
            loser, winner = whose.roots.root(join.loser), whose.roots.root(join.winner)
            if whose.roots.join(loser, winner):
                whose.lines[winner].take_in(whose.lines.pop(loser), step.at)
        case Holder(owner):
            is_conversion = step.rank is Rank.JOIN
            whose.line(step.record_id).own(step.at, owner, step.actor, is_conversion=is_conversion)
        case Reason(kind, value):
            whose.line(step.record_id).reasons[kind] = value
        case Won():
            whose.line(step.record_id).is_customer = True
        case Trigger() as trigger:
            whose.line(step.record_id).assign(step.at, step.actor, trigger)
        case Ending.OPPORTUNITY:
            whose.line(step.record_id).qualify_by_opportunity(step.at, step.actor)
        case Ending() as ending:
            whose.line(step.record_id).dispose(step.at, Stage.QUALIFIED, step.actor, ending)
        case Stage() as stage:
            _enter(stage, step, whose.line(step.record_id))


def _enter(stage: Stage, step: Step, line: Line) -> None:
    """A status of this stage was entered."""
    match stage:
        case Stage.ASSIGNED:
            line.assign(step.at, step.actor, Trigger.STATUS)
        case Stage.RAW:
            line.back_to_raw(step.at, step.actor)
        case Stage.WORKING:
            line.claim(step.at)
        case _:
            line.dispose(step.at, stage, step.actor, Ending.STATUS)


def _persons(whose: _Whose, settings: ModelSettings, directory: Directory, horizon: Horizon) -> list[Person]:
    members: dict[str, list[str]] = defaultdict(list)
    for record_id in whose.records:
        members[whose.roots.root(record_id)].append(record_id)
    persons = []
    for root in sorted(whose.lines):
        line = whose.lines[root]
        line.cycles.sort(key=lambda c: (c.assigned_at, c.closed_at is None, c.closed_at or c.assigned_at))
        previous: Cycle | None = None
        for number, cycle in enumerate(line.cycles, start=1):
            cycle.number = number
            _finish_cycle(cycle, previous, line, settings, directory)
            previous = cycle
        stage, since = _stage(line)
        created = min(whose.records[r].created_at for r in members[root])
        deleted = whose.records[root].deleted_at
        persons.append(
            Person(
                person_id=root,
                record_ids=sorted(members[root]),
                created_at=created,
                stage=stage,
                stage_since=since or created,
                holder=line.holder,
                is_deleted=deleted is not None and horizon.shows(deleted, deleted),
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
    """What can be said once all is read: handling, owing spans, its rep and team, why it came back."""
    if cycle.touch_count:
        cycle.handling = Handling.TOUCHED
    elif cycle.closed_at is not None:
        cycle.handling = Handling.BYPASSED if cycle.closed_by_human else Handling.BY_AUTOMATION
        cycle.spans[-1].is_bypassed = cycle.closed_by_human
    ends = [end for end in (cycle.first_touch_at, cycle.closed_at) if end is not None]
    for span in cycle.spans:
        span.owes_response = all(span.started_at <= end for end in ends)
    for span in cycle.spans:
        if span.holder is not None and directory.is_human(span.holder):
            cycle.first_rep = directory.named(span.holder)
            cycle.team = directory.team_of(span.holder, span.started_at)
            break
    if previous is not None:
        cycle.entry = _entry(cycle, previous, line, directory)
        cycle.broke_hold = _broke_hold(cycle, previous, settings)


def _entry(cycle: Cycle, previous: Cycle, line: Line, directory: Directory) -> Entry:
    """Why the person came back (M13): an action of theirs since, a machine's timed return, or a decision."""
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
