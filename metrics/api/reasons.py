"""The reasons of dispositions: what the settings offer, and what is in use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from leadmodel.access import visible_reps
from leadmodel.lifecycle.reasons import KINDS
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import Stage
from leadmodel.settings_store import settings_in_force
from metrics.api.parameters import day, zone
from metrics.api.periods import read_period, refuse_too_long
from metrics.api.resource import Call, Resource, reads
from metrics.api.shapes import ReasonList
from metrics.api.throttling import FigureThrottle, Throttle
from metrics.query import derived
from metrics.reasons import LOST, count_reasons
from metrics.selection import Selection, last_days

DAYS = 90
FROM = day("from", f"Count cycles assigned on this day or later; the last {DAYS} days unless told.")
TO = day("to", "Count cycles assigned before this day.")
ZONE = zone("tz", "The zone of the two days; the organisation's unless told.")
_ENDED = {LOST: Stage.QUALIFIED.value}
"""Under which disposition reasons stand that came later: why who was qualified came back is told under Qualified."""
_Used = tuple[str, str, int]
"""Disposition, reason, how many cycles."""


class Reasons(Resource):
    """Reasons by disposition."""

    throttle_classes = [Throttle, FigureThrottle]

    @reads("reasons", ReasonList, parameters=(FROM, TO, ZONE))
    def get(self, call: Call) -> Any:
        """The reasons configured and in use, with the cycles of the user's reps that ended with each."""
        settings = settings_in_force()
        zone = call.asked[ZONE] or settings.organisation.zone
        usual_first, usual_until = last_days(DAYS, call.now, zone)
        first, until = call.asked[FROM] or usual_first, call.asked[TO] or usual_until
        bounds = read_period(first, until, zone)
        refuse_too_long(first, until)
        used = _used(Selection(bounds["start"], bounds["end"], call.now, reps=visible_reps(call.user)))
        told = list(_by_kind(settings, used, call.now))
        return ReasonList({"first": first, "until": until, "results": told}).data


def _used(selection: Selection) -> list[_Used]:
    """As the Reasons page counts: a cycle by how it ended, without those that exceptions leave out (M16)."""
    used: Counter[tuple[str, str]] = Counter()
    with derived(selection) as state:
        for tally in count_reasons(selection, state):
            if tally.reason is not None:
                used[_ENDED.get(tally.kind, tally.kind), tally.reason] += tally.cycles
    return [(kind, reason, cycles) for (kind, reason), cycles in used.most_common()]


def _by_kind(settings: ModelSettings, used: list[_Used], now: datetime) -> Iterator[dict[str, Any]]:
    reasons = settings.reasons
    for kind in (*KINDS, Stage.QUALIFIED):
        configured = [reason.name for reason in reasons.offered(kind, now)]
        in_use = [(reason, cycles) for of, reason, cycles in used if of == kind.value]
        known = {*configured, *(reason for reason, _ in in_use)}
        yield {
            "kind": kind.value,
            "salesforce_field": reasons.field_of(kind),
            "configured": configured,
            "pre_qualification": sorted(
                name for name in known if reasons.is_pre_qualification(kind, name, now)
            ),
            "in_use": [{"reason": reason, "cycles": cycles} for reason, cycles in in_use],
        }
