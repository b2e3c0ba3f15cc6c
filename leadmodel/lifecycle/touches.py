"""Which activities are touches, and when (M7, K1, K11). Whether one falls into a cycle is the fold's question."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from leadmodel.lifecycle.cycles import Touch, Why
from leadmodel.lifecycle.facts import Activity, Directory, Horizon
from leadmodel.lifecycle.settings import Touches

# looked up once: a rebuild asks a million times, and an Enum is slow to answer
_COUNTED, _INBOUND, _NOT_DONE = Why.COUNTED, Why.INBOUND, Why.NOT_DONE


def read_touches(
    activities: Iterable[Activity],
    *,
    rules: Touches,
    directory: Directory,
    horizon: Horizon,
    with_loose: bool,
) -> list[tuple[str, Touch]]:
    """The activities that exist (M3) as (record Id, touch): those that may count, and with `with_loose` all.

    `Touch.why` is COUNTED or ANSWERED_AT_ONCE for those that may count. An activity told twice is read once, one of
    several records once for each (K10).
    """
    seen: set[tuple[str, str]] = set()
    found: list[tuple[str, Touch]] = []
    idle: list[_Idle] = []
    answers: list[datetime] = []
    late_by, named, is_open = rules.backdated_after, directory.named, horizon.is_open
    kind_of, subtypes, is_human = rules.kind_of_subject, rules.automatic_subtypes, directory.is_human
    for (
        record_id,
        activity_id,
        is_event,
        created_at,
        completed_at,
        is_done,
        owner_id,
        subject,
        subtype,
    ) in activities:
        told = (activity_id, record_id)
        if told in seen:
            continue
        seen.add(told)
        at, is_backdated = created_at, False
        if completed_at is not None and is_done and not is_event:
            if completed_at < created_at and completed_at < created_at - late_by:
                is_backdated = True
            else:
                at = completed_at
        if not is_open and not horizon.shows(at, max(created_at, at)):
            continue
        why = _NOT_DONE
        if is_done or is_event:
            why = _why(kind_of(subject), is_of_tool=subtype in subtypes, is_humans=is_human(owner_id))
        if is_event or why is _INBOUND:
            answers.append(at)
        if why is _COUNTED:
            found.append((record_id, Touch(at, activity_id, named(owner_id), why, is_backdated)))
        elif with_loose or (why in _AUTOMATIC and not is_event):
            idle.append((record_id, at, activity_id, owner_id, why, is_backdated, is_event))
    if idle and (answers or with_loose):
        found += _of_idle(idle, answers, rules.answer_window, directory, with_loose=with_loose)
    return found


_AUTOMATIC = frozenset({Why.AUTOMATIC_USER, Why.AUTOMATIC_SUBTYPE, Why.AUTOMATIC_SUBJECT})

_Idle = tuple[str, datetime, str, str | None, Why, bool, bool]
"""What counts for nothing by itself: (record Id, at, its Id, owner, why not, whether back-dated, whether an Event)."""


def _why(kind: str | None, *, is_of_tool: bool, is_humans: bool) -> Why:
    """Why a completed activity counts, or why not: by its subject's kind, its subtype, and whose it is."""
    if kind == "inbound":
        return _INBOUND
    if is_of_tool:
        return Why.AUTOMATIC_SUBTYPE
    if kind == "automatic":
        return Why.AUTOMATIC_SUBJECT
    return _COUNTED if is_humans else Why.AUTOMATIC_USER


def _of_idle(
    idle: Iterable[_Idle],
    answers: list[datetime],
    window: timedelta,
    directory: Directory,
    *,
    with_loose: bool,
) -> Iterator[tuple[str, Touch]]:
    """An automatic touch counts after all when a reply or booking follows within the window (M7, R085).

    An Event is itself such a booking, whoever logged it, and none that waits for another.
    """
    answers.sort()
    for record_id, at, activity_id, owner_id, why, is_backdated, is_event in idle:
        told = why
        if why in _AUTOMATIC and not is_event:
            first = bisect_right(answers, at)
            if first < len(answers) and answers[first] - at <= window:
                told = Why.ANSWERED_AT_ONCE
        if with_loose or told is not why:
            yield record_id, Touch(at, activity_id, directory.named(owner_id), told, is_backdated)
