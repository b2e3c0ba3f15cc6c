"""What is derived: persons with their cycles, spans and touches. Plain values, no behaviour beyond naming."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from leadmodel.lifecycle.facts import FollowUp, Meeting
from leadmodel.lifecycle.lead_types import Priority, Relation
from leadmodel.lifecycle.stages import Ending, Entry, Handling, Outcome, Path, Stage, Trigger


class Why(StrEnum):
    """Why an activity counts as a touch, or why it does not (M7, M9)."""

    COUNTED = "counted"
    ANSWERED_AT_ONCE = "answered_at_once"
    LOGGED_LATE = "logged_late"
    AUTOMATIC_USER = "automatic_user"
    AUTOMATIC_SUBTYPE = "automatic_subtype"
    AUTOMATIC_SUBJECT = "automatic_subject"
    INBOUND = "inbound"
    NOT_DONE = "not_done"
    NO_CYCLE = "no_cycle"


COUNTING = frozenset({Why.COUNTED, Why.ANSWERED_AT_ONCE, Why.LOGGED_LATE})


@dataclass(slots=True)
class Touch:
    """An activity as the model reads it."""

    at: datetime
    activity_id: str
    by: str | None
    why: Why
    is_backdated: bool = False
    counts_at: datetime | None = None
    """The instant it has in its cycle: `at`, or the disposition's for one logged late."""


@dataclass(slots=True)
class Span:
    """A stretch of one cycle during which one holder has the person (M12). Half-open; the last includes the close."""

    holder: str | None
    started_at: datetime
    ended_at: datetime | None = None
    owes_response: bool = False
    is_touched: bool = False
    is_bypassed: bool = False
    target_due_at: datetime | None = None
    """Until when an answer is in time, where that is promised in business hours; else None (M17)."""
    response_business_s: float | None = None
    """From getting the person to the first touch, where it falls in this span, in the holder's business time (M17)."""
    is_off_hours: bool = False
    """Whether the holder got the person outside their business time (R081)."""


class TimeWent(NamedTuple):
    """The time from an assignment to its first touch in four parts, in seconds, by who held the person then (R082)."""

    system: float
    """With a machine or with nobody: on its way."""
    queue: float
    owner: float
    """With people, while these worked."""
    off_hours: float
    """With people, while these did not."""


@dataclass(slots=True)
class Cycle:
    """One sales attempt on a person: from an assignment to the next disposition."""

    assigned_at: datetime
    assigned_by: str | None
    trigger: Trigger
    source: str | None
    path: Path
    campaign_id: str | None
    entry: Entry
    broke_hold: bool
    spans: list[Span]
    number: int = 1
    first_rep: str | None = None
    team: str | None = None
    claimed_at: datetime | None = None
    """Salesforce said Working before any touch did (M6)."""
    first_touch_at: datetime | None = None
    first_touch_by: str | None = None
    first_touch_id: str | None = None
    last_touch_at: datetime | None = None
    touch_count: int = 0
    closed_at: datetime | None = None
    closed_by: str | None = None
    closed_by_human: bool = False
    ending: Ending | None = None
    outcome: Outcome = Outcome.OPEN
    latest_kind: Stage | None = None
    """The disposition as last amended; `outcome` stays qualified once it was (M8)."""
    reason: str | None = None
    qualified_at: datetime | None = None
    meeting_at: datetime | None = None
    """An opportunity of the person reached a stage that any definition of *qualified* knows, before the next cycle."""
    pipeline_at: datetime | None = None
    """An opportunity of the person reached pipeline, before the next cycle."""
    target_due_at: datetime | None = None
    """Until when the first answer is in time, where that is promised in business hours; else None (M17)."""
    handling: Handling = Handling.UNTOUCHED
    is_target_account: bool = False
    relation: Relation = Relation.NEW_BUSINESS
    priority: Priority | None = None
    wanted_rep: str | None = None
    """Whom it should have gone to (R054, R055); `first_rep` is whom it went to."""
    response_business_s: float | None = None
    """From the assignment to the first touch, in the first rep's business time (M17)."""
    is_off_hours: bool = False
    """Whether it was assigned outside the first rep's business time, everybody's where it had none (R081)."""
    pulled_by: str | None = None
    """The member of an outbound team who took the person up: by a first touch, or by assigning them to themselves."""
    went: TimeWent | None = None
    """Where the time to the first touch went (R082); None while there is none."""
    touches: list[Touch] = field(default_factory=list)


def any_open(cycles: Sequence[Cycle]) -> bool:
    """Whether one of them has not ended."""
    return None in [cycle.closed_at for cycle in cycles]


def came_from(cycle: Cycle, cycles: Iterable[Cycle]) -> Cycle | None:
    """Of a person's cycles the one that had ended last when this one began (M13); None where none had.

    After a merge the one numbered before may have run on beside it, on another record (K6).
    """
    return _last_ended([one for one in cycles if one is not cycle], cycle.assigned_at)


def standing_by(cycles: Sequence[Cycle], at: datetime) -> Cycle:
    """Which of a person's cycles says where they stand at `at`: the open one, else the last that ended by itself."""
    is_open = [one for one in cycles if one.closed_at is None]
    by_itself = [one for one in cycles if one.ending is not Ending.MERGED]
    return is_open[-1] if is_open else _last_ended(by_itself, at) or cycles[-1]


def _last_ended(cycles: Iterable[Cycle], by: datetime) -> Cycle | None:
    ended = [
        (one.closed_at, one.number, one)
        for one in cycles
        if one.closed_at is not None and one.closed_at <= by
    ]
    return max(ended, default=(None, 0, None))[2]


class HandedOver(NamedTuple):
    """A qualified person went from one rep's hands to another's, who did nothing about them yet (M18)."""

    cycle: Cycle
    """The one that ended as qualified."""
    giver: str
    taker: str
    at: datetime


@dataclass(slots=True)
class Person:
    """One human, with everything tried on them."""

    person_id: str
    record_ids: list[str]
    created_at: datetime
    stage: Stage
    stage_since: datetime
    holder: str | None
    is_deleted: bool
    is_customer: bool
    cycles: list[Cycle]
    loose_touches: list[Touch]
    """Activities that belong to no cycle, as far as `derive` was asked for them."""
    handed: HandedOver | None = None
    """Whom a qualified person was handed to, as long as these do nothing about them."""
    meetings: Sequence[Meeting] = ()
    """Those that are not marked, or as no-shows; the first to end first."""
    follow_ups: Sequence[FollowUp] = ()
    """Those that are planned, the first day first."""
