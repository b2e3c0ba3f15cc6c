"""Telling a worker to look now. The database is the queue: a hint that is lost is made up for by the timetable."""

from __future__ import annotations

from celery import Task
from kombu.exceptions import OperationalError
from structlog import get_logger

log = get_logger(__name__)


def look_now(task: Task[..., None]) -> None:
    """Send the hint; a broker out of reach is logged, and the next scan finds the work."""
    try:
        task.apply_async(retry=False)
    except OperationalError as error:
        log.warning("hint_lost", task=task.name, error=type(error).__name__)
