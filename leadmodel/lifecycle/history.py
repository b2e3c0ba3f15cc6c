"""A record's history put straight: what was told twice, what stood at the start, what was a slip (M2, K5)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from leadmodel.lifecycle.facts import Change, Directory, Record, Tracked
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import DISPOSITIONS, OPEN_STAGES

_HOLDER_ID = re.compile(r"00(5|G)[0-9A-Za-z]{12}([0-9A-Za-z]{3})?")


History = dict[tuple[str, Tracked], list[Change]]
"""The changes of each record's fields, in order."""


def straighten(changes: Iterable[Change], directory: Directory) -> History:
    """The changes of each record's fields in order, each real change once.

    A row told twice, an observation that a history row tells exactly, and the names row of an owner change
    count once (M2). An owner change known by names only is resolved where the name is one user's.
    """
    rows = {(c.source_object, c.source_id, c.field, c.new): c for c in changes}
    told: History = {}
    for change in sorted(rows.values(), key=_in_order):
        told.setdefault((change.record_id, change.field), []).append(change)
    for (record_id, field), own in told.items():
        kept = own
        if any(change.since is not None for change in own):
            exact = [change for change in own if change.since is None]
            kept = [change for change in own if not _is_told_exactly(change, exact)]
        told[record_id, field] = _by_ids(kept, directory) if field is Tracked.OWNER else kept
    return told


_in_order = attrgetter("at", "source_id")


def _by_ids(owners: list[Change], directory: Directory) -> list[Change]:
    """Owner changes by Ids; the names row beside an Id row goes, one that stands alone is looked up."""
    with_ids = {change.at for change in owners if _is_holder_id(change)}
    return [
        change if _is_holder_id(change) else _by_names(change, directory)
        for change in owners
        if _is_holder_id(change) or change.at not in with_ids
    ]


def _is_holder_id(change: Change) -> bool:
    value = change.new if change.new is not None else change.old
    return value is not None and _HOLDER_ID.fullmatch(value) is not None


def _is_told_exactly(seen: Change, exact: Sequence[Change]) -> bool:
    since = seen.since
    return since is not None and any(row.new == seen.new and since <= row.at <= seen.at for row in exact)


def _by_names(change: Change, directory: Directory) -> Change:
    return change._replace(
        old=directory.user_called(change.old) if change.old is not None else None,
        new=directory.user_called(change.new) if change.new is not None else None,
    )


def initial_value(record: Record, field: Tracked, history: History) -> str | None:
    """What `field` held when the record was created: the first change's old value, else the current one (M2)."""
    own = history.get((record.record_id, field))
    if own:
        # several changes in the first second may be told in any order: the first starts what none of the others made
        first = [change for change in own if change.at == own[0].at]
        made = {change.new for change in first}
        return next((change.old for change in first if change.old not in made), own[0].old)
    match field:
        case Tracked.STATUS:
            return record.status
        case Tracked.OWNER:
            return record.owner_id
        case Tracked.ASSIGNED_DATE:
            return record.assigned_date.isoformat() if record.assigned_date else None
        case Tracked.NURTURE_REASON:
            return record.nurture_reason
        case Tracked.UNQUALIFIED_REASON:
            return record.unqualified_reason


def without_slips(
    statuses: list[Change], *, first: str | None, touched_at: Sequence[datetime], settings: ModelSettings
) -> list[Change]:
    """The status changes of one record less dispositions taken back at once (K5).

    As if they had not been: going back to where they came from is no change then, going on to another status is one.

    A slip is a run of dispositions out of an open status, reverted to an open status within `slip_minutes`
    of its first by the same user, with no counted touch between. `first` is the record's first status,
    `touched_at` the sorted instants of counted touches.
    """
    window = timedelta(minutes=settings.slip_minutes)
    stage_of = settings.stages.stage_of
    kept: list[Change] = []
    run: list[Change] = []
    before = first
    for change in statuses:
        stage = stage_of(change.new, change.at)
        if stage is None:
            continue  # K8: an unmapped status changes nothing, so it neither makes nor breaks a slip
        if stage in DISPOSITIONS:
            run.append(change)
            continue
        if run and stage in OPEN_STAGES and _is_slip(run, change, before, touched_at, window, settings):
            run = []
            if change.new == before:
                continue
        kept += run
        run = []
        kept.append(change)
        before = change.new
    return kept + run


def _is_slip(
    run: list[Change],
    back: Change,
    before: str | None,
    touched_at: Sequence[datetime],
    window: timedelta,
    settings: ModelSettings,
) -> bool:
    start = run[0].at
    if back.at - start > window or settings.stages.stage_of(before, start) not in OPEN_STAGES:
        return False
    if any(change.actor != back.actor for change in run):
        return False
    next_touch = bisect_right(touched_at, start)
    return next_touch == len(touched_at) or touched_at[next_touch] >= back.at
