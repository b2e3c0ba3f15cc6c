"""By which channels people are told of what, and when not: a part of the settings. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from leadmodel.lifecycle.section import Section, TimeOfDay

Roles = tuple[Literal["rep", "manager", "ops"], ...]
EVERYBODY: Roles = ("rep", "manager", "ops")


class Topic(StrEnum):
    """What somebody is told of, as they choose by it."""

    RESPONSE = "response"
    HAND_OFF = "hand_off"
    RETURN = "nurture_return"
    MEETING = "meeting"
    IDLE_ACCOUNT = "idle_account"
    REASSIGNED = "reassigned"
    COULD_NOT_ASSIGN = "could_not_assign"
    ABANDONED = "abandoned"
    RESOLVED = "resolved"


class Channel(StrEnum):
    """How somebody is told."""

    BELL = "bell"
    MAIL = "mail"
    SLACK = "slack"


def is_in_the_digest(topic: Topic, channel: Channel) -> bool:
    """Whether the mail of the morning tells it, so that no mail of its own does."""
    return topic is Topic.ABANDONED and channel is Channel.MAIL


class Channels(Section):
    """Who is told of a topic by which channel, by role, unless they choose otherwise."""

    bell: Roles = EVERYBODY
    mail: Roles = ("manager", "ops")
    slack: Roles = ()

    def has(self, channel: Channel, role: str) -> bool:
        """Whether people of this role are told by it."""
        roles: Roles = getattr(self, channel.value)
        return role in roles


_SHIPPED = {Topic.RESOLVED: Channels(mail=())}
"""Of whom one was told and need not care any more is no news that is worth a mail."""


class Telling(Section):
    """How people are told what concerns them. Each may choose otherwise."""

    topics: dict[Topic, Channels] = Field(default_factory=dict)
    """Other channels for some topics than `Channels` has; a resolved one is no mail."""
    quiet_from: TimeOfDay = "20:00"
    quiet_until: TimeOfDay = "07:00"
    """No mail and no Slack message in between, in the own time zone; both alike: at no time."""
    collect_minutes: Annotated[float, Field(ge=0, le=1440)] = 0
    """So long the first of several waits for those that follow, to go in one message; the bell waits for none."""
    most_a_day: Annotated[int, Field(ge=0)] = 2000
    """So many messages go to everybody together in any 24 hours; the others wait. The bell has no limit."""
    repeat_after_hours: Annotated[float, Field(ge=1, le=8760)] | None = None
    """After so long somebody an escalation told of is told of again, as long as it holds; None: never."""

    def channels(self, topic: Topic) -> Channels:
        """Who is told of this topic how."""
        return self.topics.get(topic, _SHIPPED.get(topic, Channels()))

    @property
    def quiet(self) -> tuple[time, time]:
        """From when until when it is quiet."""
        return time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_until)


def quiet_until(quiet: tuple[time, time], zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the quiet hours end in which `now` lies, `[from, until)` on the wall clock; None outside of them."""
    start, end = quiet
    local = now.astimezone(zone)
    at, today = local.time().replace(fold=0), local.date()
    if start <= end:
        is_quiet, last_day = start <= at < end, today
    else:
        is_quiet, last_day = at >= start or at < end, today + timedelta(days=at >= start)
    return _moment(last_day, end, zone, now) if is_quiet else None


def _moment(day: date, at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """The wall clock's time there; where it comes twice, the first that is not over yet."""
    moments = (datetime.combine(day, at.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1))
    return next((moment for moment in moments if moment > now), now)
