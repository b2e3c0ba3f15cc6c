"""What the lead model is derived from: one family of records with everything dated about it (M2, M4).

A *family* is every Lead and Contact tied together by conversion or merge, now or later. Facts are plain
tuples in the words of Salesforce; `at` is when something happened, `learned_at` when it was recorded.
Every instant carries a zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from leadmodel.lifecycle.business_time import Openings


class Tracked(StrEnum):
    """The fields whose changes the model reads, beside those that rules name."""

    STATUS = "status"
    OWNER = "owner"
    ASSIGNED_DATE = "assigned_date"
    NURTURE_REASON = "nurture_reason"
    UNQUALIFIED_REASON = "unqualified_reason"


class Record(NamedTuple):
    """A Lead or Contact as it stands now, and the joins it took part in."""

    record_id: str
    created_at: datetime
    created_by: str | None
    owner_id: str | None
    status: str | None
    assigned_date: datetime | None
    nurture_reason: str | None
    unqualified_reason: str | None
    source: str | None
    deleted_at: datetime | None
    """When it went to the recycle bin, for whatever cause; None while it lives."""
    merged_into: str | None
    converted_to: str | None
    converted_at: datetime | None
    converted_by: str | None


class Change(NamedTuple):
    """One field of one record changed: a history row, or what the sync saw between two reads."""

    record_id: str
    """A Lead's or Contact's Id; for what rules read, also an Account's or Opportunity's."""
    field: str
    """What it is (`Tracked`), or the API name of a field that rules read."""
    at: datetime
    actor: str | None
    old: str | None
    new: str | None
    source_object: str
    source_id: str
    since: datetime | None = None
    """For a change seen between two reads: the earlier read. None for a history row, whose time is exact."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """Which facts exist (M3); None is no limit."""

    as_of: datetime | None = None
    known_by: datetime | None = None
    is_open: bool = field(init=False)
    """Whether every fact exists."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_open", self.as_of is None and self.known_by is None)

    def shows(self, at: datetime, learned_at: datetime) -> bool:
        """Whether a fact exists at this pair of instants."""
        if self.as_of is not None and at > self.as_of:
            return False
        return self.known_by is None or learned_at <= self.known_by

    def visible(self, changes: list[Change]) -> list[Change]:
        """The changes that exist; each was learned when it happened."""
        return changes if self.is_open else [c for c in changes if self.shows(c.at, c.at)]


EVERYTHING = Horizon()
"""The horizon of a rebuild."""


class Activity(NamedTuple):
    """A Task or Event towards a Lead or Contact."""

    record_id: str
    activity_id: str
    is_event: bool
    created_at: datetime
    completed_at: datetime | None
    """None where it was not completed, or was when it was created."""
    is_done: bool
    """A completed Task; any Event."""
    owner_id: str | None
    subject: str
    subtype: str | None


class DealEnd(StrEnum):
    """How an opportunity can end."""

    WON = "won"
    LOST = "lost"


class OpportunityStep(NamedTuple):
    """An opportunity that names the person in a contact role reached a stage (M8, M14, K12)."""

    record_id: str
    opportunity_id: str
    at: datetime
    actor: str | None
    stage: str
    end: DealEnd | None = None
    """The stage is a closed one: won makes a customer, lost sends its people to Nurture."""
    reason: str | None = None
    """Why it was lost, as the opportunity says now."""


class Deal(NamedTuple):
    """An opportunity of the person, or of the person's account, as long as it ran."""

    tie: str
    """The Lead's or Contact's Id, or the account's."""
    opportunity_id: str
    opened_at: datetime
    closed_at: datetime | None
    is_won: bool
    owner_id: str | None
    gone_at: datetime | None = None
    """Since when it is deleted, or not theirs any more: it is no deal of theirs from then on."""


class Meeting(NamedTuple):
    """An Event with the person that is not marked, or as a no-show, as it stands now: what it was nobody tells."""

    record_id: str
    event_id: str
    owner_id: str | None
    created_at: datetime
    ends_at: datetime
    """When it is to end; where that is not told, when it is to start."""
    is_no_show: bool = False
    rebooked_at: datetime | None = None
    """When the first later meeting with them was made."""


class FollowUp(NamedTuple):
    """A Task towards the person that is planned for a day, as it stands now: for which day before, nobody tells."""

    record_id: str
    task_id: str
    owner_id: str | None
    created_at: datetime
    day: date
    done_at: datetime | None = None


class Response(NamedTuple):
    """The person answered a campaign, or was put on it."""

    record_id: str
    campaign_id: str
    at: datetime


class Family(NamedTuple):
    """Everything about the records that are, or will be, one person."""

    records: Sequence[Record]
    changes: Sequence[Change] = ()
    activities: Sequence[Activity] = ()
    steps: Sequence[OpportunityStep] = ()
    responses: Sequence[Response] = ()
    deals: Sequence[Deal] = ()
    values: Mapping[str, Mapping[str, str | None]] = {}
    """Record's or account's Id → a field that rules read → its value now. `AccountId` is a record's account."""
    meetings: Sequence[Meeting] = ()
    follow_ups: Sequence[FollowUp] = ()


class Directory(Protocol):
    """Who is who in the sales organisation."""

    def is_human(self, user_id: str | None) -> bool:
        """A Standard user that the settings do not call automated (Words: human)."""

    def named(self, user_id: str | None) -> str | None:
        """The rep in whose name this user acts (K2); mostly the user itself."""

    def user_called(self, name: str) -> str | None:
        """The Id of the only user or queue of this name; None when there is none or several."""

    def team_of(self, user_id: str, at: datetime) -> str | None:
        """The user's team at an instant (K9)."""

    def openings_of(self, user_id: str | None) -> Openings | None:
        """When this user works (M17), None for nobody in particular: everybody's hours. None where not known."""


Since = tuple[datetime | None, str]
"""From when (None: always) a name holds."""


class Users(NamedTuple):
    """The plain `Directory`. `teams` gives each user's teams, oldest first; an empty name is no team."""

    humans: frozenset[str]
    teams: Mapping[str, Sequence[Since]] = {}
    acting_for: Mapping[str, str] = {}
    by_name: Mapping[str, str | None] = {}
    openings: Mapping[str | None, Openings] = {}
    """User Id → when they work; under None, everybody else."""

    def is_human(self, user_id: str | None) -> bool:
        """A Standard user that the settings do not call automated."""
        return user_id in self.humans or user_id in self.acting_for

    def named(self, user_id: str | None) -> str | None:
        """The rep in whose name this user acts (K2)."""
        return self.acting_for.get(user_id, user_id) if user_id is not None else None

    def user_called(self, name: str) -> str | None:
        """The Id of the only user or queue of this name."""
        return self.by_name.get(name)

    def team_of(self, user_id: str, at: datetime) -> str | None:
        """The user's team at an instant (K9)."""
        team = ""
        for since, name in self.teams.get(user_id, ()):
            if since is None or since <= at:
                team = name
        return team or None

    def openings_of(self, user_id: str | None) -> Openings | None:
        """When this user works (M17)."""
        return self.openings.get(user_id) or self.openings.get(None)
