"""Which activities are touches, and when (M7, K1, K11). Whether one falls into a cycle is the fold's question."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta

from leadmodel.lifecycle.cycles import Touch, Why
from leadmodel.lifecycle.facts import Activity, Directory, Horizon
from leadmodel.lifecycle.settings import Touches


def read_touches(
    activities: Iterable[Activity],
    *,
    rules: Touches,
    directory: Directory,
    horizon: Horizon,
) -> list[tuple[str, Touch]]:
    """Every activity that exists (M3) as (record Id, touch), automatic ones answered at once included.

    `Touch.why` is COUNTED or ANSWERED_AT_ONCE for those that may count. An activity told twice is read once.
    """
    seen: set[str] = set()
    found: list[tuple[str, Touch]] = []
    automatic: list[Touch] = []
    answers: list[datetime] = []
    late_by = timedelta(hours=rules.backdated_after_hours)
    named, is_open = directory.named, horizon.is_open
    for activity in activities:
        record_id, activity_id, is_event, created_at, completed_at, is_done, owner_id, _, _ = activity
        if activity_id in seen:
            continue
        seen.add(activity_id)
        why = _why(activity, rules, directory)
        touch = Touch(created_at, activity_id, named(owner_id), why)
        if completed_at is not None and is_done and not is_event:
            if completed_at < created_at and completed_at < created_at - late_by:
                touch.is_backdated = True
            else:
                touch.at = completed_at
        if not is_open and not horizon.shows(touch.at, max(created_at, touch.at)):
            continue
        if is_event or why is Why.INBOUND:
            answers.append(touch.at)
        elif why in _AUTOMATIC:
            automatic.append(touch)
        found.append((record_id, touch))
    if automatic and answers:
        _count_the_answered(automatic, answers, timedelta(minutes=rules.answer_window_minutes))
    return found


_AUTOMATIC = frozenset({Why.AUTOMATIC_USER, Why.AUTOMATIC_SUBTYPE, Why.AUTOMATIC_SUBJECT})


def _why(activity: Activity, rules: Touches, directory: Directory) -> Why:
    _, _, is_event, _, _, is_done, owner_id, subject, subtype = activity
    if not (is_done or is_event):
        return Why.NOT_DONE
    kind = rules.kind_of_subject(subject)
    if kind == "inbound":
        return Why.INBOUND
    if subtype in rules.automatic_subtypes:
        return Why.AUTOMATIC_SUBTYPE
    if kind == "automatic":
        return Why.AUTOMATIC_SUBJECT
    if not directory.is_human(owner_id):
        return Why.AUTOMATIC_USER
    return Why.COUNTED


def _count_the_answered(automatic: list[Touch], answers: list[datetime], window: timedelta) -> None:
    """An automatic touch counts after all when a reply or booking follows within the window (M7, R085)."""
    answers.sort()
    for touch in automatic:
        first = bisect_right(answers, touch.at)
        if first < len(answers) and answers[first] - touch.at <= window:
            touch.why = Why.ANSWERED_AT_ONCE
