"""What every way out has in common: send under the lease, outside of any transaction, and note how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.caps import why_too_many
from alerts.stops import why_stopped
from base.models import Effect
from base.outbox import MOST_ATTEMPTS, finish, hold, put_back, wait_for

A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Outcome:
    """What came of sending. `is_sent` None: nobody knows, or it may be tried again."""

    is_sent: bool | None
    said: str = ""
    was_begun: bool = True
    """Whether the message may have been handed over."""
    pause: timedelta = A_MINUTE
    """How long it waits for a server that did not begin to take it."""
    result: Mapping[str, str] = field(default_factory=dict)


def hand_over(
    effect: Effect,
    send: Callable[[], Outcome],
    *,
    clock: Callable[[], datetime],
    instead: Callable[[], None] = lambda: None,
) -> Outcome | None:
    """Send what an effect of ours says, unless too many attempts ended without a word; None where it was not tried.

    `instead` is done, at least once, before it is said of one that it is given up or was refused.

    Not tried either where operations stopped it, where the day's most went, or where the lease has gone to somebody
    else, who sends it instead.
    """
    now = clock()
    if effect.attempts > MOST_ATTEMPTS:
        said = f"Given up: {MOST_ATTEMPTS} attempts ended without a word of how."
        instead()
        finish(effect, Effect.State.REFUSED, now=now, said=said)
        return None
    if why := why_stopped(effect) or why_too_many(effect, now=now):
        wait_for(effect, now + A_MINUTE, said=why)
        return None
    if not hold(effect, now=now):
        return None
    outcome = send()
    is_last = outcome.was_begun and effect.attempts == MOST_ATTEMPTS
    if outcome.is_sent is False or (outcome.is_sent is None and is_last):
        instead()
    _note(effect, outcome, now=clock())
    return outcome


def _note(effect: Effect, outcome: Outcome, *, now: datetime) -> None:
    if outcome.is_sent:
        finish(effect, Effect.State.DONE, now=now, said=outcome.said, result=outcome.result)
    elif outcome.is_sent is False:
        finish(effect, Effect.State.REFUSED, now=now, said=outcome.said)
    elif outcome.was_begun:
        put_back(effect, now=now, said=outcome.said)
    else:
        wait_for(effect, now + outcome.pause, said=outcome.said)
