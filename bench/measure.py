"""Measuring: best of a few runs, memory, and the line a benchmark becomes."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import TypedDict


class Line(TypedDict):
    """One row of `bench/latest.json`. `ratio` is our time over the floor's; lower is better."""

    name: str
    n: int
    value: float
    unit: str
    floor: float
    floor_is: str
    ratio: float
    rss_mb: float


def best(run: Callable[[], object], *, times: int = 3, before: Callable[[], object] | None = None) -> float:
    """The shortest of some runs, in seconds; `before` prepares each and is not counted."""
    shortest = float("inf")
    for _ in range(times):
        if before is not None:
            before()
        started = time.perf_counter()
        run()
        shortest = min(shortest, time.perf_counter() - started)
    return shortest


def peak_mb() -> float:
    """The largest this process, or a child that has ended, ever was; MB."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(own, children) / 1024


def line(name: str, n: int, value: float, floor: float, floor_is: str) -> Line:
    """A benchmark's line, seconds."""
    return Line(
        name=name,
        n=n,
        value=round(value, 4),
        unit="s",
        floor=round(floor, 4),
        floor_is=floor_is,
        ratio=round(value / floor, 2),
        rss_mb=round(peak_mb(), 1),
    )
