"""The lead model: from one family's dated facts to its persons with their cycles (M1).

Pure and order-blind: any order, repetition or batching of the facts gives the same answer; `as_of` and `known_by`
choose which facts exist (M3). `steps` puts the facts in order, `line` decides, this module leads through.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter

from leadmodel.lifecycle.clocks_of_follow_ups import follow_ups_of
from leadmodel.lifecycle.clocks_of_hand_offs import tell_taken_up
from leadmodel.lifecycle.clocks_of_meetings import meetings_of
from leadmodel.lifecycle.cycles import Cycle, Person, TimeWent, Touch, came_from
from leadmodel.lifecycle.facts import EVERYTHING, Directory, Family, Horizon, Record
from leadmodel.lifecycle.history import straighten
from leadmodel.lifecycle.joins import Join, Roots, joins_of
from leadmodel.lifecycle.known import Known, is_plain
from leadmodel.lifecycle.lead_types import Relation
from leadmodel.lifecycle.line import Line, by_assignment
from leadmodel.lifecycle.policies import Promise, Response
from leadmodel.lifecycle.reached import tell_reached
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import Entry, Handling, Outcome, Path, Stage, Trigger
from leadmodel.lifecycle.steps import Step, ordered_steps
from leadmodel.lifecycle.touches import read_touches
from leadmodel.lifecycle.trace import Trace

QUEUE_PREFIX = "00G"
"""How Ids of Salesforce's groups begin, and so those of its queues."""


def derive(
    family: Family,
    *,
    settings: ModelSettings,
    directory: Directory,
    as_of: datetime | None = None,
    known_by: datetime | None = None,
    with_loose: bool = True,
    trace: Trace | None = None,
) -> list[Person]:
    """The persons of a family as they were at `as_of` by what was known at `known_by` (None: everything).

    Before a merge there are two persons, after it one (K6). The result is ordered by person Id. Without
    `with_loose`, activities that can count for nothing are left out: no figure needs them, a story does.
    A `trace`, if given, comes to know which fact decided what.
    """
    horizon = EVERYTHING if as_of is None and known_by is None else Horizon(as_of, known_by)
    records = {
        record.record_id: record
        for record in sorted(family.records, key=attrgetter("record_id"))
        if horizon.is_open or horizon.shows(record.created_at, record.created_at)
    }
    if not records:
        return []
    joins = joins_of(family.records)
    roots = Roots(records)
    for join in joins:
        is_here = join.loser in records and join.winner in records and horizon.shows(join.at, join.at)
        if is_here and not join.is_merge:
            roots.join(join.loser, join.winner)  # a conversion is one timeline from the start (M4)
    whose = _Whose(records, joins, roots)
    _begin_lines(family, whose, settings, directory, horizon)
    touches = read_touches(
        family.activities, rules=settings.touches, directory=directory, horizon=horizon, with_loose=with_loose
    )
    history = straighten(family.changes, directory)
    steps = ordered_steps(family, records, joins, touches, history, settings=settings, horizon=horizon)
    if trace is None:
        _fold(steps, whose)
    else:
        for step in steps:
            _fold([step], whose)
            trace.see(step, whose.lines.values())
    persons = _persons(whose, settings, directory, horizon)
    _tell_around(persons, family, settings, directory, horizon)
    if not is_plain(family, settings.lead_types):
        for person in persons:
            own = [records[record_id] for record_id in person.record_ids]
            _tell_types(person, Known(family, history, own, horizon), settings, directory)
    if settings.response.hours == "business":
        _tell_due([cycle for person in persons for cycle in person.cycles], settings.response, directory)
    return persons


def _begin_lines(
    family: Family, whose: _Whose, settings: ModelSettings, directory: Directory, horizon: Horizon
) -> None:
    """A line for each root, with what its records were won by."""
    lines, root_of = whose.lines, {record_id: whose.roots.root(record_id) for record_id in whose.records}
    for record_id, root in root_of.items():
        record, line = whose.records[record_id], lines.get(root)
        if line is None:
            line = lines[root] = Line(settings, directory)
        if record.source:
            line.sources.append((record.created_at, record.source))
    for record_id, campaign_id, at in family.responses:
        if record_id in root_of and horizon.shows(at, at):
            lines[root_of[record_id]].responses.append((at, campaign_id))


