"""Outbound pulls: how many a rep should begin each working day, and what a number of them is against that. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field, model_validator

from leadmodel.lifecycle.section import Section


class Place(StrEnum):
    """Where a day's pulls lie against the band."""

    UNDER = "under"
    WITHIN = "within"
    OVER = "over"


class Steps(NamedTuple):
    """Days with so many pulls, both ends included; `most` None: and more."""

    least: int
    most: int | None

    def holds(self, pulls: int) -> bool:
        """Whether a day with so many pulls is one of them."""
        return self.least <= pulls and (self.most is None or pulls <= self.most)

    def __str__(self) -> str:
        """As headings say it."""
        if self.most is None:
            return f"{self.least} or more"
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"


class Pulls(Section):
    """The band of pulls per rep and working day (M18, R114), both ends included."""

    at_least: Annotated[int, Field(ge=0)] = 10
    at_most: Annotated[int, Field(ge=1)] = 15

    @model_validator(mode="after")
    def _in_order(self) -> Pulls:
        if self.at_most < self.at_least:
            raise ValueError("at_most is less than at_least; write the larger number as at_most")
        return self

    def __str__(self) -> str:
        """As sentences say it."""
        return f"{self.at_least} to {self.at_most}" if self.at_least < self.at_most else str(self.at_least)

    def place(self, pulls: int) -> Place:
        """Where a day with so many pulls lies."""
        if pulls < self.at_least:
            return Place.UNDER
        return Place.WITHIN if pulls <= self.at_most else Place.OVER

    def steps(self) -> tuple[Steps, ...]:
        """Days grouped by their pulls (R115): none, what lies below the band in two halves, the band, what is above."""
        below = self.at_least - 1
        half = below // 2
        found = [Steps(0, 0)] if self.at_least else []
        found += [Steps(least, most) for least, most in ((1, half), (half + 1, below)) if least <= most]
        return (*found, Steps(self.at_least, self.at_most), Steps(self.at_most + 1, None))
