"""What the mirror tells of an organisation's ways: its statuses, sources, fields, users and subjects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Counted:
    """A value, and how many people (of a subject: activities) it concerns."""

    name: str
    people: int


@dataclass(frozen=True)
class Actor:
    """A user as their traces show them: activities, people held, changes of leads.

    `by_hour`: how many of the activities they logged in each hour of the day, UTC.
    """

    user_id: str
    name: str
    username: str
    profile: str
    is_standard: bool
    activities: int
    people: int
    changes: int
    by_hour: tuple[int, ...]


@dataclass(frozen=True)
class Evidence:
    """What proposals rest on. `fields`: object → API name → type. Shares are of the users who hold people, 0 to 1."""

    statuses: tuple[Counted, ...]
    sources: tuple[Counted, ...]
    fields: Mapping[str, Mapping[str, str]]
    actors: tuple[Actor, ...]
    subjects: tuple[Counted, ...]
    with_manager: float
    with_role: float