class _Whose:
    """Which line a fact falls on."""

    def __init__(self, records: dict[str, Record], joins: list[Join], roots: Roots) -> None:
        self.records, self.roots = records, roots
        self.lines: dict[str, Line] = {}
        self._losers: dict[str, list[str]] = {}
        for join in joins:
            self._losers.setdefault(join.winner, []).append(join.loser)
        self._lineages: dict[str, list[str]] = {}

    def line(self, record_id: str) -> Line:
        """The line a record is on now."""
        return self.lines[self.roots.root(record_id)]

    def line_of_touch(self, record_id: str, at: datetime) -> Line | None:
        """The line an activity of `record_id` falls on.

        Salesforce moves activities to the surviving record, so its past may be another's: of the records that
        joined it, the first that has a cycle open then, else the first that existed. None: no such record (yet).
        """
        lineage = self._lineage(record_id)
        first: Line | None = None
        for candidate in lineage:
            if self.records[candidate].created_at <= at:
                line = self.line(candidate)
                if line.cycle is not None:
                    return line
                first = first or line
        if first is None and lineage:
            return self.line(lineage[0])
        return first

    def _lineage(self, record_id: str) -> list[str]:
        """The record and all that ever joined it, nearest first, as far as they are there; found once."""
        found = self._lineages.get(record_id)
        if found is None:
            every = {record_id: None}
            for one in (queue := [record_id]):
                new = [loser for loser in self._losers.get(one, ()) if loser not in every]
                every.update(dict.fromkeys(new))
                queue += new
            found = self._lineages[record_id] = [one for one in every if one in self.records]
        return found


def _fold(steps: list[Step], whose: _Whose) -> None:
    """Read the facts in order: each does what it does to the line it falls on."""
    lines = whose.lines
    only = next(iter(lines.values())) if len(lines) == 1 else None
    for at, _, _, record_id, actor, what in steps:
        if isinstance(what, Touch):
            line = only if record_id in whose.records else None
            line = line or whose.line_of_touch(record_id, at)
            if line is not None:
                line.touch(what)
        elif isinstance(what, Join):
            loser, winner = whose.roots.root(what.loser), whose.roots.root(what.winner)
            if whose.roots.join(loser, winner):
                lines[winner].take_in(lines.pop(loser), at)
        else:
            what(only or whose.line(record_id), at, actor)


def _persons(whose: _Whose, settings: ModelSettings, directory: Directory, horizon: Horizon) -> list[Person]:
    records = whose.records
    members: dict[str, list[str]] = {}
    for record_id in records:  # in order of their Ids
        members.setdefault(whose.roots.root(record_id), []).append(record_id)
    persons = []
    for root in sorted(whose.lines):
        line, own = whose.lines[root], members[root]
        _finish(line, settings, directory)
        stage, since = _stage(line)
        created = min([records[record_id].created_at for record_id in own])
        deleted = records[root].deleted_at
        persons.append(
            Person(
                person_id=root,
                record_ids=own,
                created_at=created,
                stage=stage,
                stage_since=since or created,
                holder=line.holder,
                is_deleted=deleted is not None and horizon.shows(deleted, deleted),
                is_customer=line.is_customer,
                cycles=line.cycles,
                loose_touches=sorted(line.loose, key=_by_time),
                handed=line.handed,
            )
        )
    return persons


_by_time = attrgetter("at", "activity_id")


def _finish(line: Line, settings: ModelSettings, directory: Directory) -> None:
    """Number the cycles in order, and say of each what can be said once all is read."""
    if len(line.cycles) > 1:
        line.cycles.sort(key=by_assignment)
    for number, cycle in enumerate(line.cycles, start=1):
        cycle.number = number
    for cycle in line.cycles:
        previous = came_from(cycle, line.cycles) if cycle.number > 1 else None
        _finish_cycle(cycle, previous, line, settings, directory)


def _tell_around(
    persons: Iterable[Person], family: Family, settings: ModelSettings, directory: Directory, horizon: Horizon
) -> None:
    """Say of each person what their opportunities, meetings and plans tell, where there are any."""
    if family.steps:
        for person in persons:
            tell_reached(person, family.steps, settings.qualified, horizon)
            tell_taken_up(person, family.steps, directory, horizon)
    if family.meetings:
        for person in persons:
            person.meetings = meetings_of(person, family.meetings, horizon)
    if family.follow_ups:
        for person in persons:
            person.follow_ups = follow_ups_of(person, family.follow_ups, horizon)


def _tell_types(person: Person, known: Known, settings: ModelSettings, directory: Directory) -> None:
    """Say of each cycle what type of lead it was when it began, and whom it should have gone to (M5)."""
    for cycle in person.cycles:
        at = cycle.assigned_at
        told = known.lead_type(settings.lead_types, cycle.path, at)
        cycle.is_target_account, cycle.relation, cycle.priority = told
        if told.relation is not Relation.NEW_BUSINESS:
            cycle.wanted_rep = known.wanted_rep(told.relation, at, directory)


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
    answered_by = min(ends, default=None)
    for span in cycle.spans:
        span.owes_response = answered_by is None or span.started_at <= answered_by
    for span in cycle.spans:
        if span.holder is not None and directory.is_human(span.holder):
            cycle.first_rep = directory.named(span.holder)
            cycle.team = directory.team_of(span.holder, span.started_at)
            break
    cycle.pulled_by = _pulled_by(cycle, settings, directory)
    _tell_off_hours(cycle, directory)
    if cycle.first_touch_at is not None:
        _tell_business_time(cycle, cycle.first_touch_at, directory)
        cycle.went = _time_went(cycle, cycle.first_touch_at, directory)
    if previous is not None:
        cycle.entry = _entry(cycle, previous, line, directory)
        cycle.broke_hold = _broke_hold(cycle, previous, settings)


