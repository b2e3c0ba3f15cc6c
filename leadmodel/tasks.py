"""Hints from the broker: look now. Losing them loses nothing, the next one finds the same marks."""

from __future__ import annotations

from celery import shared_task

from leadmodel.rebuild import rebuild_all

BATCH = 1000
"""Small, so that several workers share what one pull marked and the first people show soon."""


@shared_task
def rebuild(**_: object) -> None:
    """Derive the people marked as changed."""
    rebuild_all(BATCH)
