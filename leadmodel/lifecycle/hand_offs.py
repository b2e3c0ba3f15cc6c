"""The promise to take up whom one was handed (M18, R145): a part of the settings. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from leadmodel.lifecycle.lead_types import Priority
from leadmodel.lifecycle.of_type import OfSomeType, first_that_fits
from leadmodel.lifecycle.section import Names, Section
from leadmodel.lifecycle.stages import Path

Hours = Annotated[float, Field(gt=0)]


class TypedHandOff(OfSomeType):
    """The time for some lead types."""

    accept_hours: Hours | None


class HandOff(Section):
    """How long who gets a qualified person may take to take them up, calendar hours (M17); None: as long as may be."""

    accept_hours: Hours | None = 72
    remind_before_hours: Annotated[float, Field(ge=0)] = 24
    """So long before that time is over they are reminded, once; when it is over their manager is told, once."""
    teams: Names = ()
    """Who takes qualified people over; nobody named: whoever is of another team than who had them."""
    types: tuple[TypedHandOff, ...] = ()
    """Other times of some lead types, the first that fits."""

    def is_one(self, giver: str | None, taker: str | None) -> bool:
        """Whether it is a hand-off that somebody of the one team gives a person to somebody of the other."""
        if self.teams:
            return taker in self.teams and giver != taker
        return None not in (giver, taker) and giver != taker

    def accept_within(
        self, path: Path, priority: Priority | None, *, is_target_account: bool
    ) -> timedelta | None:
        """How long it may take with leads of this type; exactly this is in time. None: no time is promised."""
        typed = first_that_fits(self.types, path, priority, is_target_account=is_target_account)
        hours = self.accept_hours if typed is None else typed.accept_hours
        return None if hours is None else timedelta(hours=hours)
