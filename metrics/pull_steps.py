"""What the data say about the band (R115): days of work by their pulls, and how many of these were qualified. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from leadmodel.lifecycle.pulls import Place, Pulls, Steps
from metrics.intervals import Interval, wilson
from metrics.picking import NONE, Pair
from metrics.pulling import Day, RepDay
from metrics.reasons import differs
from metrics.report import written
from metrics.spec import Unit


@dataclass(frozen=True)
class Step:
    """Days of work with so many pulls: the days, all their pulls, those qualified of those in rates, those open."""

    steps: Steps
    place: Place
    days: int
    pulls: int
    qualified: Pair
    open: int

    @property
    def interval(self) -> Interval | None:
        """How far chance may have moved the share."""
        return wilson(*self.qualified)


class Side(StrEnum):
    """How the days on one side of the band did beside those within it."""

    NONE = "none"
    """No pulls there."""
    TOO_FEW = "too few"
    LESS = "less"
    MORE = "more"
    ALIKE = "alike"
    """Chance explains the difference."""


@dataclass(frozen=True)
class Verdict:
    """The shares of all days under, within and over the band, and how each side did beside the middle."""

    shares: dict[Place, Pair]
    sides: dict[Place, Side]

    def share(self, place: Place) -> float | None:
        """The share of the days that lie so; None of nothing."""
        pair = self.shares[place]
        return pair.share if pair.of else None


def group(days: Iterable[RepDay], band: Pulls) -> list[Step]:
    """Days of work in the groups that the band makes; other days are in none."""
    worked = [day for day in days if day.kind is Day.WORKED]
    found = []
    for steps in band.steps():
        own = [day.tally for day in worked if steps.holds(day.tally.pulls)]
        qualified = Pair(sum(tally.qualified for tally in own), sum(tally.rated for tally in own))
        found.append(
            Step(
                steps, band.place(steps.least), len(own), sum(tally.pulls for tally in own), qualified,
                sum(tally.open for tally in own),
            )
        )  # fmt: skip
    return found


def judge(steps: Iterable[Step], few: int) -> Verdict:
    """What lies under, and what over the band, beside what lies within, by the two-proportion z of `differs`."""
    shares = dict.fromkeys(Place, NONE)
    for step in steps:
        shares[step.place] = shares[step.place].plus(step.qualified)
    within = shares[Place.WITHIN]
    sides = {place: _side(shares[place], within, few) for place in (Place.UNDER, Place.OVER)}
    return Verdict(shares, sides)


def _side(own: Pair, within: Pair, few: int) -> Side:
    if not own.of:
        return Side.NONE
    if min(own.of, within.of) < few:
        return Side.TOO_FEW
    z = differs(*own, *within, few)
    if z is None:
        return Side.ALIKE
    return Side.LESS if z < 0 else Side.MORE


_SIDES = {
    Side.NONE: "no pulls",
    Side.TOO_FEW: "too few to say",
    Side.LESS: "notably less",
    Side.MORE: "notably more",
    Side.ALIKE: "no more of a difference than chance makes",
}
_SAYS = {
    (Side.LESS, Side.LESS): "The data speak for the band of {band}.",
    (Side.LESS, Side.MORE): "The data speak for more pulls a day than the band of {band}.",
    (Side.MORE, Side.LESS): "The data speak for fewer pulls a day than the band of {band}.",
    (Side.MORE, Side.MORE): "The data speak against the band of {band}: days on both sides of it did better.",
    (
        Side.ALIKE,
        Side.ALIKE,
    ): "In these data it makes no notable difference whether a day lies in the band of {band}.",
}
_LOWER = {
    Side.LESS: "The data speak for at least {least} pulls a day",
    Side.MORE: "The data speak for fewer than {least} pulls a day",
    Side.ALIKE: "In these data fewer than {least} pulls a day make no notable difference",
}
_UPPER = {
    Side.LESS: "the data speak for at most {most} pulls a day",
    Side.MORE: "the data speak for more than {most} pulls a day",
    Side.ALIKE: "in these data more than {most} pulls a day make no notable difference",
}


def sentences(verdict: Verdict, band: Pulls) -> list[str]:
    """What the data say, the conclusion first, or that they are too few to say."""
    under, over = verdict.sides[Place.UNDER], verdict.sides[Place.OVER]
    within = verdict.shares[Place.WITHIN]
    if under not in _LOWER and over not in _UPPER:
        said = f"The data are too few to say anything about the band of {band}."
    elif (under, over) in _SAYS:
        said = _SAYS[under, over].format(band=band)
    else:
        lower = _LOWER.get(under, f"Fewer than {{least}} pulls a day: {_SIDES[under]}")
        upper = _UPPER.get(over, f"more than {{most}} pulls a day: {_SIDES[over]}")
        said = f"{lower}; {upper}.".format(least=band.at_least, most=band.at_most)
    told = [said]
    if within.of:
        told.append(
            f"On days within the band {written(within.share, Unit.SHARE)} of {within.of:,} pulls became qualified;"
            f" {_told(verdict, Place.UNDER)}; {_told(verdict, Place.OVER)}."
        )
    return told


def _told(verdict: Verdict, place: Place) -> str:
    pair, side = verdict.shares[place], verdict.sides[place]
    if not pair.of:
        return f"{place} it {_SIDES[side]}"
    return f"{place} it {written(pair.share, Unit.SHARE)} of {pair.of:,}, {_SIDES[side]}"
