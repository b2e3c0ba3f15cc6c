"""What is wrong with reasons as words: vague ones, and two that read as one (R023, R031, R033)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from leadmodel.lifecycle.reasons import KINDS, Reasons

_PHRASES = (
    "not a fit", "no fit", "bad fit", "poor fit", "not a good fit", "bad lead", "bad leads", "bad data", "junk",
    "no budget", "not interested", "no interest", "not qualified", "disqualified", "misc", "miscellaneous", "various",
    "general", "unknown", "tbd", "n a", "catch all",
)  # fmt: skip
"""What says nothing that somebody else could check."""
_SAID = re.compile(rf"\b(?:{'|'.join(map(re.escape, _PHRASES))})\b")
_OTHER = re.compile(r"\bothers?\b(?=\s*(?:reasons?\b.*)?(?:[^\w\s].*)?$)", re.DOTALL)
"""*Other* by itself, not *other vendor chosen*."""


@dataclass(frozen=True)
class Finding:
    """A sentence about the reason at this place of the settings: disposition, position in its list."""

    kind: str
    at: int
    sentence: str


@dataclass(frozen=True)
class CatchAll:
    """The vague reasons in use, most used first, and how many dispositions of how many they took."""

    reasons: tuple[str, ...]
    used: int
    dispositions: int

    @property
    def share(self) -> float | None:
        """Of all dispositions with a reason, 0 to 1; None: there were none."""
        return self.used / self.dispositions if self.dispositions else None


def is_vague(reason: str) -> bool:
    """Whether a reason is a catch-all: words such as “Not a fit”, “Junk” or “Other”, in any case of letters."""
    text = " ".join(reason.casefold().split())
    words = " ".join(re.findall(r"\w+", text))
    return _SAID.search(words) is not None or _OTHER.search(text) is not None


def read_alike(reasons: Iterable[str]) -> list[tuple[str, str]]:
    """The pairs that differ only in case or space: the first of each spelling, and the other."""
    seen: dict[str, str] = {}
    found = []
    for reason in reasons:
        first = seen.setdefault("".join(reason.casefold().split()), reason)
        if first != reason:
            found.append((first, reason))
    return found


def lint(reasons: Reasons) -> list[Finding]:
    """What to warn of in the lists of the settings."""
    found = []
    for kind in KINDS:
        names = [reason.name for reason in reasons.of(kind)]
        found += [Finding(kind.value, at, _vague(name)) for at, name in enumerate(names) if is_vague(name)]
        found += [
            Finding(kind.value, names.index(other), alike(first, other)) for first, other in read_alike(names)
        ]
    return found


def _vague(name: str) -> str:
    return f"“{name}” is vague: nobody can check it later; say what it was, such as “Product missing key feature”"


def alike(first: str, other: str) -> str:
    """The sentence about two that read as one."""
    return f"“{other}” and “{first}” differ only in case or space; keep one"


def catch_all(used: Mapping[str, int]) -> CatchAll:
    """The share of vague reasons; `used`: how many dispositions each reason took."""
    vague = sorted((name for name in used if is_vague(name)), key=lambda name: (-used[name], name))
    return CatchAll(tuple(vague), sum(used[name] for name in vague), sum(used.values()))
