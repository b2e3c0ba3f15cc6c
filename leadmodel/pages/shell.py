"""What surrounds every page: where one may go, who looks, and how fresh the data are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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


def read_up_to() -> tuple[datetime | None, int]:
    """Since when every object has been read whose changes people wait for, and how many objects fail.

    None as long as one of them that is there never was: without calls, everybody would seem to wait.
    """
    states = ObjectState.State
    awaited = Q(name__in=HOT) & ~Q(state=states.ABSENT)
    found = ObjectState.objects.aggregate(
        oldest=Min("read_at", filter=awaited),
        unread=Count("pk", filter=awaited & Q(read_at=None)),
        failing=Count("pk", filter=Q(state=states.FAILING)),
    )
    return None if found["unread"] else found["oldest"], found["failing"]


def read_freshness(user: User, *, now: datetime) -> Freshness:
    """Since when every object has been read whose changes people wait for."""
    read_at, failing = read_up_to()
    if read_at is None:
        return Freshness(None, "", "No data yet", "near", failing)
    behind_s = (now - read_at).total_seconds()
    tone = "bad" if failing else "near" if behind_s > STALE_S else "good"
    shown = instant(read_at, now=now, zone=viewer_zone(user))
    if failing:
        return Freshness(
            shown, "Salesforce:", counted(failing, "object fails", "objects fail"), tone, failing
        )
    return Freshness(shown, "Salesforce", ago(behind_s), tone, failing)
