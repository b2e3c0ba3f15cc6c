"""On which days somebody is due a mail, what it covers, and why one gets none. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadmodel.lifecycle.calendars import Calendar

MOST_DAYS_BACK = 7
"""So many missed days are told of, however long nothing ran; and so far back what automation did."""
MARGIN = timedelta(minutes=15)
"""What ended just before a mail is due may not be noted yet when it is written: it is told by the next one."""
_UNDELIVERABLE = ".invalid"
"""What Salesforce puts behind the addresses of a sandbox's users."""


@dataclass(frozen=True)
class Recipient:
    """Somebody as the mail's rules see them. `absences` are instants `[from, to)`.

    `latest` is the local day of the latest mail that was decided about, whatever became of it; None: never any.
    `wants_it`: the mail of their role; `wants_digest`: what automation did.
    """

    user_id: int
    address: str
    wants_it: bool
    zone: ZoneInfo
    at: time
    latest: date | None = None
    calendar: Calendar = field(default_factory=Calendar)
    absences: tuple[tuple[datetime, datetime], ...] = ()
    wants_digest: bool = False
    told_until: datetime | None = None
    """Up to when they were told what automation did, in a mail that was sent; None: not within a week."""
    given_up: tuple[datetime, ...] | None = None
    """When somebody of theirs was given up lately, where only that is a reason for a mail; None: each morning is."""
    tells_missed: bool = True
    """Whether mornings on which nothing ran are told of: where there is a mail each day."""


@dataclass(frozen=True)
class Morning:
    """A day on which a mail is due from `due_at` on, and stale from `ends_at` on, both instants."""

    day: date
    due_at: datetime
    ends_at: datetime

    @property
    def told_until(self) -> datetime:
        """Up to when its mail tells what automation did."""
        return self.due_at - MARGIN


@dataclass(frozen=True)
class Due:
    """What is to be decided about a manager now: today's mail, if it is time, and the days nobody looked."""

    today: Morning | None
    missed: tuple[Morning, ...]


def may_be_due(recipient: Recipient, now: datetime) -> bool:
    """Whether it is time, on a day not decided about yet; whether they work on it is asked only then."""
    today = now.astimezone(recipient.zone).date()
    is_new = recipient.latest is None or recipient.latest < today
    morning = _morning(recipient, today)
    return is_new and morning.due_at <= now and _has_cause(recipient, morning)


def covered(recipient: Recipient, until: datetime) -> tuple[datetime, datetime]:
    """From when, exclusive, until when a mail tells what automation did: each thing in one mail that is sent."""
    earliest = until - timedelta(days=MOST_DAYS_BACK)
    return min(max(recipient.told_until or earliest, earliest), until), until


def _has_cause(recipient: Recipient, morning: Morning) -> bool:
    if recipient.given_up is None:
        return True
    since, until = covered(recipient, morning.told_until)
    return any(since < at <= until for at in recipient.given_up)


def day_of(recipient: Recipient, now: datetime) -> Morning:
    """The manager's day at `now`, whether or not they work on it."""
    return _morning(recipient, now.astimezone(recipient.zone).date())


def due(recipient: Recipient, now: datetime) -> Due:
    """The working mornings whose time has come and that were not decided about.

    Whoever never was decided about missed nothing.
    """
    today = now.astimezone(recipient.zone).date()
    first = today if recipient.latest is None else recipient.latest + timedelta(days=1)
    first = max(first, today - timedelta(days=MOST_DAYS_BACK))
    days = [first + timedelta(days=number) for number in range((today - first).days + 1)]
    mornings = [_morning(recipient, day) for day in days]
    found = [morning for morning in mornings if morning.due_at <= now and _works(recipient, morning)]
    return Due(
        next((morning for morning in found if morning.day == today), None),
        tuple(morning for morning in found if morning.day != today and recipient.tells_missed),
    )


def why_none(
    recipient: Recipient, *, ends_at: datetime, now: datetime, has_own: bool = True, has_digest: bool = True
) -> str:
    """Why a mail that is due is not sent, in a sentence; empty where it is.

    Asked before it is written, and again before it is sent: then by what it has of both parts.
    """
    if now >= ends_at:
        return "Skipped: its day was over before it could be sent."
    if not (recipient.wants_it and has_own) and not (recipient.wants_digest and has_digest):
        return "Not sent: switched off on their own page."
    return why_no_address(recipient.address)


def why_no_address(address: str) -> str:
    """Why no mail can be sent to this address, in a sentence; empty where one can."""
    if not address:
        return "Not sent: neither the account here nor Salesforce's user has an address for it."
    if address.casefold().endswith(_UNDELIVERABLE):
        return "Not sent: the address ends with .invalid, as those of a Salesforce sandbox do."
    return ""


def _works(recipient: Recipient, morning: Morning) -> bool:
    """Whether they work on that day: their team's calendar opens on it, and they are not away when it is due."""
    calendar = recipient.calendar
    is_open = bool(calendar.week.get(morning.day.weekday())) and not calendar.is_closed(morning.day)
    return is_open and not any(start <= morning.due_at < end for start, end in recipient.absences)


def _morning(recipient: Recipient, day: date) -> Morning:
    """The wall clock's time in their zone; where that comes twice, the first, where it never comes, as if it had."""
    zone = recipient.zone
    due_at = datetime.combine(day, recipient.at, zone).astimezone(UTC)
    ends_at = datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)
    return Morning(day, due_at, ends_at)
