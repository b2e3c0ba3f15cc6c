"""The company as a whole: its size, its year, its people; everything one person's story may look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from sandbox.company.habits import DANA
from sandbox.company.hours import DAY, HOUR, YEAR, Arrivals
from sandbox.company.people import Rep, Staff, hire
from sandbox.company.sources import Campaigns
from sandbox.org.store import StoreError

FEWEST_LEADS = 500


class TooFewLeads(StoreError):
    """Of so few leads no company can be made; the message says how many it takes."""


@dataclass(frozen=True, slots=True)
class World:
    """What a company of this seed and size has in common. Instants are seconds since 1970."""

    seed: int
    leads: int
    start: int
    now: int
    staff: Staff
    arrivals: Arrivals
    campaigns: Campaigns
    accounts: int
    """Accounts that existed before any lead was converted; their numbers start at 0."""
    show_at: int
    show_size: int
    show_rep: Rep
    fresh: int
    """How many of the leads are the open work of the last days."""
    outage: tuple[int, int]
    """From when to when the tracking of Lead Status was switched off."""

    @classmethod
    def of(cls, *, leads: int, seed: int, now: datetime) -> World:
        """The world of this many leads, twelve months ending `now`.

        Raises TooFewLeads when there are too few to tell a story with, ValueError where `now` has no zone.
        """
        if leads < FEWEST_LEADS:
            raise TooFewLeads(f"The example company needs at least {FEWEST_LEADS} leads, not {leads}.")
        if now.tzinfo is None:
            raise ValueError("`now` needs a time zone; write datetime(…, tzinfo=UTC)")
        end = int(now.astimezone(UTC).timestamp())
        start = end - YEAR
        staff = hire(reps=rep_count(leads), rng=Random(f"{seed}:staff"), start=start, now=end)
        dana = staff.named(DANA.name)
        return cls(
            seed=seed,
            leads=leads,
            start=start,
            now=end,
            staff=staff,
            arrivals=Arrivals(start, end),
            campaigns=Campaigns(start),
            accounts=leads // 12,
            show_at=dana.office.after(end - 17 * DAY, 1800),
            show_size=min(300, leads * 3 // 200),
            show_rep=dana,
            fresh=max(24, min(60, leads // 400)),
            outage=(start + 150 * DAY, start + 164 * DAY),
        )

    def rng(self, what: str | int) -> Random:
        """Chance for one thing of its own, so that no person's story hangs on another's."""
        return Random(f"{self.seed}:{what}")

    def tracked(self, *, number: int, at: int) -> bool:
        """Whether a change of Status of lead `number` left a row in its history at this instant.

        Two weeks long the tracking was off for every other lead (the record type it was forgotten on).
        """
        return number % 2 == 0 or not self.outage[0] <= at < self.outage[1]

    def history_since(self, number: int) -> int:
        """Before this instant the history of lead `number` is cut: it was, for some of the oldest."""
        return self.start + 75 * DAY if number % 25 == 3 else self.start - DAY

    def list_import_at(self, at: int) -> int:
        """When the list was loaded on which somebody found at `at` stands: Mondays at 07:00 UTC."""
        monday = (at // DAY + 3) // 7 * 7 - 3
        return max(monday * DAY + 7 * HOUR, self.start)


def rep_count(leads: int) -> int:
    """How many sales development reps and account executives a company of this many leads a year has."""
    return max(28, min(400, leads // 500))
