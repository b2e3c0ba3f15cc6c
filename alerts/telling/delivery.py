"""Send the messages that tell notices: claim, look again, wait for quiet hours or news, send, note how it ended.

Promises: docs/telling.md. By mail at least once under one Message-ID, as other mails; by Slack at least once, where
nothing says which ones are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from time import sleep

import structlog

from alerts.sending import Outcome, hand_over
from alerts.smtp import send_mail
from alerts.telling.letters import write_letter
from alerts.telling.looking import Look, look_again
from alerts.telling.notices import mail_instead
from alerts.telling.posts import write_post
from alerts.telling.slack import post
from alerts.telling.words import KINDS
from base.models import Effect
from base.outbox import claim, finish, wait_for
from leadmodel.lifecycle.telling import Channel

log = structlog.get_logger(__name__)

BATCH = 20
"""Few: a lease must outlast all of them, each with as many time-outs as its channel has answers."""
Clock = Callable[[], datetime]
Pause = Callable[[float], None]
Send = Callable[[Effect, Look, Clock, Pause], Outcome]


def deliver(*, clock: Clock, pause: Pause = sleep, limit: int = BATCH) -> int:
    """Work off up to `limit` due messages of each channel; how many were claimed.

    `clock` tells the time, `pause` lets it pass: for a second at most, until Slack takes the next one.
    """
    claimed = 0
    for channel in CHANNELS:
        effects = claim(KINDS[channel], now=clock(), limit=limit)
        for effect in effects:
            _deliver_one(effect, channel, clock, pause)
        claimed += len(effects)
    if claimed:
        log.info("notices_delivered", claimed=claimed)
    return claimed


def _deliver_one(effect: Effect, channel: Channel, clock: Clock, pause: Pause) -> None:
    now = clock()
    look = look_again(effect, channel, now=now)
    if look.why_none:
        finish(effect, Effect.State.CANCELLED, now=now, said=look.why_none)
    elif look.wait_until is not None:
        wait_for(effect, look.wait_until, said=f"Waits for {look.waits_for}.")
    else:
        hand_over(
            effect,
            lambda: CHANNELS[channel](effect, look, clock, pause),
            clock=clock,
            # what Slack does not take must not stay untold; whoever gets mails, or muted them, has theirs
            instead=lambda: mail_instead(effect, now=clock()) if channel is Channel.SLACK else None,
        )


def _mail(effect: Effect, look: Look, _clock: Clock, _pause: Pause) -> Outcome:
    assert look.reach is not None
    outcome = send_mail(effect, look.reach.address, write_letter(look.told))
    return replace(outcome, said=look.left_out) if outcome.is_sent else outcome


def _slack(_effect: Effect, look: Look, clock: Clock, pause: Pause) -> Outcome:
    assert look.reach is not None
    assert look.wishes is not None
    written = write_post(look.told, name=str(look.reach.user), member=look.wishes.slack_member)
    outcome = post(written, clock=clock, pause=pause)
    return replace(outcome, said=look.left_out) if outcome.is_sent else outcome


CHANNELS: Mapping[Channel, Send] = {Channel.MAIL: _mail, Channel.SLACK: _slack}
"""How a message goes out by each channel."""
