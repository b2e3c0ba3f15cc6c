"""Derived persons as rows of the derived tables."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

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


class _Texts(dict[datetime | None, str]):
    """Each instant's text, made once: one stands in many columns of a person's rows, and writing it is dear."""

    def __missing__(self, at: datetime | None) -> str:
        text = self[at] = "" if at is None else at.isoformat()
        return text


@dataclass
class Rows:
    """Rows gathered in COPY's text form (empty is NULL), in the order of the tables' columns."""

    settings: ModelSettings
    directory: Directory
    policies: Sequence[Policies]
    files: dict[str, io.StringIO] = field(default_factory=lambda: {name: io.StringIO() for name in TABLES})
    person_of: dict[str, str] = field(default_factory=dict)
    """Record Id → the person it is: the rows of `record` once more, to compare."""
    person_count: int = 0
    _texts: _Texts = field(default_factory=_Texts)

    def add(self, persons: Iterable[Person]) -> None:
        """Take the rows of these persons."""
        files = self.files
        reasons = self.settings.reasons
        for person in persons:
            self.person_count += 1
            files["person"].write(_line(self._person(person)))
            for record_id in person.record_ids:
                self.person_of[record_id] = person.person_id
                files["record"].write(_line((record_id, person.person_id)))
            for cycle in person.cycles:
                is_pre = _bool(reasons.is_pre_qualification(cycle.latest_kind, cycle.reason, cycle.closed_at))
                files["cycle"].write(_line(self._cycle(person.person_id, cycle, is_pre)))
                for row in self._spans(person.person_id, cycle, is_pre):
                    files["span"].write(_line(row))
            clocks, rungs = owed(person, self.policies, self.directory)
            for clock in clocks:
                files["clock"].write(_line(self._clock(person.person_id, clock)))
            for rung in rungs:
                files["rung"].write(_line(self._rung(person.person_id, rung)))

    def _person(self, person: Person) -> Sequence[str]:
        return (
            person.person_id,
            self._texts[person.created_at],
            person.stage,
            self._texts[person.stage_since],
            person.holder or "",
            str(len(person.cycles)),
            _bool(person.is_deleted),
            _bool(person.is_customer),
        )

    def _cycle(self, person_id: str, cycle: Cycle, is_pre: str) -> Sequence[str]:
        texts = self._texts
        return (
            person_id,
            str(cycle.number),
            texts[cycle.assigned_at],
            cycle.assigned_by or "",
            cycle.trigger,
            cycle.source or "",
            cycle.path,
            cycle.campaign_id or "",
            cycle.entry,
            _bool(cycle.broke_hold),
            cycle.first_rep or "",
            cycle.team or "",
            cycle.spans[-1].holder or "",
            texts[cycle.claimed_at],
            texts[cycle.first_touch_at],
            cycle.first_touch_by or "",
            cycle.first_touch_id or "",
            texts[cycle.last_touch_at],
            str(cycle.touch_count),
            texts[cycle.closed_at],
            cycle.closed_by or "",
            cycle.ending or "",
            cycle.outcome,
            cycle.latest_kind or "",
            cycle.reason or "",
            is_pre,
            texts[cycle.qualified_at],
            cycle.handling,
            _bool(cycle.is_target_account),
            cycle.relation,
            cycle.priority or "",
            cycle.wanted_rep or "",
            _number(cycle.response_business_s),
            _bool(cycle.is_off_hours),
            *([str(part) for part in cycle.went] if cycle.went is not None else _NOWHERE),
            cycle.pulled_by or "",
            texts[cycle.meeting_at],
            texts[cycle.pipeline_at],
            texts[cycle.target_due_at],
        )

    def _spans(self, person_id: str, cycle: Cycle, is_pre: str) -> Iterator[Sequence[str]]:
        directory, texts = self.directory, self._texts
        is_told = False
        for ordinal, span in enumerate(cycle.spans, start=1):
            rep = directory.named(span.holder) if directory.is_human(span.holder) else None
            is_first = not is_told and (rep is not None and rep == cycle.first_rep)
            is_told = is_told or is_first
            yield (
                person_id,
                str(cycle.number),
                str(ordinal),
                span.holder or "",
                rep or "",
                texts[span.started_at],
                texts[span.ended_at],
                _bool(span.owes_response),
                _bool(span.is_touched),
                _bool(span.is_bypassed),
                texts[cycle.first_touch_at] if span.is_touched else "",
                _bool(is_first),
                texts[cycle.assigned_at],
                cycle.path,
                cycle.source or "",
                cycle.team or "",
                cycle.outcome,
                cycle.handling,
                is_pre,
                str(cycle.touch_count),
                _bool(cycle.is_target_account),
                cycle.relation,
                cycle.priority or "",
                _number(span.response_business_s),
                _bool(span.is_off_hours),
                texts[cycle.meeting_at],
                texts[cycle.pipeline_at],
                texts[span.target_due_at],
            )

    def _clock(self, person_id: str, clock: Clock) -> Sequence[str]:
        number, kind, ordinal, started_at, due_at = clock
        return person_id, str(number), str(ordinal), kind, self._texts[started_at], self._texts[due_at]

    def _rung(self, person_id: str, rung: Rung) -> Sequence[str]:
        number, ordinal, step, act, holder, clock, clock_due_at, due_at = rung
        place = (person_id, str(number), str(ordinal), str(step))
        return (*place, act, holder or "", clock, self._texts[clock_due_at], self._texts[due_at])


_NOWHERE = ("",) * 4


def _bool(value: bool) -> str:  # noqa: FBT001 - it is what is written
    return "t" if value else "f"


def _number(value: float | None) -> str:
    return "" if value is None else str(value)


_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _line(fields: Sequence[str]) -> str:
    """A row in COPY's text form; escaping is for the few rows that need it."""
    line = "\t".join(fields)
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") >= len(fields):
        line = "\t".join([text.translate(_ESCAPES) for text in fields])
    return line + "\n"
