"""The most messages within 24 hours, by the settings: what is above it waits, and is shown."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.telling.words import KINDS
from base.models import Effect
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.most_a_day import DAY, Cap
from leadmodel.settings_store import settings_in_force

_LONGEST_KEPT = timedelta(days=8)
"""Hardly a message waits longer. It bounds the search, which an index serves."""


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
