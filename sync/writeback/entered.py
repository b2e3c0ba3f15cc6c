"""What people entered in Salesforce about records since an instant: activities, and opportunities of theirs (M20)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sync.models import ObjectState
from sync.salesforce.client import Organisation
from sync.salesforce.soql import ids_among
from sync.windows import soql_instant
from sync.writeback.calls import object_of, query


class Tie(NamedTuple):
    """The row that ties what was entered to the record, and when it last changed."""

    row_id: str
    at: datetime


class Entered(NamedTuple):
    """A Task, Event or Opportunity about a record, and when it last changed. `tie`: where that is a row of its own."""

    object_name: str
    entered_id: str
    record_id: str
    at: datetime
    tie: Tie | None = None

    @property
    def latest_at(self) -> datetime:
        """When it last changed, or came to be about the record."""
        return self.at if self.tie is None else max(self.at, self.tie.at)

    @property
    def words(self) -> str:
        """That somebody did so, and when."""
        what = "an opportunity" if self.object_name == "Opportunity" else "an activity"
        return f"somebody entered {what} at {self.latest_at:%Y-%m-%d %H:%M:%S} UTC"


class _Tying(NamedTuple):
    """An object whose rows tie a record to something, and by which fields."""

    record: str
    entered: str
    object_name: str


_TYING = {
    "TaskRelation": _Tying("RelationId", "TaskId", "Task"),
    "EventRelation": _Tying("RelationId", "EventId", "Event"),
    "OpportunityContactRole": _Tying("ContactId", "OpportunityId", "Opportunity"),
}
"""What ties an activity to several people (K10), and an opportunity to its people."""


def readable_ties() -> dict[str, datetime]:
    """The objects that tie which this organisation lets us read → when each was last read."""
    read = ObjectState.objects.filter(name__in=_TYING, state=ObjectState.State.READ, read_at__isnull=False)
    return {one.name: one.read_at for one in read if one.read_at is not None}


def entered_since(
    organisation: Organisation, record_ids: Iterable[str], since: datetime, *, ties: Mapping[str, datetime]
) -> list[Entered]:
    """The Tasks and Events of these records that changed since, and what was tied to them or changed since `ties`.

    Salesforce tells seconds of an instant, and no less. One query per object.
    """
    ids = sorted(set(record_ids))
    found: list[Entered] = []
    for name in ("Task", "Event"):
        asked = f"{ids_among(ids, of='WhoId')} AND SystemModstamp >= {_second(since)}"
        rows = query(organisation, f"SELECT Id, WhoId, SystemModstamp FROM {name} WHERE {asked}")
        found += [Entered(name, row["Id"], row["WhoId"], _stamp(row)) for row in rows]
    contacts = [one for one in ids if object_of(one) == "Contact"]
    for name, own_since in ties.items():
        tying = _TYING[name]
        some = contacts if tying.record == "ContactId" else ids
        if some:
            found += _tied(organisation, name, tying, some, own_since)
    return found


def _tied(
    organisation: Organisation, name: str, tying: _Tying, ids: Sequence[str], since: datetime
) -> Iterable[Entered]:
    record, entered, of = tying
    changed, second = f"{of}.SystemModstamp", _second(since)
    asked = f"{ids_among(ids, of=record)} AND ({changed} >= {second} OR SystemModstamp >= {second})"
    fields = f"Id, {record}, {entered}, SystemModstamp, {changed}"
    for row in query(organisation, f"SELECT {fields} FROM {name} WHERE {asked}"):
        # what is tied may be hidden from us, though not that it is
        tie = Tie(row["Id"], _stamp(row))
        at = _stamp(row[of]) if row[of] is not None else tie.at
        yield Entered(of, row[entered], row[record], at, tie)


def latest_entered(
    organisation: Organisation, record_ids: Iterable[str], since: datetime
) -> dict[str, Entered]:
    """Of each record what was entered last, of all that was since (`is_since`)."""
    latest: dict[str, Entered] = {}
    ties = dict.fromkeys(readable_ties(), since)
    for one in entered_since(organisation, record_ids, since, ties=ties):
        latest[one.record_id] = max(one, latest.get(one.record_id, one), key=_when)
    return latest


def _when(one: Entered) -> datetime:
    return one.latest_at


def is_since(changed_at: datetime, read_at: datetime) -> bool:
    """Whether a read begun at `read_at` may have come before a change."""
    return changed_at >= read_at.replace(microsecond=0)


def _second(at: datetime) -> str:
    return soql_instant(at.replace(microsecond=0))


def _stamp(row: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(row["SystemModstamp"])
