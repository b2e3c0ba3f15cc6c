"""What can happen to one person, dated; a story is a list of these, and rows are written from nothing else.

`at` is the moment Salesforce learns of it, in seconds since 1970.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from sandbox.company.people import Machine, Queue, Rep

Actor: TypeAlias = Rep | Machine
Holder: TypeAlias = Rep | Queue


class Created(NamedTuple):
    """A lead comes into being."""

    at: int
    by: Actor
    status: str
    owner: Holder


class Update(NamedTuple):
    """One save of the lead, or of the contact it became. None leaves a field as it is."""

    at: int
    by: Actor
    status: str | None = None
    owner: Holder | None = None
    assigned: bool = False
    """Whether the save stamps the Assigned Date with its own instant."""
    nurture: str | None = None
    unqualified: str | None = None


class Activity(NamedTuple):
    """A completed task. `done` is its completion as entered, which may lie before `at`."""

    at: int
    by: Actor
    owner: Actor
    subject: str
    subtype: str
    done: int
    kind: str = ""


class Planned(NamedTuple):
    """An open task: a next step with the day it is due. It is still open when the story ends."""

    at: int
    owner: Rep
    subject: str
    due: int


class Meeting(NamedTuple):
    """A meeting comes into an account executive's calendar; `outcome` is marked at `marked`, or never."""

    at: int
    by: Rep
    owner: Rep
    start: int
    outcome: str | None
    marked: int | None


class Joined(NamedTuple):
    """The person answers a campaign."""

    at: int
    campaign: int
    status: str


class Stage(NamedTuple):
    """An opportunity reaches a stage."""

    at: int
    by: Rep
    name: str
    amount: int


class Deal(NamedTuple):
    """An opportunity as planned: the writer writes the stages up to now."""

    name: str
    owner: Rep
    by: Rep
    close: int
    stages: tuple[Stage, ...]


class Converted(NamedTuple):
    """The lead becomes a contact, at a known account or a new one, perhaps with an opportunity."""

    at: int
    by: Rep
    owner: Rep
    status: str
    deal: Deal | None


class Dealt(NamedTuple):
    """An opportunity opens with somebody who is a contact already."""

    at: int
    by: Rep
    deal: Deal


class Absorbed(NamedTuple):
    """A duplicate was merged into this lead."""

    at: int
    by: Actor


class MergedAway(NamedTuple):
    """This lead was the duplicate: it is deleted in favour of another."""

    at: int
    by: Actor


Happening: TypeAlias = (
    Created | Update | Activity | Planned | Meeting | Joined | Converted | Dealt | Absorbed | MergedAway
)
