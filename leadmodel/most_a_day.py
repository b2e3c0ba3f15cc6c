"""The most that automation decides, and writes, within 24 hours by the settings (M15, R067): what is above it waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from base.models import Effect
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.may_act import ABANDON, REASSIGN

DAY = timedelta(days=1)
_STATE = Effect.State


@dataclass(frozen=True)
class Cap:
    """One kind of act: how many were done within the last 24 hours, and the most that may be."""

    done: int
    most: int

    @property
    def left(self) -> int:
        """How many more may be; scanners that look at once may each take a batch more."""
        return max(0, self.most - self.done)


def decisions(kind: str, settings: ModelSettings, *, now: datetime) -> Cap:
    """Of what automation decides, in a dry run too. What was told long ago counts when it is done after all."""
    told = _of(kind).filter(Q(created_at__gt=now - DAY) | _done_since(now - DAY))
    return Cap(told.exclude(state=_STATE.CANCELLED).count(), _most(settings)[kind])


def writes(kind: str, settings: ModelSettings, *, now: datetime) -> Cap | None:
    """Of what goes to Salesforce, what is on its way too; None: people do it, and any number of times."""
    most = _most(settings).get(kind)
    if most is None:
        return None
    went = _done_since(now - DAY) | Q(state__in=(_STATE.READY, _STATE.LEASED))
    return Cap(_of(kind).filter(went).count(), most)


def _of(kind: str) -> QuerySet[Effect]:
    return Effect.objects.filter(kind=kind)


def _done_since(at: datetime) -> Q:
    return Q(state=_STATE.DONE, ended_at__gt=at)


def _most(settings: ModelSettings) -> dict[str, int]:
    return {ABANDON: settings.auto_abandon.most_a_day, REASSIGN: settings.reassignment.most_a_day}
