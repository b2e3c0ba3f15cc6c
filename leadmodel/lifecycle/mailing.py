"""What people are told by mail, and when: a part of the settings. Pure."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import Field

from leadmodel.lifecycle.section import Section, TimeOfDay


class CleanYourRoom(Section):
    """The mails of working mornings, the first of which tells managers what their team left lying (R070)."""

    at: TimeOfDay = "07:30"
    """When they are sent, in the own time zone; each may choose another time."""
    rows_per_rep: Annotated[int, Field(ge=1, le=100)] = 10
    """How many people a manager's lists of each rep, and the others' in each list; a link leads to all."""

    @property
    def time(self) -> time:
        """The time of day it is sent at."""
        return time.fromisoformat(self.at)
