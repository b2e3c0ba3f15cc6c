"""What time it is: the one door by which tasks, views, the API and commands learn it. All else is told an instant.

Tests may move it, for all processes at once, by a file (`LEADMODEL_CLOCK_FILE`); a system check
(config.E010) refuses that in production.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """The instant it is, in UTC: the machine's, moved by as many seconds as the clock's file says, where one is set.

    Raises ValueError where the file holds no number, and OSError where it cannot be read: a clock that is wrong in
    silence is worse than none.
    """
    real = timezone.now()
    if not settings.CLOCK_FILE:
        return real
    return real + timedelta(seconds=float(Path(settings.CLOCK_FILE).read_text(encoding="ascii")))


def move(file: Path, *, by: timedelta) -> None:
    """From now on whoever goes by this file is so much ahead of the machine's clock. Seen whole or not at all."""
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text(f"{by.total_seconds()}\n", encoding="ascii")
    unfinished.replace(file)
