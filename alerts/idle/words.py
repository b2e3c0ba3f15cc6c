"""What is told of an idle account, in words. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.idle.due import DueWord
from alerts.ladder.words import Words


def to_owner(due: DueWord, account: str, *, zone: ZoneInfo) -> Words:
    """A rep is told that they have been in touch with nobody of an account of theirs."""
    return Words(
        f"{account}, your target account, is untouched since {_day(due.started_at, zone)}",
        f"{_since(due, 'you', zone)} A call or mail with anybody of it, logged in Salesforce, ends that.",
    )


def to_owners_manager(due: DueWord, account: str, owner: str, *, zone: ZoneInfo) -> Words:
    """Somebody is told that a rep has been in touch with nobody of a target account, though they were told."""
    return Words(
        f"{account}, {owner}'s target account, is untouched since {_day(due.started_at, zone)}",
        f"{_since(due, owner, zone)} Ask {owner} what keeps it, or give it in Salesforce to somebody who has the time.",
    )


def _since(due: DueWord, who: str, zone: ZoneInfo) -> str:
    if due.last_touch_at is None:
        return f"No touch by {who} is known of anybody of it."
    return f"The last touch by {who} of anybody of it was on {_day(due.last_touch_at, zone)}."


def _day(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d %B %Y}"
