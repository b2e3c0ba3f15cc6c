"""What becomes of meetings, and by when somebody says so (M18, R058, R060): a part of the settings. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field, model_validator

from leadmodel.lifecycle.section import Names, Section


class Meetings(Section):
    """Which field of Salesforce's Event says what became of a meeting, and when it is to say so, in calendar hours."""

    outcome_field: str | None = None
    """API name; None: Salesforce does not tell, and nobody is asked."""
    held: Names = ()
    no_show: Names = ()
    cancelled: Names = ()
    """The values that mean each. Any other value says that the meeting is marked, and no more."""
    mark_within_hours: Annotated[float, Field(gt=0)] = 24
    """After the meeting's scheduled end; then whoever had it is reminded, once."""
    tell_manager_after_hours: Annotated[float, Field(ge=0)] | None = 24
    """After that their manager is told, once; None: never."""

    @model_validator(mode="after")
    def _one_meaning_each(self) -> Meetings:
        seen: dict[str, str] = {}
        for meaning in ("held", "no_show", "cancelled"):
            for value in getattr(self, meaning):
                if (other := seen.setdefault(value.casefold(), meaning)) != meaning:
                    raise ValueError(
                        f"“{value}” stands under {other} and under {meaning}; keep it under one of them"
                    )
        return self

    @property
    def mark_within(self) -> timedelta:
        """How long after its end a meeting may stay unmarked; exactly this is in time."""
        return timedelta(hours=self.mark_within_hours)

    @property
    def tell_manager_after(self) -> timedelta | None:
        """How long after that the manager is told; None: never."""
        hours = self.tell_manager_after_hours
        return None if hours is None else timedelta(hours=hours)
