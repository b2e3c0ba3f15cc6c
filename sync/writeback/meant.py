"""Whether what automation decided is still meant when it is about to be written: what only other apps know.

Writes may wait for days, for a switch or for Salesforce, and dry runs are done after all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from base.models import Effect

WhyNot = Callable[[Sequence[Effect], datetime], Mapping[int, str]]
"""Of automatic writes, by their number, why one is not meant any more, in a sentence; left out are those that are."""
_asked: list[WhyNot] = []


def ask_too(why_not: WhyNot) -> None:
    """Have this asked before anything automatic is written, too."""
    if why_not not in _asked:
        _asked.append(why_not)


def not_meant(effects: Sequence[Effect], *, now: datetime) -> dict[int, str]:
    """Of these automatic writes those that are not to be written any more, and why."""
    found: dict[int, str] = {}
    for why_not in _asked:
        found |= why_not([effect for effect in effects if effect.pk not in found], now)
    return found
