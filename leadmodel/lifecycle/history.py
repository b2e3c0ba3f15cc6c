"""A record's history put straight: what was told twice, what stood at the start, what was a slip (M2, K5)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from operator import attrgetter, itemgetter

from leadmodel.lifecycle.facts import Change, Directory, Horizon, Record, Tracked
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import DISPOSITIONS, OPEN_STAGES, Stage

History = dict[tuple[str, str], list[Change]]
"""The changes of each record's fields (`Change.field`), in order."""
_OWNER = Tracked.OWNER


def straighten(changes: Iterable[Change], directory: Directory) -> History:
    """The changes of each record's fields in order, each real change once.

    A row told twice, an observation that a history row tells exactly, and the names row of an owner change
    count once (M2). An owner change known by names only is resolved where the name is one user's.
    """
    told: History = {}
    is_any_seen = False
    row = ("", "")
    for change in sorted(changes, key=_in_order):
        record_id, field, _, _, _, _, _, source_id, since = change
        row, previous = (source_id, field), row
        if row == previous:
            continue
        if since is not None:
            is_any_seen = True
        told.setdefault((record_id, field), []).append(change)
    if is_any_seen:
        told = {key: _without_told_exactly(own) for key, own in told.items()}
    for key, own in told.items():
        if key[1] is _OWNER:
            told[key] = _by_ids(own, directory)
    return told


_in_order = itemgetter(2, 7, 1)  # at, source_id, field: by position, as a rebuild sorts millions


def _by_ids(owners: list[Change], directory: Directory) -> list[Change]:
    """Owner changes by Ids; the names row beside an Id row goes, one that stands alone is looked up."""
    by_ids = [change for change in owners if _is_holder_id(change)]
    at_ids = [change.at for change in by_ids]  # few: comparing instants is cheaper than hashing them
    alone = [change for change in owners if change.at not in at_ids]
    if not alone:
        return by_ids
    by_ids += [_by_names(change, directory) for change in alone]
    return sorted(by_ids, key=_in_order)


def _is_holder_id(change: Change) -> bool:
    return _is_id(change.new if change.new is not None else change.old)


@lru_cache(maxsize=4096)  # few hold many
def _is_id(value: str | None) -> bool:
    return (
        value is not None
        and value.startswith(("005", "00G"))
        and len(value) in (15, 18)
        and value.isalnum()
        and value.isascii()
    )


def _without_told_exactly(changes: list[Change]) -> list[Change]:
    """The changes less those seen between two reads that a history row tells exactly."""
    exact = [change for change in changes if change.since is None]
    return [change for change in changes if not _is_told_exactly(change, exact)]


def _is_told_exactly(seen: Change, exact: Sequence[Change]) -> bool:
    since = seen.since
    return since is not None and any(row.new == seen.new and since <= row.at <= seen.at for row in exact)


def _by_names(change: Change, directory: Directory) -> Change:
    return change._replace(
        old=directory.user_called(change.old) if change.old is not None else None,
        new=directory.user_called(change.new) if change.new is not None else None,
    )


_CURRENT: dict[Tracked, Callable[[Record], str | None]] = {
    Tracked.STATUS: attrgetter("status"),
    Tracked.OWNER: attrgetter("owner_id"),
    Tracked.ASSIGNED_DATE: lambda record: record.assigned_date.isoformat() if record.assigned_date else None,
    Tracked.NURTURE_REASON: attrgetter("nurture_reason"),
    Tracked.UNQUALIFIED_REASON: attrgetter("unqualified_reason"),
}


def initial_value(record: Record, field: Tracked, changes: Sequence[Change]) -> str | None:
    """What `field` held when the record was created: its first change's old value, else the current one (M2)."""
    return first_value(changes) if changes else _CURRENT[field](record)


def first_value(changes: Sequence[Change]) -> str | None:
    """What a field held before these, its changes in order; at least one."""
    start = changes[0]
    if len(changes) == 1 or changes[1].at != start.at:
        return start.old
    # several changes in the first second may be told in any order: the first starts what none of the others made
    first = [change for change in changes if change.at == start.at]
    made = {change.new for change in first}
    return next((change.old for change in first if change.old not in made), start.old)


def value_at(changes: Sequence[Change], at: datetime, current: str | None, horizon: Horizon) -> str | None:
    """What a field held at `at`, by its changes in order and its value now."""
    if not changes:
        return current
    value = first_value(changes)
    for change in changes:
        if change.at > at:
            break
        if horizon.shows(change.at, change.at):
            value = change.new
    return value


StatusEntered = tuple[Change, Stage]
"""A status change and the stage it entered."""


def without_slips(
    statuses: list[StatusEntered],
    *,
    first: str | None,
    touched_at: Sequence[datetime],
    settings: ModelSettings,
) -> list[StatusEntered]:
    """The mapped status changes of one record less dispositions taken back at once (K5).

    As if they had not been: going back to where they came from is no change then, going on to another status is one.

    A slip is a run of dispositions out of an open status, reverted to an open status within `slip_minutes`
    of its first by the same user, with no counted touch between; an unmapped status (K8) neither makes nor breaks one.
    `first` is the record's first status, `touched_at` the sorted instants of counted touches.
    """
    kept: list[StatusEntered] = []
    run: list[StatusEntered] = []
    before = first
    for entry in statuses:
        change, stage = entry
        if stage in DISPOSITIONS:
            run.append(entry)
            continue
        if run and stage in OPEN_STAGES and _is_slip(run, change, before, touched_at, settings):
            run = []
            if change.new == before:
                continue
        kept += run
        run = []
        kept.append(entry)
        before = change.new
    return kept + run


def _is_slip(
    run: list[StatusEntered],
    back: Change,
    before: str | None,
    touched_at: Sequence[datetime],
    settings: ModelSettings,
) -> bool:
    start, window = run[0][0].at, timedelta(minutes=settings.slip_minutes)
    if back.at - start > window or settings.stages.stage_of(before, start) not in OPEN_STAGES:
        return False
    if any(change.actor != back.actor for change, _ in run):
        return False
    next_touch = bisect_right(touched_at, start)
    return next_touch == len(touched_at) or touched_at[next_touch] >= back.at
