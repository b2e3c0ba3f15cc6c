"""Send the mails that are due: claim, look again, send one message to one address, note how it ended.

Promise: at least once, each time with the same Message-ID. Twice only where the process or the connection ends
between the mail server's taking the message and our noting it (RFC 1047); then it says that it may be a repetition.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from alerts.mails.days import why_none
from alerts.mails.recipients import DAILY, read_recipients
from alerts.sending import hand_over
from alerts.smtp import Letter, send_mail
from base.models import Effect, Role
from base.outbox import claim, finish
from leadmodel.settings_store import settings_in_force

log = structlog.get_logger(__name__)

MAILS = "mail."
"""Kinds of mails begin with this."""
BATCH = 20
"""Few: a lease must outlast all of them, each with as many time-outs as SMTP has answers."""


def deliver(*, clock: Callable[[], datetime], limit: int = BATCH) -> int:
    """Work off up to `limit` due mails; how many were claimed. `clock` tells the time: sending takes a while."""
    effects = claim(MAILS, now=clock(), limit=limit)
    for effect in effects:
        _deliver_one(effect, clock)
    if effects:
        log.info("mails_delivered", claimed=len(effects))
    return len(effects)


def _deliver_one(effect: Effect, clock: Callable[[], datetime]) -> None:
    payload, now = effect.payload, clock()
    found = read_recipients(settings_in_force(), now=now, users=[payload["user"]]).get(payload["user"])
    if found is None or not effect.kind.startswith(DAILY[Role(found[0].role)]):
        finish(
            effect, Effect.State.CANCELLED, now=now, said="Not sent: no active user of that role any more."
        )
        return
    _, recipient = found
    why = why_none(
        recipient,
        ends_at=datetime.fromisoformat(payload["ends_at"]),
        now=now,
        has_own=payload["has_own"],
        has_digest=payload["has_digest"],
    )
    if why:
        finish(effect, Effect.State.CANCELLED, now=now, said=why)
        return
    letter = Letter(payload["subject"], payload["text"], payload["html"])
    hand_over(effect, lambda: send_mail(effect, recipient.address, letter), clock=clock)
