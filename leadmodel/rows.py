"""Derived persons as rows of the derived tables."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from leadmodel.lifecycle.clocks import Clock, Rung
from leadmodel.lifecycle.cycles import Cycle, Person
from leadmodel.lifecycle.due import owed
from leadmodel.lifecycle.facts import Directory
from leadmodel.lifecycle.policies import Policies
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.models import Clock as ClockRow
from leadmodel.models import Cycle as CycleRow
from leadmodel.models import Person as PersonRow
from leadmodel.models import PersonRecord, Span
from leadmodel.models import Rung as RungRow

TABLES = {
    "person": PersonRow._meta.db_table,
    "record": PersonRecord._meta.db_table,
    "cycle": CycleRow._meta.db_table,
    "span": Span._meta.db_table,
    "clock": ClockRow._meta.db_table,
    "rung": RungRow._meta.db_table,
}
"""Short name → stored table; figures as of an instant use tables of the same shape."""
KEYS = {
    "person": ("person_id",),
    "cycle": ("person_id", "number"),
    "span": ("person_id", "number", "ordinal"),
    "clock": ("person_id", "number", "ordinal", "kind"),
    "rung": ("person_id", "number", "ordinal", "step"),
}


class _Days(dict[int, str]):
    """Day since 1970 → its date; each written once."""

    def __missing__(self, day: int) -> str:
        text = self[day] = (_DAY_0 + timedelta(days=day)).isoformat()
        return text


class _Times(dict[int, str]):
    """Second of a day → its time; each written once."""

    def __missing__(self, second: int) -> str:
        text = self[second] = f"T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        return text


_DAY_0 = date(1970, 1, 1)
_MOMENT_0 = datetime(1970, 1, 1, tzinfo=UTC)
_days, _times = _Days(), _Times()


def written(at: datetime | None) -> str:
    """An instant in ISO 8601, in UTC; nothing for None. Four times as fast as `isoformat`, which asks its zone."""
    if at is None:
        return ""
    since = at - _MOMENT_0
    part = since.microseconds
    if part:
        return f"{_days[since.days]}{_times[since.seconds]}.{part:06}Z"
    return f"{_days[since.days]}{_times[since.seconds]}Z"


class _Both(NamedTuple):
    """What a cycle's row and those of its spans tell, written once."""

    person_id: str
    number: str
    assigned_at: str
    first_touch_at: str
    closed_at: str
    meeting_at: str
    pipeline_at: str
    touch_count: str
    is_pre_qualification: str


