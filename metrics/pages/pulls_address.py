"""The Pulls page's address: days of reps' own calendars, of which one, or those of a kind, may be open. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import QueryDict

from base.address import WrongAddress, given, read_day
from leadmodel.lifecycle.pulls import Place
from metrics.pages.address import Asked, read_address
from metrics.pulling import around
from metrics.selection import Selection

PULLS, WORKED, QUALIFIED = "pulls", "worked", "qualified"
PARTS = {
    PULLS: "",
    WORKED: "on days of work",
    Place.UNDER.value: "on days under the band",
    Place.WITHIN.value: "on days within the band",
    Place.OVER.value: "on days over the band",
    QUALIFIED: "on days of work",
}
"""Which of a rep's, or of everybody's, days are open: as addresses, and as headings say it."""
STEP, STEP_QUALIFIED = "days", "qualified-days"
"""Days with so many pulls: `days.5` are those of the group that begins with five."""
_NARROWS = ("path", "source", "priority", "relation")


@dataclass(frozen=True)
class PullsAsked(Asked):
    """What an address of the Pulls page asks for: a part of the pulls, of a rep where one is named, or of a day."""

    part: str | None = None
    day: date | None = None

    def selection(self, reps: frozenset[str] | None) -> Selection:
        """Pulls around the period's days, which are each rep's own; `team` narrows the reps instead."""
        return around(
            self.first,
            self.until,
            self.zone,
            now=self.now,
            as_of=self.as_of,
            known_by=self.known_by,
            reps=reps,
        )

    @property
    def is_selecting(self) -> bool:
        """Whether a number is open."""
        return bool(self.part or self.day or self.left_out)

    @property
    def step(self) -> int | None:
        """The least number of pulls of the days asked for; None where it is another part."""
        name, _, least = (self.part or "").partition(".")
        return int(least) if name in (STEP, STEP_QUALIFIED) else None

    @property
    def is_share(self) -> bool:
        """Whether the number is the share of the qualified."""
        return self.part == QUALIFIED or (self.part or "").startswith(f"{STEP_QUALIFIED}.")

    def kept(self) -> dict[str, str]:
        """What is selected."""
        found = {
            "part": self.part,
            "rep": self.rep,
            "day": self.day.isoformat() if self.day else None,
            "left_out": self.left_out,
        }
        return {name: value for name, value in found.items() if value}


def read_pulls_address(parameters: QueryDict, *, zone: ZoneInfo, now: datetime) -> PullsAsked:
    """Read the parameters; `zone` is the organisation's. Raises WrongAddress."""
    asked = read_address(parameters, zone=zone, now=now)
    for name in _NARROWS:
        if given(parameters, name):
            raise WrongAddress(f"A rep's pulls are counted whole, against the band: leave “{name}” out.")
    part = given(parameters, "part")
    day = read_day(parameters, "day") if given(parameters, "day") else None
    if part is not None and part not in PARTS and not _is_step(part):
        raise WrongAddress(f"“{part[:60]}” is no part of the pulls: open a number of the page.")
    if day is not None and (asked.rep is None or part is not None):
        raise WrongAddress("A day is one rep's: open a number of the table.")
    if asked.rep is not None and part is None and day is None:
        raise WrongAddress("The address names a rep but no number: open one of the page.")
    if asked.left_out and (part or day or asked.rep):
        raise WrongAddress("The address names a number and what is left out: write one of them.")
    own = {"part": part, "day": day, "figure": None, "tile": None, "sort": None}
    return PullsAsked(**{**vars(asked), **own})


def _is_step(part: str) -> bool:
    name, _, least = part.partition(".")
    return name in (STEP, STEP_QUALIFIED) and least.isascii() and least.isdigit() and len(least) < 7
