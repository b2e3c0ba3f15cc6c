"""How often things happen while the company lives."""

from __future__ import annotations

from math import exp
from random import Random

from sandbox.company.hours import YEAR, arrival_weight

QUIETEST = 0.5
"""Even at night this share of the average hour's business goes on: a demonstration may be at any hour."""


class Pace:
    """How much happens in one step of `minutes` company-minutes, for a company of so many leads a year."""

    def __init__(self, *, leads: int, minutes: float, at: int, rng: Random) -> None:
        self.minutes = minutes
        self.rng = rng
        self._leads_per_minute = leads / (YEAR / 60)
        self._busy = max(QUIETEST, arrival_weight(at))

    def times(self, per_lead: float) -> int:
        """How many times something happens that happens this often to a lead in its life."""
        return poisson(self.rng, self._leads_per_minute * per_lead * self.minutes * self._busy)

    def happens(self, mean_seconds: float, passed_seconds: float) -> bool:
        """Whether something that takes this long on average happens within the seconds that have passed."""
        return self.rng.random() < 1 - exp(-passed_seconds / mean_seconds)


def poisson(rng: Random, mean: float) -> int:
    """A number of independent happenings of this mean; large means are drawn from the normal curve."""
    if mean > 50:
        return max(0, round(rng.gauss(mean, mean**0.5)))
    count, product, limit = 0, rng.random(), exp(-mean)
    while product > limit:
        count += 1
        product *= rng.random()
    return count
