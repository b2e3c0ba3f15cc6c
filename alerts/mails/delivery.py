"""Send what is due: claim, look again, send one message to one address, note how it ended.

Promise: at least once, each time with the same Message-ID. Twice only where the process or the connection ends
between the mail server's taking the message and our noting it (RFC 1047); then it says that it may be a repetition.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPSenderRefused
from urllib.parse import urlsplit

import structlog
from django.conf import settings as django
from django.core.mail import EmailMultiAlternatives, get_connection

from alerts.mails.days import why_none
from alerts.mails.recipients import read_recipients
from base.models import Effect
from base.outbox import MOST_ATTEMPTS, claim, finish, hold, put_back, wait_for
from leadmodel.settings_store import settings_in_force

log = structlog.get_logger(__name__)

MAILS = "mail."
"""Kinds of mails begin with this."""
BATCH = 20
"""Few: a lease must outlast all of them, each with as many time-outs as SMTP has answers."""
_PAUSE = timedelta(minutes=1)
"""How long a mail waits for a mail server out of reach."""


@dataclass(frozen=True)
class Outcome:
    """What came of sending. `is_sent` None: nobody knows, or it may be tried again."""

    is_sent: bool | None
    said: str = ""
    was_begun: bool = True
    """Whether the message may have been handed over."""


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
    if found is None:
        finish(effect, Effect.State.CANCELLED, now=now, said="Not sent: no active manager any more.")
        return
    _, recipient = found
    why = why_none(recipient, ends_at=datetime.fromisoformat(payload["ends_at"]), now=now)
    if why:
        finish(effect, Effect.State.CANCELLED, now=now, said=why)
    elif effect.attempts > MOST_ATTEMPTS:
        said = f"Given up: {MOST_ATTEMPTS} attempts ended without a word of how."
        finish(effect, Effect.State.REFUSED, now=now, said=said)
    elif not django.EMAIL_HOST:
        wait_for(effect, now + _PAUSE, said="No mail server is set: EMAIL_HOST is empty.")
    elif hold(effect, now=now):
        _note(effect, _send(_message(effect, recipient.address)), now=clock())


def _note(effect: Effect, outcome: Outcome, *, now: datetime) -> None:
    if outcome.is_sent:
        finish(effect, Effect.State.DONE, now=now, result={"message_id": message_id(effect)})
    elif outcome.is_sent is False:
        finish(effect, Effect.State.REFUSED, now=now, said=outcome.said)
    elif outcome.was_begun:
        put_back(effect, now=now, said=outcome.said)
    else:
        wait_for(effect, now + _PAUSE, said=outcome.said)


def message_id(effect: Effect) -> str:
    """The same at every attempt: receivers that keep one message of an Id keep one."""
    host = urlsplit(django.SITE_URL).hostname or "localhost"
    return f"<{effect.key.replace('/', '.')}@{host}>"


def _message(effect: Effect, address: str) -> EmailMultiAlternatives:
    headers = {
        "Message-ID": message_id(effect),
        "Date": format_datetime(effect.created_at),
        "Auto-Submitted": "auto-generated",
    }
    if effect.attempts > 1:
        headers["X-Possible-Repeat"] = "yes"
    payload = effect.payload
    message = EmailMultiAlternatives(payload["subject"], payload["text"], to=[address], headers=headers)
    message.attach_alternative(payload["html"], "text/html")
    return message


def _send(message: EmailMultiAlternatives) -> Outcome:
    """Hand the message to the mail server; every answer is waited for as long as EMAIL_TIMEOUT says."""
    connection = get_connection()
    try:
        connection.open()
    except (OSError, SMTPException) as error:
        said = f"The mail server cannot be reached, or does not let us in: {_words(error)}"
        return Outcome(None, said, was_begun=False)
    try:
        connection.send_messages([message])
    except SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        outcome = _answered(code, words)
    except (SMTPSenderRefused, SMTPDataError) as error:
        outcome = _answered(error.smtp_code, error.smtp_error)
    except ValueError as error:
        outcome = Outcome(is_sent=False, said=f"The message cannot be written: {_words(error)}")
    except (OSError, SMTPException) as error:
        outcome = Outcome(None, f"The connection ended while it was sent: {_words(error)}")
    else:
        outcome = Outcome(is_sent=True)
    try:
        connection.close()
    except (OSError, SMTPException) as error:
        # the message's fate is known by now
        log.info("mail_server_left", error=type(error).__name__)
    return outcome


def _answered(code: int, words: bytes | str) -> Outcome:
    """A refusal in the server's own words: for good (5xx), or for now."""
    said = f"The mail server said {code}: {words.decode(errors='replace') if isinstance(words, bytes) else words}"
    return Outcome(False if code >= 500 else None, said)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
