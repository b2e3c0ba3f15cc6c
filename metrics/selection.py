"""What is looked at: a period, instants, filters, and whose rows the viewer may see. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class By(StrEnum):
    """What figures are split by. REP counts owing spans, all others count cycles (M12)."""

    REP = "rep"
    TEAM = "team"
    SOURCE = "source"
    PATH = "path"
    CAMPAIGN = "campaign"
    PRIORITY = "priority"
    RELATION = "relation"
    TARGET_ACCOUNT = "target_account"
    OUTCOME = "outcome"


class Whose(StrEnum):
    """As whose a cycle counts where cycles are narrowed to some reps: the column that names the rep."""

    FIRST_REP = "first_rep"
    PULLED_BY = "pulled_by"


@dataclass(frozen=True)
class Selection:
    """The period `[start, end)` on the assignment, and what narrows it. `now` is when waiting is measured.

    `as_of` and `known_by` (M3) are None for the state as stored. `reps` None means everybody's rows; otherwise the
    Salesforce user Ids whose rows may be seen, cycles by `whose`.
    """

    start: datetime
    end: datetime
    now: datetime
    as_of: datetime | None = None
    known_by: datetime | None = None
    path: str | None = None
    source: str | None = None
    team: str | None = None
    priority: str | None = None
    relation: str | None = None
    reps: frozenset[str] | None = None
    whose: Whose = Whose.FIRST_REP

    @property
    def instant(self) -> datetime:
        """The instant figures are told for."""
        return self.as_of or self.now

    def previous(self) -> Selection:
        """The period of the same length just before."""
        return replace(self, start=self.start - (self.end - self.start), end=self.start)


def period(first: date, until: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants of the days `[first, until)` in a zone."""
    return datetime.combine(first, time.min, zone), datetime.combine(until, time.min, zone)


def last_days(days: int, now: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """The last `days` days in a zone, today included, as `[first, until)`."""
    until = now.astimezone(zone).date() + timedelta(days=1)
    return until - timedelta(days=days), until
