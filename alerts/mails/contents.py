"""What the "Clean your room" mail tells (R070), decided from what was gathered. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from metrics.now import OpenRow
from metrics.pulling import Outside

TELLS = ("outside_sla", "nobodys", "claimed")
"""The tiles that make a mail worth sending; the others stand beside them."""


@dataclass(frozen=True)
class Share:
    """A share and what it is taken of; None: of nothing."""

    value: float | None
    of: int


@dataclass(frozen=True)
class Gathered:
    """All the mail rests on. `since`: the instant of the mail before, else a day ago; `away`: reps absent now."""

    at: datetime
    since: datetime
    counts: Mapping[str, int]
    outside: Sequence[OpenRow]
    away: frozenset[str]
    yesterday: Share
    weeks: Share
    pulls: Sequence[Outside] = ()


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits past the promised time. `is_new`: not yet so at the mail before."""

    row: OpenRow
    is_new: bool


@dataclass(frozen=True)
class RepTold:
    """A rep with people outside: how many, how many of them new, the longest wait in seconds, the worst first."""

    rep: str
    name: str
    outside: int
    new: int
    oldest_s: float
    is_away: bool
    worst: tuple[Waiting, ...]

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.outside - len(self.worst)


@dataclass(frozen=True)
class Contents:
    """What a mail tells. `outside` is the number of the tile, the sum over reps, and the length of its list."""

    outside: int
    new: int
    counts: Mapping[str, int]
    reps: tuple[RepTold, ...]
    yesterday: Share
    weeks: Share
    pulls: tuple[Outside, ...]
    """Who pulled too few or too many on the last day of work (R114)."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to clean up: such a mail is not sent."""
        return not self.pulls and not any(self.counts[name] for name in TELLS)


def tell(gathered: Gathered, *, rows_per_rep: int) -> Contents:
    """Reps with most people outside first; of each the longest waiting, so many."""
    by_rep: dict[str, list[Waiting]] = defaultdict(list)
    for row in gathered.outside:
        became = row.assigned_at + timedelta(seconds=row.target_s)
        by_rep[row.holder_id or ""].append(Waiting(row, became > gathered.since))
    reps = [_rep(rep, found, gathered, rows_per_rep) for rep, found in by_rep.items()]
    reps.sort(key=lambda told: (-told.outside, -told.oldest_s, told.name, told.rep))
    return Contents(
        outside=len(gathered.outside),
        new=sum(told.new for told in reps),
        counts=gathered.counts,
        reps=tuple(reps),
        yesterday=gathered.yesterday,
        weeks=gathered.weeks,
        pulls=tuple(gathered.pulls),
    )


def _rep(rep: str, found: Sequence[Waiting], gathered: Gathered, most: int) -> RepTold:
    worst = sorted(found, key=lambda one: (-one.row.waited_s, one.row.person_id))
    return RepTold(
        rep=rep,
        name=worst[0].row.holder,
        outside=len(found),
        new=sum(one.is_new for one in found),
        oldest_s=worst[0].row.waited_s,
        is_away=rep in gathered.away,
        worst=tuple(worst[:most]),
    )
