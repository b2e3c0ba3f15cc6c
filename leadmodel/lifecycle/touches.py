"""Which activities are touches, and when (M7, K1, K11). Whether one falls into a cycle is the fold's question."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from leadmodel.lifecycle.cycles import COUNTING, Touch, Why
from leadmodel.lifecycle.facts import Activity, Directory
from leadmodel.lifecycle.settings import Touches


def read_touches(
    activities: Iterable[Activity],
    *,
    rules: Touches,
    directory: Directory,
    exists: Callable[[datetime, datetime], bool],
) -> list[tuple[str, Touch]]:
    """Every activity that exists as (record Id, touch), automatic ones answered at once included.

    `exists` is asked with when it happened and when it was recorded (M3). `Touch.why` is COUNTED or ANSWERED_AT_ONCE
    for those that may count. An activity told twice is read once.
    """
    seen: set[str] = set()
    found: list[tuple[str, Touch]] = []
    automatic: list[Touch] = []
    answers: list[datetime] = []
    late_by = timedelta(hours=rules.backdated_after_hours)
    for activity in activities:
        if activity.activity_id in seen:
            continue
        seen.add(activity.activity_id)
        created_at, completed_at = activity.created_at, activity.completed_at
        why = _why(activity, rules, directory)
        touch = Touch(created_at, activity.activity_id, directory.named(activity.owner_id), why)
        if completed_at is not None and activity.is_done and not activity.is_event:
            if completed_at < created_at - late_by:
                touch.is_backdated = True
            else:
                touch.at = completed_at
        if not exists(touch.at, max(created_at, touch.at)):
            continue
        if activity.is_event or why is Why.INBOUND:
            answers.append(touch.at)
        elif why in _AUTOMATIC:
            automatic.append(touch)
        found.append((activity.record_id, touch))
    _count_the_answered(automatic, answers, timedelta(minutes=rules.answer_window_minutes))
    return found


_AUTOMATIC = frozenset({Why.AUTOMATIC_USER, Why.AUTOMATIC_SUBTYPE, Why.AUTOMATIC_SUBJECT})


def _why(activity: Activity, rules: Touches, directory: Directory) -> Why:
    if not (activity.is_done or activity.is_event):
        return Why.NOT_DONE
    kind = rules.kind_of_subject(activity.subject)
    if kind == "inbound":
        return Why.INBOUND
    if activity.subtype in rules.automatic_subtypes:
        return Why.AUTOMATIC_SUBTYPE
    if kind == "automatic":
        return Why.AUTOMATIC_SUBJECT
    if not directory.is_human(activity.owner_id):
        return Why.AUTOMATIC_USER
    return Why.COUNTED


def _count_the_answered(automatic: list[Touch], answers: list[datetime], window: timedelta) -> None:
    """An automatic touch counts after all when a reply or booking follows within the window (M7, R085)."""
    answers.sort()
    for touch in automatic:
        first = bisect_right(answers, touch.at)
        if first < len(answers) and answers[first] - touch.at <= window:
            touch.why = Why.ANSWERED_AT_ONCE


def may_count(touch: Touch) -> bool:
    """Whether the touch counts if it falls into a cycle."""
    return touch.why in COUNTING
