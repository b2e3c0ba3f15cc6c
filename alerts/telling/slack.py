"""Slack's incoming webhook: its address, kept secret; when it may be posted to; what it answers.

Slack gives no key by which a message could be looked up or told twice: it is told at least once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests

from alerts.models import Slack
from alerts.sending import Outcome
from base.models import User
from sync.connection.cipher import NoKey, seal, unseal
from sync.salesforce.hosts import is_local_allowed
from sync.salesforce.http import as_requests_sees_it

THE_ONE = 1
HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
_LOCAL = frozenset({"localhost", "127.0.0.1"})
_TIMEOUT_S = (5, 10)
_MOST_BYTES = 1000
"""Of an answer; Slack's are a word."""
A_SECOND = timedelta(seconds=1)
"""Slack takes one message a second from a webhook."""
LONGEST_WAIT = timedelta(hours=1)
"""However long a server asks us to wait."""
GONE = frozenset(
    {"no_service", "no_team", "team_disabled", "channel_is_archived", "channel_not_found", "invalid_token"}
)
"""What Slack answers for good: the webhook is no more, nor is its channel."""


class WrongWebhook(Exception):
    """No address of an incoming webhook. The text is a sentence: what is wrong, what to enter."""


def read_address(text: str) -> str:
    """The address of a webhook as it is entered. Raises WrongWebhook."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise WrongWebhook("This is no address: copy the whole of it from Slack.") from error
    is_slack = parts.scheme == "https" and parts.hostname in HOSTS and port is None
    is_local = is_local_allowed() and parts.scheme == "http" and parts.hostname in _LOCAL
    if (
        not (is_slack or is_local)
        or parts.username is not None
        or len(parts.path) < 2
        or parts.query
        or parts.fragment
    ):
        raise WrongWebhook(
            "Only an incoming webhook of Slack's is posted to: copy the whole address from there, it begins with"
            " https://hooks.slack.com/services/."
        )
    return parts.geturl()


def connect(address: str, *, by: User, now: datetime) -> None:
    """Post to the webhook that was entered from now on. Raises WrongWebhook, NoKey."""
    keep(read_address(address), by=by, now=now)


def keep(address: str, *, by: User | None, now: datetime) -> None:
    """Post to this webhook from now on. Raises NoKey."""
    values = {
        "sealed_address": seal(address),
        "free_at": now,
        "broken": "",
        "entered_by": by,
        "entered_at": now,
    }
    Slack.objects.update_or_create(pk=THE_ONE, defaults=values)


def disconnect() -> None:
    """Forget it; whatever waits is told that there is no Slack."""
    Slack.objects.all().delete()


def connected() -> Slack | None:
    """The webhook, None where none was entered."""
    return Slack.objects.filter(pk=THE_ONE).first()


def why_no_slack(slack: Slack | None) -> str:
    """Why nothing can be told by Slack, in a sentence; empty where it can."""
    if slack is None:
        return "Not sent: no Slack is connected (Settings → Slack)."
    if slack.broken:
        return f"Not sent: Slack takes no more ({slack.broken}). Enter the webhook again at Settings → Slack."
    return ""


def post(
    payload: dict[str, Any], *, clock: Callable[[], datetime], pause: Callable[[float], None] | None = None
) -> Outcome:
    """Post one message, when its turn has come. `pause`: how to wait for a turn that is a moment away."""
    slack = connected()
    if slack is None or slack.broken:
        return Outcome(is_sent=False, said=why_no_slack(slack))
    wait = _take_turn(clock())
    if wait > timedelta(0) and pause is not None and wait <= A_SECOND:
        pause(wait.total_seconds())
        wait = _take_turn(clock())
    if wait > timedelta(0):
        return Outcome(
            None, "Waits for its turn: Slack takes one message a second.", was_begun=False, pause=wait
        )
    try:
        address = read_address(unseal(slack.sealed_address))
    except WrongWebhook as error:
        return Outcome(is_sent=False, said=f"Not sent. {error}")
    except NoKey:
        said = "The webhook cannot be read: none of ENCRYPTION_KEYS fits. Enter it again at Settings → Slack."
        return Outcome(None, said, was_begun=False)
    return _post(address, payload, slack, clock)


def _take_turn(now: datetime) -> timedelta:
    """Take the second that begins now, for all processes; else how long until one may be free."""
    free = Slack.objects.filter(pk=THE_ONE, free_at__lte=now)
    if free.update(free_at=now + A_SECOND):
        return timedelta(0)
    free_at = Slack.objects.filter(pk=THE_ONE).values_list("free_at", flat=True).first()
    return max(free_at - now, timedelta(milliseconds=1)) if free_at is not None else A_SECOND


def _post(address: str, payload: dict[str, Any], slack: Slack, clock: Callable[[], datetime]) -> Outcome:
    """The address is in no word of what comes of it."""
    try:
        with as_requests_sees_it(), requests.Session() as session:
            session.trust_env = not is_local_allowed()
            with session.post(
                address, json=payload, timeout=_TIMEOUT_S, allow_redirects=False, stream=True
            ) as answer:
                said = answer.raw.read(_MOST_BYTES, decode_content=True).decode(errors="replace").strip()
                status, retry_after = answer.status_code, answer.headers.get("Retry-After", "")
    except requests.ConnectTimeout:
        return Outcome(None, "Slack cannot be reached: it does not answer.", was_begun=False)
    except (requests.RequestException, OSError) as error:
        return Outcome(None, f"The connection to Slack ended while it was told: {type(error).__name__}.")
    return _answered(status, said, retry_after, slack, clock())


def _answered(status: int, said: str, retry_after: str, slack: Slack, now: datetime) -> Outcome:
    if status == 200 and said == "ok":
        return Outcome(is_sent=True)
    words = f"Slack said {status}: {' '.join(said.split())[:100] or 'nothing'}"
    if status == 429:
        seconds = int(retry_after) if retry_after.isascii() and retry_after.isdigit() else 30
        pause = min(timedelta(seconds=max(seconds, 1)), LONGEST_WAIT)
        Slack.objects.filter(pk=THE_ONE, free_at__lt=now + pause).update(free_at=now + pause)
        return Outcome(None, words, was_begun=False, pause=pause)
    if said in GONE:
        # not one that was entered meanwhile
        Slack.objects.filter(pk=THE_ONE, sealed_address=slack.sealed_address).update(broken=said)
    return Outcome(None if status >= 500 else False, words)
