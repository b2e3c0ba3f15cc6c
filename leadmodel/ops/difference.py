"""What differs between two texts, line by line. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

AROUND = 3
"""Lines shown before and after what differs."""


@dataclass(frozen=True)
class Line:
    """A line of either text. `sign` is + (added), − (removed) or empty, `word` says it; `number` counts in its text."""

    number: int
    sign: str
    word: str
    text: str


@dataclass(frozen=True)
class Difference:
    """The places that differ, each with the lines around it."""

    places: list[list[Line]]
    added: int
    removed: int


def difference(before: str, after: str) -> Difference:
    """What was added to and removed from `before` to make it `after`."""
    old, new = before.splitlines(), after.splitlines()
    places: list[list[Line]] = []
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes(AROUND):
        lines: list[Line] = []
        for what, from_old, to_old, from_new, to_new in group:
            if what == "equal":
                lines += [Line(n + 1, "", "", new[n]) for n in range(from_new, to_new)]
            else:
                lines += [Line(n + 1, "−", "removed", old[n]) for n in range(from_old, to_old)]
                lines += [Line(n + 1, "+", "added", new[n]) for n in range(from_new, to_new)]
        places.append(lines)
    told = [line.word for lines in places for line in lines]
    return Difference(places, told.count("added"), told.count("removed"))
