"""What the auditor found, in words, for operations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.auditor.comparing import MOST_KEPT
from alerts.auditor.differing import Check
from alerts.auditor.found import WORDS, Audited, read_audited
from base.words import Instant, ago, counted, instant
from leadmodel.pages.links import person_href

_FEW = 5
_LATE_S = 15 * 60
"""It looks every five minutes: after so long nobody does."""


@dataclass(frozen=True)
class DifferenceView:
    """Something that should have been and is not. `do`: what to do about it; `href`: whom it is about."""

    what: str
    do: str
    since: Instant
    href: str


@dataclass(frozen=True)
class AuditorView:
    """The panel. `words` says it all in a line; `more`: how many differences are not listed."""

    words: str
    badge: str
    tone: str
    about: str
    differences: list[DifferenceView]
    more: int

    @property
    def is_short(self) -> bool:
        """Whether the list takes little room."""
        return len(self.differences) <= _FEW


def view_auditor(*, now: datetime, zone: ZoneInfo) -> AuditorView:
    """The latest run."""
    found = read_audited()
    words, badge, tone = _summed_up(found, now)
    looked = sum(found.expected.values())
    parts = [
        f"{WORDS[Check(name)][0].lower()} {number:,}" for name, number in found.expected.items() if number
    ]
    about = (
        f"It looked at {counted(looked, 'act', 'acts')} that were due: {', '.join(parts)}." if parts else ""
    )
    if found.is_behind:
        about += " Salesforce was read too long ago, or is to be derived anew, to say more: see Health."
    return AuditorView(
        words=words,
        badge=badge,
        tone=tone,
        about=about.strip(),
        differences=[_difference(told, now, zone) for told in found.told],
        more=found.differences - MOST_KEPT if found.differences > MOST_KEPT else 0,
    )


def _summed_up(found: Audited, now: datetime) -> tuple[str, str, str]:
    if found.at is None:
        return (
            "The auditor has not looked yet: it does every five minutes, while worker and beat run.",
            "",
            "",
        )
    age_s = (now - found.at).total_seconds()
    if age_s > _LATE_S:
        return f"The auditor looked {ago(age_s)}: see whether worker and beat run.", "act", "bad"
    if found.differences:
        number = counted(found.differences, "act that was due is", "acts that were due are")
        return f"{number} not done, by a look {ago(age_s)}.", "act", "bad"
    if found.is_behind:
        return (
            f"Only some of what was due could be looked at, {ago(age_s)}: what was is done.",
            "behind",
            "near",
        )
    return f"What was due is done, by a look {ago(age_s)}.", "agrees", "good"


def _difference(told: dict[str, str], now: datetime, zone: ZoneInfo) -> DifferenceView:
    _, do = WORDS[Check(told["check"])]
    return DifferenceView(
        what=told["what"],
        do=f"{do[0].upper()}{do[1:]}.",
        since=instant(datetime.fromisoformat(told["since"]), now=now, zone=zone),
        href=person_href(told["person_id"]) if told["person_id"] else "",
    )
