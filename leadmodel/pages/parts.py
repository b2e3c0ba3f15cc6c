"""Lists of what was decided, by how it stands: one part each, with a tile on top that leads to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class TileView:
    """A number in a strip on top of a page, which leads to its list."""

    label: str
    words: str
    count: int
    tone: str
    href: str
    is_selected: bool
    is_elsewhere: bool = False
    """Its list is a page of its own."""


@dataclass(frozen=True)
class Part:
    """One of the lists: the states of what is in it."""

    name: str
    label: str
    words: str
    states: tuple[str, ...]
    tone: str = ""

    def tile(self, counts: Mapping[str, int], href: str, *, is_selected: bool) -> TileView:
        """Its tile, by how many there are of each state."""
        count = sum(counts.get(state, 0) for state in self.states)
        return TileView(self.label, self.words, count, self.tone if count else "zero", href, is_selected)
