"""The most that automation does within 24 hours, by the settings: what is above it waits, and is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from alerts.telling.words import KINDS
from base.models import Effect
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.may_act import ABANDON, REASSIGN
from leadmodel.settings_store import settings_in_force

DAY = timedelta(days=1)
_LONGEST_KEPT = timedelta(days=8)
"""Hardly a message waits longer. It bounds the search, which an index serves."""


@dataclass(frozen=True)
class Cap:
    """One kind of act: how many were done within the last 24 hours, and the most that may be."""

    done: int
    most: int

    @property
    def left(self) -> int:
        """How many more may be; scanners that look at once may each take a batch more."""
        return max(0, self.most - self.done)


def abandons(settings: ModelSettings, *, now: datetime) -> Cap:
    """Of people given up (M15)."""
    return Cap(_decided(ABANDON, now), settings.auto_abandon.most_a_day)


def reassignments(settings: ModelSettings, *, now: datetime) -> Cap:
    """Of people given to somebody else (R067)."""
    return Cap(_decided(REASSIGN, now), settings.reassignment.most_a_day)


def messages(settings: ModelSettings, *, now: datetime) -> Cap:
    """Of messages to everybody together, by mail and in Slack."""
    kept = Effect.objects.filter(kind__in=KINDS.values(), created_at__gt=now - _LONGEST_KEPT)
    sent = kept.filter(state=Effect.State.DONE, ended_at__gt=now - DAY)
    return Cap(sent.count(), settings.telling.most_a_day)


def why_too_many(effect: Effect, *, now: datetime) -> str:
    """Why a message waits for others to be a day old, in a sentence; empty where it may go."""
    if effect.kind not in KINDS.values():
        return ""
    cap = messages(settings_in_force(), now=now)
    return "" if cap.left else f"Waits: the day's most messages ({cap.most:,}, telling.most_a_day) went."


def _decided(kind: str, now: datetime) -> int:
    """Decided within 24 hours, or written: what a dry run told may be done after all days later."""
    lately = Q(created_at__gt=now - DAY) | Q(state=Effect.State.DONE, ended_at__gt=now - DAY)
    return Effect.objects.filter(lately, kind=kind).exclude(state=Effect.State.CANCELLED).count()
