"""One message to one address by SMTP, under a Message-ID that is the same at every attempt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.utils import format_datetime
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPSenderRefused
from urllib.parse import urlsplit

import structlog
from django.conf import settings as django
from django.core.mail import EmailMultiAlternatives, get_connection

from alerts.sending import Outcome
from base.models import Effect

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Letter:
    """A mail as it is written: text and HTML of the same words."""

    subject: str
    text: str
    html: str


def message_id(effect: Effect) -> str:
    """The same at every attempt: receivers that keep one message of an Id keep one."""
    host = urlsplit(django.SITE_URL).hostname or "localhost"
    return f"<{effect.key.replace('/', '.')}@{host}>"


def send_mail(effect: Effect, address: str, letter: Letter) -> Outcome:
    """Hand the message to the mail server; every answer is waited for as long as EMAIL_TIMEOUT says."""
    if not django.EMAIL_HOST:
        return Outcome(None, "No mail server is set: EMAIL_HOST is empty.", was_begun=False)
    outcome = send(message(effect, address, letter))
    return replace(outcome, result={"message_id": message_id(effect)}) if outcome.is_sent else outcome


def message(effect: Effect, address: str, letter: Letter) -> EmailMultiAlternatives:
    """The message; one that may have been sent before says so."""
    headers = {
        "Message-ID": message_id(effect),
        "Date": format_datetime(effect.created_at),
        "Auto-Submitted": "auto-generated",
    }
    if effect.attempts > 1:
        headers["X-Possible-Repeat"] = "yes"
    written = EmailMultiAlternatives(letter.subject, letter.text, to=[address], headers=headers)
    written.attach_alternative(letter.html, "text/html")
    return written


def send(message: EmailMultiAlternatives) -> Outcome:
    """Send it; what came of that."""
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
