"""What a person may be closed as, and the reasons to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from leadmodel.lifecycle.facts import Tracked
from leadmodel.lifecycle.reasons import Reason
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import Stage
from sync.writeback.calls import object_of

REASON_FIELDS = {Stage.NURTURE: Tracked.NURTURE_REASON, Stage.UNQUALIFIED: Tracked.UNQUALIFIED_REASON}
MOST = 30
_LATELY = 2000
"""Reasons in use are those of so many latest cycles: a rep waits for the list."""


@dataclass(frozen=True)
class Disposition:
    """A way to close a cycle. Without `reasons` it needs none."""

    kind: Stage
    status: str
    reasons: list[Reason]


def has_status(person_id: str, settings: ModelSettings) -> bool:
    """Whether a status of this person's can be written: a Lead has one, a Contact where the settings name it."""
    return object_of(person_id) == "Lead" or settings.stages.contact_status_field is not None


def dispositions(person_id: str, settings: ModelSettings, *, now: datetime) -> list[Disposition]:
    """The ways in which this person can be closed now, as they are shown; none where no status can be written."""
    if not has_status(person_id, settings):
        return []
    found = []
    for kind in (Stage.NURTURE, Stage.UNQUALIFIED, Stage.QUALIFIED):
        status = settings.write_back.status_of(kind, settings.stages)
        if status is not None:
            found.append(Disposition(kind, status, reasons(kind, settings, now=now)))
    return found


def reasons(kind: Stage, settings: ModelSettings, *, now: datetime) -> list[Reason]:
    """The reasons offered for a disposition now: the settings' list, else those in use, the most used first."""
    told = settings.reasons
    if told.field_of(kind) is None:
        return []
    return list(told.offered(kind, now) or told.with_built_in(kind, map(_plain, _in_use(kind))))


def _plain(name: str) -> Reason:
    return Reason(name=name)


def _in_use(kind: Stage) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reason FROM (SELECT reason FROM leadmodel_cycle WHERE latest_kind = %s AND btrim(reason) <> ''"
            " ORDER BY assigned_at DESC LIMIT %s) lately GROUP BY reason ORDER BY count(*) DESC, reason LIMIT %s",
            [kind.value, _LATELY, MOST],
        )
        return [row[0] for row in cursor.fetchall()]
