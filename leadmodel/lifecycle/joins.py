"""Which records of a family are one person, and from when (M4, K6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from leadmodel.lifecycle.facts import Record

_SAME_SAVE = timedelta(seconds=60)
"""A Contact created this close to a conversion was created by it."""


class Join(NamedTuple):
    """From `at` on, `loser` is the same person as `winner`."""

    at: datetime
    loser: str
    winner: str
    is_merge: bool


def joins_of(records: Sequence[Record]) -> list[Join]:
    """All joins the records tell of, in order. One whose other side is not in the family is left out."""
    if len(records) == 1:
        return []
    known = {record.record_id for record in records}
    found: list[Join] = []
    for record in records:
        own, winner, contact = record.record_id, record.merged_into, record.converted_to
        if winner is not None and winner in known and record.deleted_at is not None:
            found.append(Join(record.deleted_at, own, winner, is_merge=True))
        if contact is not None and contact in known and record.converted_at is not None:
            found.append(Join(record.converted_at, own, contact, is_merge=False))
    found.sort()
    return found


def created_by_conversion(record: Record, joins: Sequence[Join]) -> datetime | None:
    """The conversion that created this Contact; None where it was created otherwise."""
    for join in joins:
        if (
            join.winner == record.record_id
            and not join.is_merge
            and abs(record.created_at - join.at) <= _SAME_SAVE
        ):
            return join.at
    return None


class Roots:
    """Which line each record is on (a union-find whose root is the surviving record)."""

    def __init__(self, record_ids: Iterable[str]) -> None:
        self._parent = {record_id: record_id for record_id in record_ids}

    def root(self, record_id: str) -> str:
        """The record whose line `record_id` is on now."""
        while self._parent[record_id] != record_id:
            record_id = self._parent[record_id]
        return record_id

    def join(self, loser: str, winner: str) -> bool:
        """Put the loser's line on the winner's; False where they are one already."""
        loser, winner = self.root(loser), self.root(winner)
        if loser == winner:
            return False
        self._parent[loser] = winner
        return True
