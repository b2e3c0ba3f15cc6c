"""What becomes of meetings, and by when somebody says so (M18, R058, R060): a part of the settings. Pure."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Annotated

from pydantic import Field

from leadmodel.lifecycle.section import Names, Section


class AfterNoShow(Section):
    """What is owed to who did not come (R064), in calendar days; without a value that means no-show, nothing."""

    touches: Annotated[int, Field(ge=0)] = 5
    """So many counted ones; 0: none are owed."""
    within_days: Annotated[float, Field(gt=0)] = 7
    """After the meeting's scheduled end; when these are over with fewer, the manager of whoever holds them is told."""
    remind_before_hours: Annotated[float, Field(ge=0)] = 24
    """So long before whoever holds them is reminded, once."""
    give_up_after: Annotated[int, Field(ge=1)] | None = 3
    """So many missed meetings in one cycle, or after it, and automation gives them up (R063); None: never."""


class Meetings(Section):
    """Which field of Salesforce's Event says what became of a meeting, and when it is to say so, in calendar hours."""

    outcome_field: str | None = None
    """API name; None: Salesforce does not tell, and nobody is asked."""
    no_show: Names = ()
    """The values that say that nobody came, in any case of letters; any other says no more than that it is marked."""
    mark_within_hours: Annotated[float, Field(gt=0)] = 24
    """After the meeting's scheduled end; then whoever had it is reminded, once."""
    tell_manager_after_hours: Annotated[float, Field(ge=0)] | None = 24
    """After that their manager is told, once; None: never."""
    after_no_show: AfterNoShow = AfterNoShow()

    @cached_property
    def no_shows(self) -> frozenset[str]:
        """Those values, case-folded; none where nothing follows from them."""
        after = self.after_no_show
        has_clock = after.touches > 0 or after.give_up_after is not None
        return frozenset(value.casefold() for value in self.no_show if has_clock)

    @property
    def mark_within(self) -> timedelta:
        """How long after its end a meeting may stay unmarked; exactly this is in time."""
        return timedelta(hours=self.mark_within_hours)

    @property
    def tell_manager_after(self) -> timedelta | None:
        """How long after that the manager is told; None: never."""
        hours = self.tell_manager_after_hours
        return None if hours is None else timedelta(hours=hours)
