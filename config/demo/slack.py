"""Slack in the demo: the sink's webhook, and a manager who is told there too."""

from __future__ import annotations

from datetime import datetime

from alerts.models import ChannelChoice
from alerts.telling.slack import keep
from base.models import Role, User
from leadmodel.lifecycle.telling import Channel, Topic


def use(webhook: str, *, now: datetime) -> None:
    """Post to this webhook of our own; whatever the manager of the demo is told, Slack tells too."""
    keep(webhook, by=None, now=now)
    for manager in User.objects.filter(username=Role.MANAGER):
        for topic in Topic:
            ChannelChoice.objects.get_or_create(
                user=manager,
                topic=topic.value,
                channel=Channel.SLACK.value,
                defaults={"is_on": True, "chosen_at": now},
            )
