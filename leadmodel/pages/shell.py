"""What surrounds every page: where one may go, who looks, and how fresh the data are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Min, Q
from django.urls import reverse

from base.models import Role, User
from base.pages import viewer_zone
from base.words import Instant, ago, counted, instant
from leadmodel.requests import waiting
from sync.models import ObjectState
from sync.salesforce.objects import HOT

QUESTIONS = (
    ("rep", "Rep"),
    ("response", "Response"),
    ("pick-up", "Pick-up"),
    ("pulls", "Pulls"),
    ("reasons", "Reasons"),
)
"""The pages that answer one question each: address and label."""
STALE_S = 15 * 60
"""The mirror is read every minute; after so long something is wrong."""


@dataclass(frozen=True)
class Link:
    """A way to another page. `count`: how much waits there."""

    href: str
    label: str
    is_current: bool
    count: int = 0


@dataclass(frozen=True)
class Menu:
    """Ways that stand together under one word, behind which they unfold."""

    label: str
    links: list[Link]

    @property
    def is_current(self) -> bool:
        """Whether the page is one of them."""
        return any(link.is_current for link in self.links)


@dataclass(frozen=True)
class Freshness:
    """How far the mirror is behind Salesforce. `read_at` None: nothing was ever read."""

    read_at: Instant | None
    subject: str
    words: str
    tone: str
    failing: int


@dataclass(frozen=True)
class Shell:
    """The frame of a page for one viewer."""

    ways: list[Link | Menu]
    who: str
    role: str
    freshness: Freshness

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show yet."""
        return self.freshness.read_at is None


def read_shell(user: User, *, current: str, now: datetime) -> Shell:
    """The frame around the page named `current`."""

    def link(name: str, label: str, count: int = 0) -> Link:
        return Link(reverse(name), label, name == current, count)

    homes = [link("team", "Team"), link("queue", "Queue")]
    if user.role == Role.REP:
        homes = [link("queue", "Queue"), link("team", "My figures")]
    ways: list[Link | Menu] = [*homes, Menu("Analysis", [link(name, label) for name, label in QUESTIONS])]
    ways.append(link("people", "People"))
    seldom: list[Link] = [link("mails", "Mails")]
    if user.role != Role.REP:
        ways.append(link("requests", "Requests", waiting(user).count()))
        seldom += [
            link("escalations", "Escalations"),
            link("assignments", "Re-assignments"),
            link("audit", "Audit log"),
        ]
    seldom += [link("did", "What automation did")]
    seldom += [link("ledger", "Exceptions"), link("figures", "What figures count")]
    if user.role == Role.OPS:
        ways.append(link("salesforce", "Settings"))
        seldom.append(link("admin:index", "Admin"))
    return Shell(
        [*ways, Menu("More", seldom)], str(user), user.get_role_display(), read_freshness(user, now=now)
    )


class _Read(NamedTuple):
    """The objects whose changes people wait for: since when those were read that were, how many never, how many fail.

    What fails is counted of all objects; what the organisation does not have is not waited for.
    """

    oldest: datetime | None
    unread: int
    failing: int


def _read_objects() -> _Read:
    states = ObjectState.State
    awaited = Q(name__in=HOT) & ~Q(state=states.ABSENT)
    found = ObjectState.objects.aggregate(
        oldest=Min("read_at", filter=awaited),
        unread=Count("pk", filter=awaited & Q(read_at=None)),
        failing=Count("pk", filter=Q(state=states.FAILING)),
    )
    return _Read(**found)


def read_up_to() -> datetime | None:
    """Since when every object has been read whose changes people wait for.

    None as long as one of them that is there never was: without calls, everybody would seem to wait.
    """
    oldest, unread, _ = _read_objects()
    return None if unread else oldest


def read_freshness(user: User, *, now: datetime) -> Freshness:
    """Since when the objects have been read whose changes people wait for, and whether that is all of them."""
    read_at, unread, failing = _read_objects()
    if read_at is None:
        return Freshness(None, "", "No data yet", "near", failing)
    behind_s = (now - read_at).total_seconds()
    tone = "bad" if failing else "near" if behind_s > STALE_S else "good"
    shown = instant(read_at, now=now, zone=viewer_zone(user))
    if failing:
        return Freshness(
            shown, "Salesforce:", counted(failing, "object fails", "objects fail"), tone, failing
        )
    if unread:
        words = counted(unread, "object not read yet", "objects not read yet")
        return Freshness(shown, "Salesforce:", words, "near", failing)
    return Freshness(shown, "Salesforce", ago(behind_s), tone, failing)
