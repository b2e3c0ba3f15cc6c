"""What people entered in Salesforce about records since an instant: activities, and opportunities of theirs (M20)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from sync.models import EventRelation, ObjectState, OpportunityContactRole, TaskRelation
from sync.salesforce.client import Organisation
from sync.salesforce.soql import ids_among
from sync.windows import soql_instant
from sync.writeback.calls import CLOCKS_APART, object_of, query


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


class Activity(NamedTuple):
    """What was entered about records lately, by record, and which of the ties among it were read."""

    entered: Mapping[str, Sequence[Entered]]
    read: Collection[str]

    def latest(self, record_id: str, since: datetime) -> Entered | None:
        """The last that was entered about a record since then, or of which nobody here knew that it is about it."""
        news = (
            one
            for one in self.entered.get(record_id, ())
            if is_since(one.latest_at, since) or (one.tie is not None and one.tie.row_id not in self.read)
        )
        return max(news, key=attrgetter("latest_at"), default=None)


def read_activity(organisation: Organisation, record_ids: Iterable[str], since: datetime) -> Activity:
    """What Salesforce tells of these records since then, and of the ties that may not have been read yet."""
    found: defaultdict[str, list[Entered]] = defaultdict(list)
    ties = {name: min(since, tied_at - CLOCKS_APART) for name, tied_at in readable_ties().items()}
    for one in entered_since(organisation, record_ids, since, ties=ties):
        found[one.record_id].append(one)
    return Activity(found, read_ties(one for own in found.values() for one in own))


def read_ties(entered: Iterable[Entered]) -> set[str]:
    """Which of the rows that tie them were read."""
    ids = {one.tie.row_id for one in entered if one.tie is not None}
    read: set[str] = set()
    for model in (TaskRelation, EventRelation, OpportunityContactRole):
        read |= set(model.objects.filter(pk__in=ids).values_list("pk", flat=True))
    return read


def is_since(changed_at: datetime, read_at: datetime) -> bool:
    """Whether a read begun at `read_at` may have come before a change."""
    return changed_at >= read_at.replace(microsecond=0)


def _second(at: datetime) -> str:
    return soql_instant(at.replace(microsecond=0))


def _stamp(row: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(row["SystemModstamp"])
