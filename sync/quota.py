"""The organisation's daily API calls: how many are used up, and how many we leave to others."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from sync.models import CallUsage
from sync.salesforce.http import OrganisationError

_LIMIT_INFO = re.compile(r"(?<![\w-])api-usage=(\d+)/(\d+)")
LOOK_AGAIN = timedelta(minutes=15)
"""Calls older than a day are forgotten by Salesforce; only a call tells how many are left."""
_ONE = 1


class Usage(NamedTuple):
    """Calls used of those allowed in 24 hours, by all clients of the organisation."""

    used: int
    allowed: int

    @property
    def percent(self) -> float:
        """The share that is used up."""
        return 100 * self.used / self.allowed if self.allowed else 100.0


class CallsReserved(OrganisationError):
    """We stop before the organisation's calls are used up."""

    def __init__(self, usage: Usage, stop_at: int) -> None:
        super().__init__(
            f"{usage.used:,} of the organisation's {usage.allowed:,} API calls of 24 hours are used up. We stop at"
            f" {stop_at} % and leave the rest to others; reading goes on by itself when calls are free again."
        )


def usage_told(header: str) -> Usage | None:
    """What the header `Sforce-Limit-Info` tells; None where it tells nothing."""
    match = _LIMIT_INFO.search(header)
    return None if match is None else Usage(int(match[1]), int(match[2]))


def usage() -> CallUsage | None:
    """How many calls were used up when Salesforce last told; None before the first."""
    return CallUsage.objects.filter(pk=_ONE).first()


def note(told: Usage | None, *, now: datetime, is_refused: bool = False) -> None:
    """Keep what an answer told, for the other processes and the health page."""
    if told is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sync_callusage AS kept (id, used, allowed, told_at, refused_at)"
            " VALUES (%(one)s, %(used)s, %(allowed)s, %(now)s, %(refused)s) ON CONFLICT (id) DO UPDATE SET"
            " (used, allowed, told_at, refused_at) = ROW (EXCLUDED.used, EXCLUDED.allowed, EXCLUDED.told_at,"
            " COALESCE(EXCLUDED.refused_at, kept.refused_at))",
            {
                "one": _ONE,
                "used": told.used,
                "allowed": told.allowed,
                "now": now,
                "refused": now if is_refused else None,
            },
        )


def refuse_reading(*, now: datetime) -> None:
    """Raise CallsReserved while reading must wait; a quarter of an hour later one look is free."""
    _refuse(settings.SALESFORCE_READS_STOP_AT, now)


def refuse_writing(*, now: datetime) -> None:
    """Raise CallsReserved while even write-back must wait."""
    _refuse(settings.SALESFORCE_WRITES_STOP_AT, now)


def _refuse(stop_at: int, now: datetime) -> None:
    kept = usage()
    if kept is None or kept.told_at <= now - LOOK_AGAIN:
        return
    told = Usage(kept.used, kept.allowed)
    if told.percent >= stop_at:
        raise CallsReserved(told, stop_at)
