"""What people want to be told of, by which channel and when not: as they chose, else as the settings say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from alerts.models import ChannelChoice, QuietHours
from base.models import User
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.telling import Channel, Telling, Topic, is_in_the_digest, quiet_until


@dataclass(frozen=True)
class Wishes:
    """One person's. `chosen` holds only what they decided themselves."""

    role: str
    settings: Telling
    chosen: dict[tuple[Topic, Channel], bool] = field(default_factory=dict)
    quiet: tuple[time, time] | None = None
    """Their own quiet hours; None: those of the settings."""
    slack_member: str = ""

    def wants(self, topic: Topic, channel: Channel) -> bool:
        """Whether they are told of it so."""
        usual = self.is_usual(topic, channel)
        return usual if is_in_the_digest(topic, channel) else self.chosen.get((topic, channel), usual)

    def is_usual(self, topic: Topic, channel: Channel) -> bool:
        """Whether they would be, had they chosen nothing."""
        return not is_in_the_digest(topic, channel) and self.settings.channels(topic).has(channel, self.role)

    def has_muted(self, topic: Topic, channel: Channel) -> bool:
        """Whether they switched off what they would be told."""
        return self.is_usual(topic, channel) and not self.wants(topic, channel)

    def quiet_until(self, zone: ZoneInfo, now: datetime) -> datetime | None:
        """When their quiet hours end in which `now` lies; None outside of them."""
        return quiet_until(self.quiet or self.settings.quiet, zone, now)


def read_wishes(users: Iterable[User], settings: ModelSettings) -> dict[int, Wishes]:
    """Those of these users, in two statements."""
    found = {user.pk: user for user in users}
    chosen: dict[int, dict[tuple[Topic, Channel], bool]] = defaultdict(dict)
    for choice in ChannelChoice.objects.filter(user__in=found):
        chosen[choice.user_id][Topic(choice.topic), Channel(choice.channel)] = choice.is_on
    hours = QuietHours.objects.in_bulk(found)
    wishes = {}
    for pk, user in found.items():
        own = hours.get(pk)
        quiet = (
            (own.starts, own.ends)
            if own is not None and own.starts is not None and own.ends is not None
            else None
        )
        wishes[pk] = Wishes(
            role=user.role,
            settings=settings.telling,
            chosen=chosen[pk],
            quiet=quiet,
            slack_member=own.slack_member if own is not None else "",
        )
    return wishes
