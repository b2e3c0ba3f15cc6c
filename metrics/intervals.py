"""How far chance may have moved a share. Pure."""

from __future__ import annotations

import math
from typing import NamedTuple

_Z = 1.96
"""Of a normal distribution 95 in 100 lie no further from its middle."""


class Interval(NamedTuple):
    """Shares from 0 to 1, both ends included."""

    low: float
    high: float


def wilson(part: int, whole: int) -> Interval | None:
    """Wilson's interval of 95 % of a share: sound also where few count, all do or none does. None: of nothing."""
    if not whole:
        return None
    share, spread = part / whole, _Z * _Z / whole
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / whole + spread / (4 * whole)) / (1 + spread)
    return Interval(max(0.0, middle - half), min(1.0, middle + half))
