"""Who is not to return from Nurture, or be followed up there, after all, by what was last read of Salesforce."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from alerts.ladder.due import DueStep
from leadmodel.changes import LastRead
from leadmodel.lifecycle.stages import Stage
from leadmodel.recycling import read_opted_out

_STILL = (None, Stage.NURTURE, Stage.QUALIFIED)
"""What the status may mean of somebody in Nurture: a lost opportunity leads there too, and leaves the status (M14)."""


def read_elsewhere(due: Sequence[DueStep], last: Mapping[str, LastRead], now: datetime) -> dict[str, str]:
    """By person why nobody is reminded of them, in a sentence.

    They have opted out (M13), or the status says that they are elsewhere, though no history may tell since when.
    """
    persons = {one.person_id for one in due}
    moot = {
        person_id: "Salesforce's status says that they are in Nurture no more."
        for person_id in persons & last.keys()
        if last[person_id].stage(now) not in _STILL
    }
    return moot | dict.fromkeys(read_opted_out(persons), "They have opted out.")
