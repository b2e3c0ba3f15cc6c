"""Periods in days, as half-open stretches of time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from metrics.api.errors import Refused, Wrong
from metrics.pages.address import LONGEST_DAYS


def read_period(first: date | None, until: date | None, zone: ZoneInfo) -> dict[str, datetime]:
    """The `start` and `end` that are given, from midnight to midnight in the zone. Raises Refused."""
    if first is not None and until is not None and until <= first:
        raise Refused(
            Wrong(
                "query.to",
                f"to ({until}) is not after from ({first}): the period would be empty.",
                "Write a later day; it is not included.",
            )
        )
    days = {"start": first, "end": until}
    return {name: datetime.combine(day, time.min, zone) for name, day in days.items() if day is not None}


def refuse_too_long(first: date, until: date) -> None:
    """What reads every cycle of a period is asked for no longer one than the pages tell. Raises Refused."""
    if (until - first).days > LONGEST_DAYS:
        raise Refused(Wrong("query.to", "The period is longer than ten years.", "Shorten it."))


def refuse_the_future(instants: Mapping[str, datetime | None], *, now: datetime) -> None:
    """Instants of the past by their parameter's name must be of the past. Raises Refused."""
    for name, at in instants.items():
        if at is not None and at > now:
            told = f"{name} is in the future."
            raise Refused(Wrong(f"query.{name}", told, "Write an instant of the past, or leave it out."))