def _pulled_by(cycle: Cycle, settings: ModelSettings, directory: Directory) -> str | None:
    """Whose pull the cycle is (R113): of an outbound team as of then, and took the person up on their own account.

    That is an outbound pull (M5), or an assignment to oneself: a status, date or owner that one's own click set.
    """
    by = directory.named(cycle.assigned_by)
    if by is None or not directory.is_human(by):
        return None
    if cycle.trigger is not Trigger.OUTBOUND_PULL and by != cycle.first_rep:
        return None
    return by if directory.team_of(by, cycle.assigned_at) in settings.paths.outbound_teams else None


def _tell_business_time(cycle: Cycle, touched_at: datetime, directory: Directory) -> None:
    """How long the answer took while somebody worked: beside the calendar's hours, which are the clock (M17)."""
    openings = directory.openings_of(cycle.first_rep)
    if openings is not None:
        cycle.response_business_s = openings.seconds(cycle.assigned_at, touched_at)
    for span in cycle.spans:
        own = directory.openings_of(directory.named(span.holder)) if span.is_touched else None
        if own is not None:
            is_whole = own is openings and span.started_at == cycle.assigned_at
            told = cycle.response_business_s if is_whole else own.seconds(span.started_at, touched_at)
            span.response_business_s = told


def _tell_due(cycles: Iterable[Cycle], response: Response, directory: Directory) -> None:
    """Until when answers are in time in business hours: no figure could work it out from a number of seconds."""
    for cycle in cycles:
        openings = directory.openings_of(cycle.first_rep)
        cycle.target_due_at = response.due_at(Promise.TARGET, cycle.priority, cycle.assigned_at, openings)
        for span in cycle.spans:
            openings = directory.openings_of(directory.named(span.holder))
            span.target_due_at = response.due_at(Promise.TARGET, cycle.priority, span.started_at, openings)


def _tell_off_hours(cycle: Cycle, directory: Directory) -> None:
    """Who came while nobody worked: by the hours of whom they came to (R081)."""
    openings = directory.openings_of(cycle.first_rep)
    cycle.is_off_hours = openings is not None and not openings.is_open(cycle.assigned_at)
    for span in cycle.spans:
        own = directory.openings_of(directory.named(span.holder))
        is_whole = own is openings and span.started_at == cycle.assigned_at
        is_off = cycle.is_off_hours if is_whole else own is not None and not own.is_open(span.started_at)
        span.is_off_hours = is_off


def _time_went(cycle: Cycle, touched_at: datetime, directory: Directory) -> TimeWent:
    """With whom the person waited until the first touch, and how much of it fell outside their hours (R082)."""
    system = queue = owner = off_hours = 0.0
    for span in cycle.spans:
        until = touched_at if span.ended_at is None else min(span.ended_at, touched_at)
        held = (until - span.started_at).total_seconds()
        if held <= 0:
            continue
        if directory.is_human(span.holder):
            worked = span.response_business_s
            if worked is None:  # it was the next one's to answer
                openings = directory.openings_of(directory.named(span.holder))
                worked = held if openings is None else openings.seconds(span.started_at, until)
            owner += worked
            off_hours += held - worked
        elif (span.holder or "").startswith(QUEUE_PREFIX):
            queue += held
        else:
            system += held
    return TimeWent(system, queue, owner, off_hours)


def _entry(cycle: Cycle, previous: Cycle, line: Line, directory: Directory) -> Entry:
    """Why the person came back (M13): an action of theirs since, a machine's timed return, or a decision."""
    since = previous.closed_at
    assert since is not None
    if cycle.path is Path.INBOUND and any(since < at <= cycle.assigned_at for at, _ in line.responses):
        return Entry.INBOUND_ACTION
    return Entry.MANUAL if directory.is_human(cycle.assigned_by) else Entry.TIMED_RETURN


def _broke_hold(cycle: Cycle, previous: Cycle, settings: ModelSettings) -> bool:
    """Assigned against M13: out of Unqualified, or out of Nurture before its hold had passed."""
    if previous.outcome is Outcome.WITHDRAWN or previous.closed_at is None:
        return False
    if previous.latest_kind is Stage.UNQUALIFIED:
        return True
    hold = settings.recycling.nurture_hold
    return previous.latest_kind is Stage.NURTURE and cycle.assigned_at < previous.closed_at + hold