@dataclass
class Rows:
    """Rows gathered for COPY, in the order of the tables' columns; an empty text is NULL."""

    settings: ModelSettings
    directory: Directory
    policies: Sequence[Policies]
    of: dict[str, list[Sequence[str]]] = field(default_factory=lambda: {name: [] for name in TABLES})
    """Short name → its rows."""
    person_of: dict[str, str] = field(default_factory=dict)
    """Record Id → the person it is: the rows of `record` once more, to compare."""
    person_count: int = 0

    def file(self, name: str) -> io.StringIO:
        """A table's rows in COPY's text form."""
        rows = self.of[name]
        text = "\n".join(map("\t".join, rows)) + "\n" if rows else ""
        # one look at them all; escaping is for the few that need it
        tabs = len(rows) * (len(rows[0]) - 1) if rows else 0
        if "\\" in text or "\r" in text or text.count("\n") > len(rows) or text.count("\t") > tabs:
            text = "".join(map(_escaped, rows))
        return io.StringIO(text)

    def add(self, persons: Iterable[Person]) -> None:
        """Take the rows of these persons."""
        of, reasons = self.of, self.settings.reasons
        records, cycles, spans = of["record"], of["cycle"], of["span"]
        for person in persons:
            person_id = person.person_id
            self.person_count += 1
            of["person"].append(self._person(person))
            for record_id in person.record_ids:
                self.person_of[record_id] = person_id
                records.append((record_id, person_id))
            for cycle in person.cycles:
                is_pre = reasons.is_pre_qualification(cycle.latest_kind, cycle.reason, cycle.closed_at)
                both = _Both(
                    person_id,
                    str(cycle.number),
                    written(cycle.assigned_at),
                    written(cycle.first_touch_at),
                    written(cycle.closed_at),
                    written(cycle.meeting_at),
                    written(cycle.pipeline_at),
                    str(cycle.touch_count),
                    _FLAG[is_pre],
                )
                cycles.append(self._cycle(cycle, both))
                spans.extend(self._spans(cycle, both))
            clocks, rungs = owed(person, self.policies, self.directory)
            of["clock"].extend([_clock(person_id, clock) for clock in clocks])
            of["rung"].extend([_rung(person_id, rung) for rung in rungs])

    def _person(self, person: Person) -> Sequence[str]:
        return (
            person.person_id,
            written(person.created_at),
            person.stage,
            written(person.stage_since),
            person.holder or "",
            str(len(person.cycles)),
            _FLAG[person.is_deleted],
            _FLAG[person.is_customer],
        )

    def _cycle(self, cycle: Cycle, both: _Both) -> Sequence[str]:
        person_id, number, assigned_at, touched_at, closed_at, meeting_at, pipeline_at, touches, is_pre = both
        return (
            person_id,
            number,
            assigned_at,
            cycle.assigned_by or "",
            cycle.trigger,
            cycle.source or "",
            cycle.path,
            cycle.campaign_id or "",
            cycle.entry,
            _FLAG[cycle.broke_hold],
            cycle.first_rep or "",
            cycle.team or "",
            cycle.spans[-1].holder or "",
            written(cycle.claimed_at),
            touched_at,
            cycle.first_touch_by or "",
            cycle.first_touch_id or "",
            written(cycle.last_touch_at),
            touches,
            closed_at,
            cycle.closed_by or "",
            cycle.ending or "",
            cycle.outcome,
            cycle.latest_kind or "",
            cycle.reason or "",
            is_pre,
            written(cycle.qualified_at),
            cycle.handling,
            _FLAG[cycle.is_target_account],
            cycle.relation,
            cycle.priority or "",
            cycle.wanted_rep or "",
            _number(cycle.response_business_s),
            _FLAG[cycle.is_off_hours],
            *([str(part) for part in cycle.went] if cycle.went is not None else _NOWHERE),
            cycle.pulled_by or "",
            meeting_at,
            pipeline_at,
            written(cycle.target_due_at),
        )

    def _spans(self, cycle: Cycle, both: _Both) -> Iterator[Sequence[str]]:
        person_id, number, assigned_at, touched_at, closed_at, meeting_at, pipeline_at, touches, is_pre = both
        directory = self.directory
        is_told = False
        for ordinal, span in enumerate(cycle.spans, start=1):
            rep = directory.named(span.holder) if directory.is_human(span.holder) else None
            is_first = not is_told and (rep is not None and rep == cycle.first_rep)
            is_told = is_told or is_first
            yield (
                person_id,
                number,
                str(ordinal),
                span.holder or "",
                rep or "",
                assigned_at if span.started_at is cycle.assigned_at else written(span.started_at),
                closed_at if span.ended_at is cycle.closed_at else written(span.ended_at),
                _FLAG[span.owes_response],
                _FLAG[span.is_touched],
                _FLAG[span.is_bypassed],
                touched_at if span.is_touched else "",
                _FLAG[is_first],
                assigned_at,
                cycle.path,
                cycle.source or "",
                cycle.team or "",
                cycle.outcome,
                cycle.handling,
                is_pre,
                touches,
                _FLAG[cycle.is_target_account],
                cycle.relation,
                cycle.priority or "",
                _number(span.response_business_s),
                _FLAG[span.is_off_hours],
                meeting_at,
                pipeline_at,
                written(span.target_due_at),
            )


def _clock(person_id: str, clock: Clock) -> Sequence[str]:
    number, kind, ordinal, started_at, due_at, activity_id = clock
    return person_id, str(number), str(ordinal), kind, written(started_at), written(due_at), activity_id or ""


def _rung(person_id: str, rung: Rung) -> Sequence[str]:
    number, ordinal, step, act, holder, clock, clock_due_at, due_at, activity_id = rung
    place = (person_id, str(number), str(ordinal), str(step))
    return (*place, act, holder or "", clock, written(clock_due_at), written(due_at), activity_id or "")


_NOWHERE = ("",) * 4


_FLAG = ("f", "t")
"""What is written of False and True."""


def _number(value: float | None) -> str:
    return "" if value is None else str(value)


_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _escaped(fields: Sequence[str]) -> str:
    return "\t".join([text.translate(_ESCAPES) for text in fields]) + "\n"
