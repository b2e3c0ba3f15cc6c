"""The page on which everybody chooses what they are told of, by which channel, and when not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from django.conf import settings as django
from django.db import transaction

from alerts.addresses import read_reaches
from alerts.models import ChannelChoice, QuietHours
from alerts.telling.slack import connected, why_no_slack
from alerts.telling.wishes import Wishes, read_wishes
from alerts.telling.words import CHANNELS, TOPICS
from base.address import WrongAddress, given
from base.models import User
from leadmodel.lifecycle.telling import Channel, Topic, is_in_the_digest
from leadmodel.settings_store import settings_in_force

TIME = "%H:%M"
MEMBER = re.compile(r"[UW][A-Z0-9]{4,22}")
"""What member IDs in Slack look like."""


@dataclass(frozen=True)
class Box:
    """One switch: a topic by a channel."""

    name: str
    label: str
    is_on: bool
    is_offered: bool


@dataclass(frozen=True)
class TopicRow:
    """A topic and its switches, one for each channel."""

    label: str
    words: str
    boxes: list[Box]


@dataclass(frozen=True)
class ChoicesView:
    """The page. `why_off`: of channels by which nobody is told at present, why."""

    topics: list[TopicRow]
    channels: list[str]
    starts: str
    ends: str
    usual: str
    zone: str
    address: str
    why_no_mail: str
    slack_member: str
    why_off: list[str]


_NOT_ACTIVE = "Not sent: your user is not active in Salesforce."


def read_choosing(user: User) -> ChoicesView:
    """What holds for them now."""
    settings = settings_in_force()
    wishes = read_wishes([user], settings)[user.pk]
    reach = read_reaches([user]).get(user.pk)
    starts, ends = wishes.quiet or (None, None)
    return ChoicesView(
        topics=[TopicRow(*TOPICS[topic], boxes=_boxes(topic, wishes)) for topic in Topic],
        channels=list(CHANNELS.values()),
        starts=f"{starts:{TIME}}" if starts is not None else "",
        ends=f"{ends:{TIME}}" if ends is not None else "",
        usual=f"{settings.telling.quiet_from} to {settings.telling.quiet_until}",
        zone=reach.zone.key if reach is not None else "",
        address=reach.address if reach is not None else "",
        why_no_mail=reach.why_no_mail if reach is not None else _NOT_ACTIVE,
        slack_member=wishes.slack_member,
        why_off=_why_off(),
    )


def keep_choices(user: User, form: Mapping[str, object], *, now: datetime) -> None:
    """Keep what the form says; what is as the settings have it is no choice, and follows them. Raises WrongAddress."""
    starts, ends = _time(form, "starts"), _time(form, "ends")
    if (starts is None) != (ends is None):
        raise WrongAddress("Quiet hours need a beginning and an end: write both times, or leave both empty.")
    member = (given(form, "slack_member") or "").upper()
    if member and not MEMBER.fullmatch(member):
        raise WrongAddress(
            f"“{member[:40]}” is no member ID of Slack: copy it there from your profile, like U012AB3CD."
        )
    usual = read_wishes([user], settings_in_force())[user.pk]
    chosen = {
        (topic, channel): given(form, _name(topic, channel)) is not None
        for topic in Topic
        for channel in Channel
    }
    own = [
        ChannelChoice(user=user, topic=topic.value, channel=channel.value, is_on=is_on, chosen_at=now)
        for (topic, channel), is_on in chosen.items()
        if is_on != usual.is_usual(topic, channel) and not is_in_the_digest(topic, channel)
    ]
    with transaction.atomic():
        # who sends the form twice at once does so one after the other
        User.objects.select_for_update().get(pk=user.pk)
        ChannelChoice.objects.filter(user=user).delete()
        ChannelChoice.objects.bulk_create(own)
        values = {"starts": starts, "ends": ends, "slack_member": member, "chosen_at": now}
        QuietHours.objects.update_or_create(user=user, defaults=values)


def _boxes(topic: Topic, wishes: Wishes) -> list[Box]:
    return [
        Box(
            _name(topic, channel),
            f"{TOPICS[topic][0]}: {label}",
            is_on=wishes.wants(topic, channel),
            is_offered=not is_in_the_digest(topic, channel),
        )
        for channel, label in CHANNELS.items()
    ]


def _name(topic: Topic, channel: Channel) -> str:
    return f"{topic.value}-{channel.value}"


def _why_off() -> list[str]:
    told = [] if django.EMAIL_HOST else ["No mail server is set (EMAIL_HOST): no mail is sent."]
    slack = connected()
    if slack is None:
        return [*told, "No Slack is connected: nothing is told there."]
    return [*told, "Slack takes no more: mails tell what it would have."] if why_no_slack(slack) else told


def _time(form: Mapping[str, object], name: str) -> time | None:
    text = given(form, name)
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None) if text else None
    except ValueError as error:
        raise WrongAddress(
            f"“{text}” is no time of day: write it like 20:00, or leave both times empty."
        ) from error
