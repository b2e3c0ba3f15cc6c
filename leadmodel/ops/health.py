"""What the health page shows: is everything read in time, and what is to be done where it is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from base.models import Effect
from base.words import Instant, ago, counted, duration, instant
from leadmodel.ops.reading import absent
from leadmodel.ops.runs import last_runs
from leadmodel.ops.tiles import Tile, calls_tile
from sync.health import Health, ObjectHealth, Status, read_health
from sync.models import Drift, ObjectState

LATEST_DRIFTS = 10
_STATUS = {
    Status.OK: ("Everything is read in time", "good"),
    Status.PAUSED: ("Reading is paused", "near"),
    Status.LATE: ("Something is late", "near"),
    Status.FAILING: ("Something fails", "bad"),
    Status.DISCONNECTED: ("Salesforce is not connected", "bad"),
}
_DO = {
    Status.OK: "",
    Status.PAUSED: "Go on at the check-up page when you are ready; changes wait in Salesforce.",
    Status.LATE: "Look whether worker and beat run, and whether API calls are left. What waits is kept.",
    Status.FAILING: "The reason stands at the object. Each is tried again by itself; the others go on.",
    Status.DISCONNECTED: "Connect at the page Connection. Nothing is lost: reading goes on where it stopped.",
}


@dataclass(frozen=True)
class ObjectLine:
    """One object's freshness."""

    name: str
    state: str
    tone: str
    read_at: Instant | None
    read_ago: str
    due: str
    changed_at: Instant | None
    last_run: str
    error: str


@dataclass(frozen=True)
class UnreadableLine:
    """A field we want and cannot read."""

    name: str
    since: Instant
    why: str


@dataclass(frozen=True)
class DriftLine:
    """A comparison that found a difference."""

    name: str
    found_at: Instant
    words: str
    mended: str
    is_mended: bool


@dataclass(frozen=True)
class HealthView:
    """The page."""

    words: str
    tone: str
    what_to_do: str
    problem: str
    tiles: list[Tile]
    objects: list[ObjectLine]
    unreadable: list[UnreadableLine]
    drifts: list[DriftLine]
    writes: list[Tile]


def view_health(*, now: datetime, zone: ZoneInfo) -> HealthView:
    """As the books say now."""
    found = read_health(now=now)
    words, tone = _STATUS[found.status]
    last = last_runs()

    def at(when: datetime) -> Instant:
        return instant(when, now=now, zone=zone)

    return HealthView(
        words,
        tone,
        _DO[found.status],
        found.problem,
        _tiles(found, now),
        [_line(one, last.get(one.name, ""), now, zone) for one in found.objects],
        [
            UnreadableLine(f"{one.name}.{field}", at(datetime.fromisoformat(told["since"])), told["why"])
            for one in found.objects
            for field, told in sorted(one.unreadable.items())
        ],
        [
            _drift(drift, at(drift.found_at))
            for drift in Drift.objects.order_by("-found_at", "-pk")[:LATEST_DRIFTS]
        ],
        _writes(found),
    )


def _tiles(found: Health, now: datetime) -> list[Tile]:
    behind = ago((now - found.read_at).total_seconds()) if found.read_at else "not yet"
    waits = duration((now - found.marked_since).total_seconds()) if found.marked_since else ""
    return [
        Tile("All was read", behind, "the object read longest ago", ""),
        Tile("People to derive", f"{found.marks:,}", f"the first for {waits}" if waits else "none waits", ""),
        calls_tile(found.calls),
    ]  # fmt: skip


def _line(one: ObjectHealth, last_run: str, now: datetime, zone: ZoneInfo) -> ObjectLine:
    words, tone = {
        ObjectState.State.NEW: ("not read yet", ""),
        ObjectState.State.READ: ("late", "near") if one.is_late else ("in time", "good"),
        ObjectState.State.ABSENT: (absent(one.name), ""),
        ObjectState.State.FAILING: ("fails", "bad"),
    }[one.state]
    due = ""
    if one.due_at is not None:
        left_s = (one.due_at - now).total_seconds()
        due = f"in {duration(left_s)}" if left_s > 0 else "now"
    return ObjectLine(
        one.name,
        words,
        tone,
        instant(one.read_at, now=now, zone=zone) if one.read_at else None,
        ago((now - one.read_at).total_seconds()) if one.read_at else "",
        due,
        instant(one.changed_at, now=now, zone=zone) if one.changed_at else None,
        last_run,
        one.error,
    )


def _drift(drift: Drift, found_at: Instant) -> DriftLine:
    parts = [
        counted(number, f"record {what}", f"records {what}")
        for number, what in ((drift.missing, "missing"), (drift.extra, "too many"), (drift.outdated, "outdated"))
        if number
    ]  # fmt: skip
    total = drift.missing + drift.extra + drift.outdated
    return DriftLine(
        drift.object_name,
        found_at,
        ", ".join(parts) or "none",
        "mended" if drift.mended >= total else f"{drift.mended:,} of {total:,} mended",
        drift.mended >= total,
    )


def _writes(found: Health) -> list[Tile]:
    """The outbox in three numbers: what waits, what a newer change won, what Salesforce refused."""
    states = Effect.State
    waiting = found.writes.get(states.READY, 0) + found.writes.get(states.LEASED, 0)
    conflicts, refused = found.writes.get(states.CONFLICT, 0), found.writes.get(states.REFUSED, 0)
    return [
        Tile("Waiting", f"{waiting:,}", "written as soon as Salesforce takes them", ""),
        Tile("Newer change won", f"{conflicts:,}", "nothing was overwritten", "near" if conflicts else ""),
        Tile("Refused", f"{refused:,}", "with Salesforce's own words", "bad" if refused else ""),
    ]  # fmt: skip
