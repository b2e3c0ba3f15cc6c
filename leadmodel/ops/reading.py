"""How reading goes on: every object with what has arrived, how fast, and how long it will still take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from base.words import Instant, duration, instant
from sync.alone import being_read
from sync.control import paused
from sync.models import ObjectState
from sync.salesforce.objects import BY_NAME, OBJECTS

SETTLED_S = 3
"""A rate over less time than this is no rate."""


@dataclass(frozen=True)
class ObjectReading:
    """One object: whether and how far it is read. `share` is what has arrived of what is expected, 0 to 100."""

    name: str
    state: str
    tone: str
    rows: str
    share: int | None
    rate: str
    left: str


@dataclass(frozen=True)
class ReadingView:
    """All of them, and whether somebody paused it. `is_first`: some object was never read yet."""

    objects: list[ObjectReading]
    paused_since: Instant | None
    paused_by: str
    is_first: bool
    is_begun: bool
    done: int

    @property
    def is_moving(self) -> bool:
        """Whether the page should look again in a moment."""
        return self.is_first and self.paused_since is None


def view_reading(*, now: datetime, zone: ZoneInfo) -> ReadingView:
    """As committed by the processes that read."""
    states = {state.name: state for state in ObjectState.objects.all()}
    pause = paused()
    under_way = being_read()
    objects = [
        _object(spec.name, states.get(spec.name), now, is_read_now=spec.name in under_way) for spec in OBJECTS
    ]
    known = [states[spec.name] for spec in OBJECTS if spec.name in states]
    is_new = [state.state == ObjectState.State.NEW for state in known]
    return ReadingView(
        objects,
        paused_since=instant(pause.since, now=now, zone=zone) if pause else None,
        paused_by=str(pause.by or "") if pause else "",
        is_first=len(known) < len(OBJECTS) or any(is_new),
        is_begun=any(state.read_at or state.reading_since for state in known),
        done=len(known) - sum(is_new),
    )


def absent(name: str) -> str:
    """What an object is that Salesforce does not show us."""
    return "not used there" if BY_NAME[name].is_optional else "not readable"


def _object(name: str, state: ObjectState | None, now: datetime, *, is_read_now: bool) -> ObjectReading:
    if state is None:
        return ObjectReading(name, "waits", "", "", None, "", "")
    if state.reading_since is None or not is_read_now:
        words, tone = {
            ObjectState.State.NEW: ("waits", ""),
            ObjectState.State.READ: ("read", "good"),
            ObjectState.State.ABSENT: (absent(name), ""),
            ObjectState.State.FAILING: ("fails", "bad"),
        }[ObjectState.State(state.state)]
        rows = f"{state.row_count:,}" if state.row_count else ""
        return ObjectReading(
            name, words, tone, rows, 100 if state.state == ObjectState.State.READ else None, "", ""
        )
    arrived, expected = state.rows_arrived, state.rows_expected
    took_s = (now - state.reading_since).total_seconds()
    rate = arrived / took_s if took_s >= SETTLED_S else 0.0
    return ObjectReading(
        name,
        "being read",
        "near",
        f"{arrived:,} of {expected:,}" if expected is not None else f"{arrived:,}",
        min(100, round(100 * arrived / expected)) if expected else None,
        f"{rate:,.0f} rows/s" if rate >= 1 else "",
        f"{duration((expected - arrived) / rate)} left"
        if rate >= 1 and expected and arrived < expected
        else "",
    )
