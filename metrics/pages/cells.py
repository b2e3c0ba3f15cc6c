"""Figures as cells of a grid: a value, what it rests on, where it stands against its target. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from leadmodel.lifecycle.display import Target
from leadmodel.lifecycle.settings import ModelSettings
from metrics.query import Values
from metrics.report import written
from metrics.spec import Figure, Kind, Unit

TARGET_AT = 60
"""Where on the bar, of 100, the target stands."""
FULL = 100
MANY_TIMES = 3
"""A change of more than so many times the value before is told as a factor."""
SAME = 0.0005
"""Differences smaller than this, of the value before, are none."""


@dataclass(frozen=True)
class Against:
    """A value against its target: how it stands, in a word and a sentence, and the bar's length of 100."""

    tone: str
    words: str
    at: int


@dataclass(frozen=True)
class Trend:
    """The change against the period before."""

    mark: str
    text: str
    words: str


@dataclass(frozen=True)
class Cell:
    """One figure of one row. `rests_on`: the rows behind it, in words; `is_few`: too few to say."""

    figure: str
    label: str
    value: str
    rests_on: str
    is_few: bool
    against: Against | None
    trend: Trend | None
    href: str
    is_selected: bool


def make_cell(
    figure: Figure,
    values: Values,
    before: Values | None,
    *,
    settings: ModelSettings,
    href: str,
    is_selected: bool,
) -> Cell:
    """The cell of a figure; `before` are the values of the period before, None where it is not compared."""
    value, number = values[figure.name], int(values[f"{figure.name}_of"] or 0)
    is_count = figure.kind is Kind.COUNT
    is_few = not is_count and number < settings.few
    text = written(value, figure.unit)
    is_fraction = is_few and figure.unit is Unit.SHARE
    if is_fraction and value is not None:
        text = f"{round(value * number)} of {number}"
    target = settings.targets.get(figure.name)
    return Cell(
        figure=figure.name,
        label=figure.label,
        value=text,
        rests_on="" if is_count or is_fraction or value is None else f"of {number:,}",
        is_few=is_few,
        against=None if target is None or value is None or is_few else _against(value, target, figure.unit),
        trend=None if before is None or is_few else _trend(figure, value, before, settings.few),
        href=href,
        is_selected=is_selected,
    )


class Heading(NamedTuple):
    """What stands over a figure's column: its label, its target, what it counts and leaves out."""

    label: str
    target: str
    about: str


def heading(figure: Figure, settings: ModelSettings) -> Heading:
    """The heading of a figure's column."""
    about = f"Counts {figure.counts}. Leaves out {figure.leaves_out}."
    return Heading(figure.label, target_words(figure, settings), about)


def target_words(figure: Figure, settings: ModelSettings) -> str:
    """The target as a column's heading has it."""
    target = settings.targets.get(figure.name)
    if target is None:
        return ""
    return _limit(target, figure.unit)


def _limit(target: Target, unit: Unit) -> str:
    """The target in words: what is meant at least or at most, or from where to where."""
    if target.up_to is not None:
        return f"{_plain(target.value, unit)} to {_plain(target.up_to, unit)}"
    return f"{'at least' if target.better == 'higher' else 'at most'} {_plain(target.value, unit)}"


def _plain(value: float, unit: Unit) -> str:
    return f"{value * 100:g} %" if unit is Unit.SHARE else written(value, unit).removesuffix(" 00 min")


def _against(value: float, target: Target, unit: Unit) -> Against:
    tolerance = target.value * target.near
    if target.better == "higher":
        is_good, is_near = value >= target.value, value >= target.value - tolerance
    else:
        is_good, is_near = value <= target.value, value <= target.value + tolerance
    tone = "good" if is_good else "near" if is_near else "bad"
    words = {"good": "meets", "near": "just misses", "bad": "misses"}[tone]
    limit = f"the target of {_limit(target, unit)}"
    if target.up_to is not None:
        # above its band a figure is no success: too much was let through
        is_above = value > target.up_to
        tone = "near" if is_above else tone
        words = "lies above" if is_above else {"good": "is within"}.get(tone, "lies below")
        limit = f"the band of {_limit(target, unit)}"
    length = TARGET_AT * value / target.value if target.value else float(FULL if value else 0)
    return Against(tone, f"{words} {limit}", min(FULL, round(length)))


def _trend(figure: Figure, value: float | None, before: Values, few: int) -> Trend | None:
    earlier, number = before[figure.name], int(before[f"{figure.name}_of"] or 0)
    if value is None or earlier is None or number < few:
        return None
    change = value - earlier
    if abs(change) <= SAME * max(abs(earlier), SAME):
        return Trend("=", "same", f"the same as in the period before: {written(earlier, figure.unit)}")
    if figure.unit is Unit.SHARE:
        text = f"{abs(change) * 100:.1f} pt"
    elif earlier and abs(change) > MANY_TIMES * abs(earlier):
        text = f"×{value / earlier:.0f}"
    elif earlier:
        text = f"{abs(change) / abs(earlier) * 100:.0f} %"
    else:
        text = written(abs(change), figure.unit)
    return Trend(
        "▲" if change > 0 else "▼",
        text,
        f"{'up' if change > 0 else 'down'} {text} from {written(earlier, figure.unit)} in the period before",
    )
