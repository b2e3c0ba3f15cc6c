"""The Rep page's address: the Team page's, of one rep, with a figure (of a step of time) or a habit selected. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import QueryDict

from base.address import WrongAddress, given, one_of, read_day
from metrics.definitions import BY_NAME
from metrics.habits import BY_WORD_OF_HABIT
from metrics.pages.address import Asked, read_address

DRAWN = ("response_median_s", "pick_up_rate", "sla_attainment", "touches_mean", "qualified_rate")
"""Figures that are drawn over time; the first unless another is chosen."""
_DAYS, _WEEKS, _MONTHS = 14, 130, 1100
"""Up to so many days are told by the day, the week, the month; longer periods by the quarter."""


@dataclass(frozen=True)
class Step:
    """A stretch of the period, `[first, until)` in days."""

    first: date
    until: date
    label: str


@dataclass(frozen=True)
class RepAsked(Asked):
    """What an address of the Rep page asks for: of a rep, which figure, in which step of time, or which habit."""

    step: date | None = None
    habit: str | None = None
    drawn: str = DRAWN[0]

    @property
    def is_selecting(self) -> bool:
        """Whether a number is open."""
        return bool(self.figure or self.habit)

    def kept(self) -> dict[str, str]:
        """Whose page, what is drawn, what is selected."""
        found = {
            "rep": self.rep,
            "drawn": self.drawn if self.drawn != DRAWN[0] else None,
            "figure": self.figure,
            "step": self.step.isoformat() if self.step else None,
            "habit": self.habit,
        }
        return {name: value for name, value in found.items() if value}

    def steps(self) -> list[Step]:
        """The period in steps, earliest first: days, weeks from Monday, months or quarters, cut at its ends."""
        found, first = [], self.first
        length = (self.until - self.first).days
        while first < self.until:
            following, label = _step(first, length)
            until = min(following, self.until)
            if _DAYS < length <= _WEEKS:
                last = until - timedelta(days=1)
                label = f"{first:%d %b} – {last:%d %b}" if last > first else f"{first:%d %b}"
            found.append(Step(first, until, label))
            first = until
        return found


def _step(day: date, length: int) -> tuple[date, str]:
    """The day on which the step that holds `day` is over, and its name."""
    if length <= _DAYS:
        return day + timedelta(days=1), f"{day:%a %d %b}"
    if length <= _WEEKS:
        return day + timedelta(days=7 - day.weekday()), ""
    months = 1 if length <= _MONTHS else 3
    of_year = (day.month - 1) // months * months + months
    following = date(day.year + of_year // 12, of_year % 12 + 1, 1)
    return following, f"{day:%b %Y}" if months == 1 else f"{day.year} Q{of_year // 3}"


def read_rep_address(parameters: QueryDict, *, zone: ZoneInfo, now: datetime) -> RepAsked:
    """Read the parameters; `zone` is the organisation's. Raises WrongAddress."""
    asked = read_address(parameters, zone=zone, now=now)
    figure = asked.figure
    own = {
        "step": read_day(parameters, "step") if figure and given(parameters, "step") else None,
        "habit": None if figure else one_of(parameters, "habit", list(BY_WORD_OF_HABIT), "habit"),
        "drawn": one_of(parameters, "drawn", DRAWN, "figure that is drawn") or DRAWN[0],
    }
    found = RepAsked(**{**vars(asked), "tile": None, "left_out": None, "sort": None, **own})
    if found.step is not None and found.step not in {step.first for step in found.steps()}:
        raise WrongAddress(f"No step of the period begins on {found.step}: open a number of the table.")
    return found


def drawn_choices(asked: RepAsked) -> list[tuple[str, str, bool]]:
    """What may be drawn: label, address, whether it is."""
    return [(BY_NAME[name].label, asked.query(drawn=name), name == asked.drawn) for name in DRAWN]
