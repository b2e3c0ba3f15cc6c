"""Where leads come from: eight sources, how ready their people are, and the campaigns that brought them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sandbox.company.hours import DAY


@dataclass(frozen=True, slots=True)
class Source:
    """One lead source. Shares are between 0 and 1.

    `assigned` come far enough to be worked, `reply` answer one touch, of those who talk `fit` are
    qualified; `routing` is how long scoring and routing take, in seconds.
    """

    name: str
    weight: int
    assigned: float
    reply: float
    fit: float
    routing: int
    campaign: str
    inbound: bool = True


SOURCES = (
    Source("Demo request", 15, 0.99, 0.30, 0.50, 60, "Website demo form"),
    Source("Free trial", 13, 0.92, 0.22, 0.38, 120, "Product trial"),
    Source("Chat", 9, 0.97, 0.32, 0.40, 20, "Website chat"),
    Source("Webinar", 14, 0.72, 0.13, 0.34, 3600, "Data Days webinar"),
    Source("Content download", 16, 0.50, 0.10, 0.30, 1800, "Maintenance guide"),
    Source("Trade show", 6, 0.90, 0.13, 0.36, 3600, "Trade show booth"),
    Source("Partner referral", 5, 0.99, 0.34, 0.62, 300, "Partner programme"),
    Source("Prospecting list", 22, 0.0, 0.075, 0.42, 0, "Prospecting list", inbound=False),
)
_DRAW = tuple(source for source in SOURCES for _ in range(source.weight))
BY_NAME = {source.name: source for source in SOURCES}
TRADE_SHOW = BY_NAME["Trade show"]
COMING_BACK = (BY_NAME["Demo request"], BY_NAME["Webinar"], BY_NAME["Content download"], BY_NAME["Chat"])
"""What people do who raise their hand a second time."""

QUARTERS = 5
"""Campaigns of one source start every 91 days; five cover the twelve months."""


def draw_source(rng: Random) -> Source:
    """A source, in proportion to how many leads it brings."""
    return _DRAW[int(rng.random() * len(_DRAW))]


@dataclass(frozen=True, slots=True)
class Campaigns:
    """The company's campaigns: one per source and quarter, and the trade show of the ledger after them."""

    start: int

    def number(self, source: Source, at: int) -> int:
        """The number of the campaign (0 and up) of this source that runs at this instant."""
        quarter = min(max((at - self.start) // (91 * DAY), 0), QUARTERS - 1)
        return SOURCES.index(source) * QUARTERS + quarter

    @property
    def show_number(self) -> int:
        """The number of the trade show whose leads are bypassed."""
        return len(SOURCES) * QUARTERS
