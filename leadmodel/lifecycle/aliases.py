"""The stages under the names other models give them, with the dates a cycle reached each (R141, R152). Pure.

Aliases are shown beside the stages, never instead: nothing is derived from one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from leadmodel.lifecycle.cycles import Cycle
from leadmodel.lifecycle.display import Alias
from leadmodel.lifecycle.lead_types import Priority
from leadmodel.lifecycle.settings import ModelSettings

MEANINGS: Mapping[Alias, str] = {
    Alias.AQL: "automation qualified lead: assigned to somebody",
    Alias.MAL: "marketing accepted lead: the first touch that counts",
    Alias.MQO: "marketing qualified opportunity: qualified, or the opportunity has a meeting",
    Alias.SQO: "sales qualified opportunity: the opportunity is pipeline",
    Alias.MCL: "marketing captured lead: known, with an e-mail address",
    Alias.MEL: "marketing engaged lead: answered a campaign before the cycle ended",
    Alias.MQL: "marketing qualified lead: assigned to somebody",
    Alias.SAL: "sales accepted lead: touched, and agreed to a meeting; P1 or P2 where priorities have rules",
    Alias.SQL: "sales qualified lead: an opportunity to forecast, which is one that is pipeline",
}
"""What each says, and what dates it here."""
_FITS = frozenset({Priority.P1, Priority.P2})
"""Raised a hand, or is of the ideal profile with a score over the threshold (R142, R143)."""


class Around(NamedTuple):
    """What a cycle's aliases rest on beside the cycle: all of the person, as far as it was known."""

    mailed_at: datetime | None
    """Since when the person was known, if by an e-mail address."""
    responses: Sequence[datetime]
    """When the person answered a campaign."""


def dates_of(cycles: Sequence[Cycle], around: Around, settings: ModelSettings) -> list[dict[Alias, datetime]]:
    """For each of a person's cycles, in order, when it reached what an alias names; those not reached are left out."""
    told, before = [], None
    for cycle in cycles:
        found = _of_cycle(cycle, before, around, settings)
        told.append({alias: at for alias, at in found.items() if at is not None})
        before = cycle.closed_at or before  # one that still runs ended nothing (K6)
    return told


def _of_cycle(
    cycle: Cycle, before: datetime | None, around: Around, settings: ModelSettings
) -> dict[Alias, datetime | None]:
    """What dates each; `before` is when the cycle before ended."""
    engaged = (
        at
        for at in around.responses
        if (before is None or at > before) and (cycle.closed_at is None or at <= cycle.closed_at)
    )
    agreed = min((at for at in (cycle.qualified_at, cycle.meeting_at) if at is not None), default=None)
    return {
        Alias.AQL: cycle.assigned_at,
        Alias.MAL: cycle.first_touch_at,
        Alias.MQO: agreed,
        Alias.SQO: cycle.pipeline_at,
        Alias.MCL: around.mailed_at,
        Alias.MEL: min(engaged, default=None),
        Alias.MQL: cycle.assigned_at,
        Alias.SAL: _accepted(cycle, agreed, settings),
        Alias.SQL: cycle.pipeline_at,
    }


def _accepted(cycle: Cycle, agreed: datetime | None, settings: ModelSettings) -> datetime | None:
    """SAL: contact by the rep and an agreed meeting, of somebody who fits (R152)."""
    if cycle.first_touch_at is None or agreed is None:
        return None
    if settings.lead_types.priorities and cycle.priority not in _FITS:
        return None
    return max(cycle.first_touch_at, agreed)
