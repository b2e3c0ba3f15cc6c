"""A desk to tell stories at: people, statuses and facts in minutes after Monday 2026-03-02 09:00 UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from leadmodel.lifecycle.cited import Facts
from leadmodel.lifecycle.cycles import Cycle, Person
from leadmodel.lifecycle.derive import derive
from leadmodel.lifecycle.explain import Sentence, Teller
from leadmodel.lifecycle.facts import (
    Activity,
    Change,
    Deal,
    DealEnd,
    Family,
    FollowUp,
    Meeting,
    OpportunityStep,
    Record,
    Response,
    Tracked,
    Users,
)
from leadmodel.lifecycle.grounds import Grounds
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.trace import Trace

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = 24 * 60

ALICE = "005000000000001AAA"
BOB = "005000000000002AAA"
MONA = "005000000000003AAA"
OLGA = "005000000000004AAA"  # outbound
ROUTER = "005000000000008AAA"  # a machine
TOOL = "005000000000009AAA"  # the engagement tool's integration user
QUEUE = "00G000000000001AAA"
LEAD = "00Q000000000001AAA"
OTHER = "00Q000000000002AAA"
CONTACT = "003000000000001AAA"

BY_PIPELINE = {"by": "opportunity", "definition": "pipeline", "stages": {"pipeline": ["Pipeline"]}}
"""Qualified is told by opportunities that reach the stage Pipeline."""

DIRECTORY = Users(
    humans=frozenset({ALICE, BOB, MONA, OLGA}),
    teams={ALICE: [(None, "West")], BOB: [(None, "East")], OLGA: [(None, "Outbound")]},
    by_name={"Alice": ALICE, "Bob": BOB, "Twin": None, "Queue": QUEUE},
)
PLAIN: dict[str, Any] = {
    "stages": {
        "raw": ["New"],
        "assigned": ["Assigned"],
        "working": ["Working"],
        "qualified": ["Qualified"],
        "nurture": ["Nurture"],
        "unqualified": ["Unqualified"],
    },
    "touches": {"automatic_subjects": ["[Tool]*"], "inbound_subjects": ["[In]*"]},
    "paths": {"inbound_sources": ["Web"], "outbound_sources": ["List"]},
}


def model(**sections: Any) -> ModelSettings:
    """The plain settings with some sections replaced."""
    return ModelSettings.model_validate(PLAIN | sections)


def at(minutes: float) -> datetime:
    """The instant so many minutes after the start."""
    return START + timedelta(minutes=minutes)


def minutes(instant: datetime | None) -> float | None:
    """How many minutes after the start an instant is."""
    return None if instant is None else (instant - START) / timedelta(minutes=1)


def written(instant: datetime) -> str:
    """An instant in sentences: the minute."""
    return f"minute {minutes(instant):g}"


def name_of(user_id: str | None) -> str:
    """What sentences call a user or queue."""
    return {ALICE: "Alice", BOB: "Bob", OLGA: "Olga", ROUTER: "the router", QUEUE: "the queue"}.get(
        user_id or "", "nobody"
    )


class Desk:
    """Facts of one family, told one after the other; every fact gets an Id of its own."""

    def __init__(self, *, settings: ModelSettings | None = None, directory: Users = DIRECTORY) -> None:
        self.settings = settings or model()
        self.directory = directory
        self.records: list[Record] = []
        self.changes: list[Change] = []
        self.activities: list[Activity] = []
        self.steps: list[OpportunityStep] = []
        self.responses: list[Response] = []
        self.deals: list[Deal] = []
        self.values: dict[str, dict[str, str | None]] = {}
        self.meetings: list[Meeting] = []
        self.follow_ups: list[FollowUp] = []

    def _id(self, prefix: str) -> str:
        told = len(self.changes) + len(self.activities) + len(self.steps)
        return f"{prefix}{told:012}AAA"

    def record(self, record_id: str = LEAD, minute: float = 0, **values: Any) -> Desk:
        """A Lead or Contact as it is now."""
        blank: dict[str, Any] = dict.fromkeys(Record._fields) | {
            "record_id": record_id,
            "created_at": at(minute),
            "created_by": ROUTER,
            "owner_id": QUEUE,
            "status": "New",
            "source": "Web",
        }
        self.records.append(Record(**(blank | values)))
        return self

    def change(
        self, minute: float, field: str, old: str | None, new: str | None, by: str, record: str
    ) -> Desk:
        """A history row."""
        row = Change(record, field, at(minute), by, old, new, "LeadHistory", self._id("017"))
        self.changes.append(row)
        return self

    def status(self, minute: float, old: str, new: str, by: str = ALICE, record: str = LEAD) -> Desk:
        """Status changes."""
        return self.change(minute, Tracked.STATUS, old, new, by, record)

    def owner(self, minute: float, old: str, new: str, by: str = ROUTER, record: str = LEAD) -> Desk:
        """Owner changes, as its Id row tells."""
        return self.change(minute, Tracked.OWNER, old, new, by, record)

    def call(self, minute: float, by: str | None = ALICE, record: str = LEAD, **values: Any) -> Desk:
        """A completed task, logged when done."""
        task: dict[str, Any] = {
            "record_id": record,
            "activity_id": self._id("00T"),
            "is_event": False,
            "created_at": at(minute),
            "completed_at": at(minute),
            "is_done": True,
            "owner_id": by,
            "subject": "Call",
            "subtype": "Call",
        }
        self.activities.append(Activity(**(task | values)))
        return self

    def reached(self, minute: float, stage: str, end: DealEnd | None = None, **values: Any) -> Desk:
        """The opportunity of the person gets to a stage."""
        step: dict[str, Any] = {
            "record_id": LEAD,
            "opportunity_id": "006A",
            "at": at(minute),
            "actor": ALICE,
            "stage": stage,
            "end": end,
        }
        self.steps.append(OpportunityStep(**(step | values)))
        return self

    def deal(self, opened: float, closed: float | None = None, **values: Any) -> Desk:
        """An opportunity of the person ran, or runs."""
        deal: dict[str, Any] = {
            "tie": LEAD,
            "opportunity_id": f"006{len(self.deals):012}AAA",
            "opened_at": at(opened),
            "closed_at": None if closed is None else at(closed),
            "is_won": False,
            "owner_id": BOB,
        }
        self.deals.append(Deal(**(deal | values)))
        return self

    def meeting(self, ends: float, owner: str | None = ALICE, **values: Any) -> Desk:
        """A meeting that was made at the start, and is not marked."""
        meeting: dict[str, Any] = {
            "record_id": LEAD,
            "event_id": f"00U{len(self.meetings):012}AAA",
            "owner_id": owner,
            "created_at": at(0),
            "ends_at": at(ends),
        }
        self.meetings.append(Meeting(**(meeting | values)))
        return self

    def planned(self, day: float, owner: str | None = ALICE, **values: Any) -> Desk:
        """A Task planned at the start for the day of this minute, and not done."""
        planned: dict[str, Any] = {
            "record_id": LEAD,
            "task_id": f"00T{900 + len(self.follow_ups):012}AAA",
            "owner_id": owner,
            "created_at": at(0),
            "day": at(day).date(),
        }
        self.follow_ups.append(FollowUp(**(planned | values)))
        return self

    def holds(self, record_id: str = LEAD, **values: str | None) -> Desk:
        """What fields that rules read hold now, on a record or an account."""
        self.values.setdefault(record_id, {}).update(values)
        return self

    def family(self) -> Family:
        """All that was told."""
        return Family(
            self.records,
            self.changes,
            self.activities,
            self.steps,
            self.responses,
            self.deals,
            self.values,
            self.meetings,
            self.follow_ups,
        )

    def persons(self, *, as_of: float | None = None, known_by: float | None = None) -> list[Person]:
        """The persons, as of and as known at minutes."""
        return derive(
            self.family(),
            settings=self.settings,
            directory=self.directory,
            as_of=None if as_of is None else at(as_of),
            known_by=None if known_by is None else at(known_by),
        )

    def explained(self) -> list[list[Sentence]]:
        """Why each of the only person's cycles is what it is; without any, why the person is where they are."""
        person, teller = self.traced()
        return [teller.of_cycle(cycle, person) for cycle in person.cycles] or [teller.of_person(person)]

    def traced(self) -> tuple[Person, Teller]:
        """The only person, and who explains them."""
        trace, family = Trace(), self.family()
        (person,) = derive(family, settings=self.settings, directory=self.directory, trace=trace)
        grounds = Grounds(trace, Facts(family, self.settings))
        return person, Teller(grounds, self.settings, name_of, written)

    def person(self, *, as_of: float | None = None, known_by: float | None = None) -> Person:
        """The only person."""
        (person,) = self.persons(as_of=as_of, known_by=known_by)
        return person

    def cycle(self, *, as_of: float | None = None, known_by: float | None = None) -> Cycle:
        """The only person's only cycle."""
        (cycle,) = self.person(as_of=as_of, known_by=known_by).cycles
        return cycle


def assigned(
    minute: float = 0, *, owner: str = ALICE, settings: ModelSettings | None = None, **values: Any
) -> Desk:
    """A new lead in the queue, assigned at a minute: status and owner in one save, by the router."""
    desk = Desk(settings=settings).record(status="Assigned", owner_id=owner, **values)
    return desk.status(minute, "New", "Assigned", ROUTER).owner(minute, QUEUE, owner)
