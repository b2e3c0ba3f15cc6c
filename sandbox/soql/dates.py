"""Date literals such as TODAY or LAST_N_DAYS:7, as half-open ranges of days; weeks start on Sunday."""

from __future__ import annotations

from datetime import date, timedelta

Days = tuple[date, date]


class UnknownDateLiteral(ValueError):
    """No date literal has this name, or it lacks or has too much of a number."""


def days_of(literal: str, today: date) -> Days:
    """The first day and the day after the last. Raises UnknownDateLiteral; OverflowError beyond the calendar."""
    name, _, digits = literal.upper().partition(":")
    if name in _PLAIN and not digits:
        unit, first, last = _PLAIN[name]
        return _shift(unit, today, first), _shift(unit, today, last + 1)
    if digits.isdecimal() and name in _COUNTED:
        unit, kind = _COUNTED[name]
        number = int(digits)
        if kind == "LAST":
            # days run up to and with today; longer units stop before the current one
            return _shift(unit, today, -number), _shift(unit, today, 1 if unit == "DAY" else 0)
        if kind == "NEXT":
            return _shift(unit, today, 1), _shift(unit, today, number + 1)
        return _shift(unit, today, -number), _shift(unit, today, -number + 1)
    if name in ("LAST_90_DAYS", "NEXT_90_DAYS") and not digits:
        return days_of(f"{name[:4]}_N_DAYS:90", today)
    raise UnknownDateLiteral(literal)


_UNITS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
_PLAIN = {"TODAY": ("DAY", 0, 0), "YESTERDAY": ("DAY", -1, -1), "TOMORROW": ("DAY", 1, 1)} | {
    f"{which}_{unit}": (unit, place, place)
    for unit in _UNITS[1:]
    for which, place in (("LAST", -1), ("THIS", 0), ("NEXT", 1))
}
_COUNTED = {
    name: (unit, kind)
    for unit in _UNITS
    for name, kind in (
        (f"LAST_N_{unit}S", "LAST"),
        (f"NEXT_N_{unit}S", "NEXT"),
        (f"N_{unit}S_AGO", "AGO"),
    )
}
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


def _shift(unit: str, today: date, by: int) -> date:
    """The first day of the unit that lies `by` units from today's."""
    if unit == "DAY":
        return today + timedelta(days=by)
    if unit == "WEEK":
        sunday = today - timedelta(days=today.isoweekday() % 7)
        return sunday + timedelta(weeks=by)
    length = _MONTHS[unit]
    months = today.year * 12 + today.month - 1
    months = months - months % length + by * length
    if not 12 <= months < 120_000:
        raise OverflowError
    return date(months // 12, months % 12 + 1, 1)
