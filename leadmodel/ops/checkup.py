"""What the check-up page shows: what is missing, what that costs, and what the first read will take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from base.words import Instant, counted, duration, instant
from sync.checkup.findings import Weight
from sync.checkup.run import latest

SLOW = timedelta(minutes=2)
"""A check-up that waits longer finds no worker."""
_WORDS = {
    Weight.STOPS: ("no figures without it", "bad"),
    Weight.COSTS: ("costs figures", "near"),
    Weight.DETAIL: ("a detail", ""),
}


@dataclass(frozen=True)
class FindingView:
    """One lack, with how much it costs."""

    weight: str
    tone: str
    what: str
    costs: str
    grant: str


@dataclass(frozen=True)
class CheckUpView:
    """The latest check-up. `is_waiting`: a worker is at it, or will be; `is_slow`: none seems to run."""

    is_waiting: bool
    is_slow: bool
    asked_at: Instant
    done_at: Instant | None
    said: str
    findings: list[FindingView]
    readable: str
    rows: str
    calls: str
    calls_left: str
    is_too_many: bool
    took: str


def view_checkup(*, now: datetime, zone: ZoneInfo) -> CheckUpView | None:
    """The latest one; None before the first."""
    found = latest()
    if found is None:
        return None
    readable = sum(1 for _, is_readable, _ in found.objects_seen if is_readable)
    left, allowed = found.calls_left, found.calls_allowed
    return CheckUpView(
        is_waiting=found.done_at is None,
        is_slow=found.done_at is None and now - found.asked_at > SLOW,
        asked_at=instant(found.asked_at, now=now, zone=zone),
        done_at=instant(found.done_at, now=now, zone=zone) if found.done_at else None,
        said=found.said,
        findings=[_finding(told) for told in found.findings],
        readable=f"{readable} of {counted(len(found.objects_seen), 'object', 'objects')}",
        rows=f"{found.rows:,}",
        calls=f"{found.calls:,}",
        calls_left=f"{left:,} of {allowed:,}" if left is not None and allowed is not None else "unknown",
        is_too_many=left is not None and found.calls > left,
        took=duration(max(found.seconds, 60)),
    )


def _finding(told: dict[str, str]) -> FindingView:
    words, tone = _WORDS[Weight(told["weight"])]
    return FindingView(words, tone, told["what"], told["costs"], told["grant"])
