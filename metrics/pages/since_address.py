"""The address of *what changed since*: the Team page's filters, two instants, and which facts. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import QueryDict

from base.address import WrongAddress, given, one_of, read_instant, written_instant
from leadmodel.lifecycle.learned import Between
from metrics.pages.address import Asked, read_address
from metrics.selection import Selection

MORNING = time(8)
ALL = "all"


@dataclass(frozen=True)
class SinceAsked(Asked):
    """What an address of *what changed since* asks for. `second_known` None: what is known now.

    `with_news`: also what happened since the first instant, beside what was only learned since.
    """

    first_known: datetime | None = None
    second_known: datetime | None = None
    with_news: bool = False

    @property
    def between(self) -> Between:
        """Which facts make the difference."""
        since = self.first_known or self.yesterday_morning
        return Between(since, self.second_known or self.now, None if self.with_news else since)

    @property
    def yesterday_morning(self) -> datetime:
        """The first instant where none is given."""
        return datetime.combine(self.now.astimezone(self.zone).date() - timedelta(days=1), MORNING, self.zone)

    @property
    def local_since(self) -> str:
        """The first instant as the form's field has it."""
        return self._local(self.between.since)

    @property
    def local_until(self) -> str:
        """The second instant as the form's field has it."""
        return self._local(self.second_known)

    def filters(self) -> dict[str, str]:
        """The parameters of the filter form."""
        own = {"since": written_instant(self.first_known), "until": written_instant(self.second_known)}
        own["news"] = ALL if self.with_news else None
        return super().filters() | {name: value for name, value in own.items() if value}

    def kept(self) -> dict[str, str]:
        """The figure that is open."""
        return {"figure": self.figure} if self.figure else {}

    def selection(self, reps: frozenset[str] | None) -> Selection:
        """What both sides are asked over; the instants are `between`'s to say."""
        return replace(super().selection(reps), as_of=None, known_by=None)


def read_since_address(parameters: QueryDict, *, zone: ZoneInfo, now: datetime) -> SinceAsked:
    """Read the parameters; `zone` is the organisation's. Raises WrongAddress."""
    for name in ("as_of", "known_by"):
        if given(parameters, name):
            raise WrongAddress(f"This page compares two instants: write since and until instead of {name}.")
    asked = read_address(parameters, zone=zone, now=now)
    own = {
        "first_known": read_instant(parameters, "since", zone=asked.zone, now=now),
        "second_known": read_instant(parameters, "until", zone=asked.zone, now=now),
        "with_news": one_of(parameters, "news", [ALL], "choice of facts") == ALL,
        "rep": None,
        "tile": None,
        "left_out": None,
        "sort": None,
        "after": None,
    }
    found = SinceAsked(**{**vars(asked), **own})
    if found.between.until <= found.between.since:
        raise WrongAddress("until is not after since: write the earlier instant as since.")
    return found
