"""A batch of people being gathered: families that fill with facts, and where those stand in the mirror."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from leadmodel.lifecycle.facts import (
    Activity,
    Change,
    Deal,
    FollowUp,
    Meeting,
    OpportunityStep,
    Record,
    Response,
    Tracked,
)


class Unmarked(NamedTuple):
    """Which columns of the mirror's Events tell whether and as what a meeting is marked, and since when that counts."""

    outcome: str
    no_shows: frozenset[str]
    """The values, case-folded, that say that nobody came: these are gathered too."""
    is_copy: str | None
    since: datetime | None


@dataclass(frozen=True)
class Columns:
    """Which history fields mean what, and where a record's current values stand, for one organisation."""

    tracked: dict[str, dict[str, str]]
    """Object → history field → what it is (`Change.field`)."""
    current: dict[str, dict[Tracked, str | None]]
    """Object → what it is → the mirror's column."""
    ruled: dict[str, dict[str, str]]
    """Object → field that the settings' rules read → the mirror's column. A record's account is `AccountId`."""
    unmarked: Unmarked | None = None
    """None: nobody is asked what became of meetings."""


Row = tuple[Any, ...]
"""What the mirror answers."""


class Lists(NamedTuple):
    """A family being filled."""

    records: list[Record]
    changes: list[Change]
    activities: list[Activity]
    steps: list[OpportunityStep]
    responses: list[Response]
    deals: list[Deal]
    values: dict[str, dict[str, str | None]]
    meetings: list[Meeting]
    follow_ups: list[FollowUp]


Filling = dict[str, Lists]
"""Record Id → the family it belongs to. Facts of records not in it are dropped."""


def begin(records: Sequence[Record]) -> tuple[list[Lists], Filling]:
    """The families the records form, with nothing but the records in them yet; ordered by first record Id."""
    parent: dict[str, str] = {}

    def root(record_id: str) -> str:
        while (above := parent.get(record_id, record_id)) != record_id:
            record_id = above
        return record_id

    for record in records:
        for other in (record.merged_into, record.converted_to):
            if other is not None:
                first, second = sorted((root(record.record_id), root(other)))
                parent[second] = first
    begun: Filling = {}
    filling: Filling = {}
    for record in sorted(records, key=attrgetter("record_id")):
        family = begun.setdefault(root(record.record_id), Lists([], [], [], [], [], [], {}, [], []))
        family.records.append(record)
        filling[record.record_id] = family
    return list(begun.values()), filling


class Batch(NamedTuple):
    """The Ids of a batch of records, as PostgreSQL's arrays: what is told of one object is looked for by its Ids."""

    every: str
    leads: str
    contacts: str


def any_of(parameter: str) -> str:
    """PostgreSQL's ANY of the array given as this parameter of a statement, in a form it plans without looking into it.

    Of an array told outright it guesses how many rows each single Id finds, by the column's most common values: with
    thousands of Ids that takes longer than finding them. Where a column's values are unique it guesses nothing.
    """
    return f"ANY((SELECT %({parameter})s::text[])::text[])"


def array(ids: Iterable[str]) -> str:
    """Ids as PostgreSQL writes an array of them: one literal, however many they are."""
    quoted = json.dumps(list(ids), ensure_ascii=False)
    return "{" + quoted[1:-1] + "}"
