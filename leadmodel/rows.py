"""Derived persons as rows of the derived tables."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from leadmodel.lifecycle.cycles import Cycle, Person
from leadmodel.lifecycle.facts import Directory
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.models import Cycle as CycleRow
from leadmodel.models import Person as PersonRow
from leadmodel.models import PersonRecord, Span

TABLES = {
    "person": PersonRow._meta.db_table,
    "record": PersonRecord._meta.db_table,
    "cycle": CycleRow._meta.db_table,
    "span": Span._meta.db_table,
}
"""Short name → stored table; figures as of an instant use tables of the same shape."""
KEYS = {
    "person": ("person_id",),
    "record": ("record_id",),
    "cycle": ("person_id", "number"),
    "span": ("person_id", "number", "ordinal"),
}


@dataclass
class Rows:
    """Rows gathered in COPY's text form (empty is NULL), in the order of the tables' columns."""

    settings: ModelSettings
    directory: Directory
    files: dict[str, io.StringIO] = field(default_factory=lambda: {name: io.StringIO() for name in TABLES})
    person_count: int = 0

    def add(self, persons: Iterable[Person]) -> None:
        """Take the rows of these persons."""
        files = self.files
        reasons = self.settings.reasons
        for person in persons:
            self.person_count += 1
            files["person"].write(_line(_person(person)))
            for record_id in person.record_ids:
                files["record"].write(_line((record_id, person.person_id)))
            for cycle in person.cycles:
                is_pre = reasons.is_pre_qualification(cycle.latest_kind, cycle.reason, cycle.closed_at)
                files["cycle"].write(_line(_cycle(person.person_id, cycle, is_pre=is_pre)))
                for row in self._spans(person.person_id, cycle, is_pre=is_pre):
                    files["span"].write(_line(row))

    def _spans(self, person_id: str, cycle: Cycle, *, is_pre: bool) -> list[Sequence[object]]:
        directory = self.directory
        is_told = False
        rows: list[Sequence[object]] = []
        for ordinal, span in enumerate(cycle.spans, start=1):
            rep = directory.named(span.holder) if directory.is_human(span.holder) else None
            is_first = not is_told and (rep is not None and rep == cycle.first_rep)
            is_told = is_told or is_first
            rows.append(
                (
                    person_id,
                    cycle.number,
                    ordinal,
                    span.holder,
                    rep,
                    span.started_at,
                    span.ended_at,
                    span.owes_response,
                    span.is_touched,
                    span.is_bypassed,
                    cycle.first_touch_at if span.is_touched else None,
                    is_first,
                    cycle.assigned_at,
                    cycle.path,
                    cycle.source,
                    cycle.team,
                    cycle.outcome,
                    cycle.handling,
                    is_pre,
                    cycle.touch_count,
                    cycle.is_target_account,
                    cycle.relation,
                    cycle.priority,
                    span.response_business_s,
                )
            )
        return rows


_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _line(values: Sequence[object]) -> str:
    """A row in COPY's text form; escaping is for the few rows that need it."""
    fields = ["" if value is None else str(value) for value in values]
    line = "\t".join(fields)
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") >= len(fields):
        line = "\t".join([text.translate(_ESCAPES) for text in fields])
    return line + "\n"


def _person(person: Person) -> Sequence[object]:
    return (
        person.person_id,
        person.created_at,
        person.stage,
        person.stage_since,
        person.holder,
        len(person.cycles),
        person.is_deleted,
        person.is_customer,
    )


def _cycle(person_id: str, cycle: Cycle, *, is_pre: bool) -> Sequence[object]:
    return (
        person_id,
        cycle.number,
        cycle.assigned_at,
        cycle.assigned_by,
        cycle.trigger,
        cycle.source,
        cycle.path,
        cycle.campaign_id,
        cycle.entry,
        cycle.broke_hold,
        cycle.first_rep,
        cycle.team,
        cycle.spans[-1].holder,
        cycle.claimed_at,
        cycle.first_touch_at,
        cycle.first_touch_by,
        cycle.first_touch_id,
        cycle.last_touch_at,
        cycle.touch_count,
        cycle.closed_at,
        cycle.closed_by,
        cycle.ending,
        cycle.outcome,
        cycle.latest_kind,
        cycle.reason,
        is_pre,
        cycle.qualified_at,
        cycle.handling,
        cycle.is_target_account,
        cycle.relation,
        cycle.priority,
        cycle.wanted_rep,
        cycle.response_business_s,
    )
